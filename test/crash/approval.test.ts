import { approvalFlows } from '../support/crash-approval-flows.ts';
import { crashSuite } from '../support/crash-suite.ts';

crashSuite(approvalFlows);
