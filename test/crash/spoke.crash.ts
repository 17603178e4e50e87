import { spokeFlows } from '../support/crash/flows/spoke-flows.ts';
import { crashSuite } from '../support/crash/suite.ts';

crashSuite(spokeFlows);
