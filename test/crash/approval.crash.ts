import { approvalFlows } from '../support/crash/flows/approval-flows.ts';
import { crashSuite } from '../support/crash/suite.ts';

crashSuite(approvalFlows);
