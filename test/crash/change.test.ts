import { changeFlows } from '../support/crash-request-flows.ts';
import { crashSuite } from '../support/crash-suite.ts';

crashSuite(changeFlows);
