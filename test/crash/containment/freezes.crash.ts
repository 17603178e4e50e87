import { freezeFlows } from '../../support/crash/flows/containment-flows.ts';
import { crashSuite } from '../../support/crash/suite.ts';

crashSuite(freezeFlows);
