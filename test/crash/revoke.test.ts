import { revokeFlows } from '../support/crash-revoke-flows.ts';
import { crashSuite } from '../support/crash-suite.ts';

crashSuite(revokeFlows);
