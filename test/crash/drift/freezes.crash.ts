import { freezeByPassFlows } from '../../support/crash/flows/drift-flows.ts';
import { crashSuite } from '../../support/crash/suite.ts';

crashSuite(freezeByPassFlows);
