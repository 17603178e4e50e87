import { revokeFlows } from '../support/crash/flows/revoke-flows.ts';
import { crashSuite } from '../support/crash/suite.ts';

crashSuite(revokeFlows);
