import { troubleFlows } from '../support/crash/flows/trouble-flows.ts';
import { crashSuite } from '../support/crash/suite.ts';

crashSuite(troubleFlows);
