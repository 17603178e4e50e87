import { requestFlows } from '../support/crash/flows/request-flows.ts';
import { crashSuite } from '../support/crash/suite.ts';

crashSuite(requestFlows);
