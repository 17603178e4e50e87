import { driftFlows } from '../support/crash/flows/drift-flows.ts';
import { crashSuite } from '../support/crash/suite.ts';

crashSuite(driftFlows);
