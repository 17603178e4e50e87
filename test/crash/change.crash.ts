import { changeFlows } from '../support/crash/flows/request-flows.ts';
import { crashSuite } from '../support/crash/suite.ts';

crashSuite(changeFlows);
