import { unreadableFlows } from '../support/crash/flows/unreadable-flows.ts';
import { crashSuite } from '../support/crash/suite.ts';

crashSuite(unreadableFlows);
