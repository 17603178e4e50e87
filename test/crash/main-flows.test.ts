import { requestFlows } from '../support/crash/flows/request-flows.ts';
import { revokeFlows } from '../support/crash/flows/revoke-flows.ts';
import { crashSuite } from '../support/crash/suite.ts';

crashSuite([...requestFlows, ...revokeFlows]);
