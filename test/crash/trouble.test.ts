import { crashSuite } from '../support/crash-suite.ts';
import { troubleFlows } from '../support/crash-trouble-flows.ts';

crashSuite(troubleFlows);
