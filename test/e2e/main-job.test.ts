import { useStack } from '../support/e2e/stack/stack.ts';
import { admissionRules } from './main-job/admission.ts';
import { apiDocumentRules } from './main-job/api-document.ts';
import { approvalRules } from './main-job/approvals.ts';
import { auditRules } from './main-job/audit.ts';
import { explanationRules } from './main-job/explanations.ts';
import { listRules } from './main-job/lists.ts';
import { requestRules } from './main-job/requests.ts';
import { revokeRules } from './main-job/revokes.ts';
import { stepRules } from './main-job/steps.ts';
import { templateRules } from './main-job/templates.ts';

const world = useStack();

// First: its examples are of a fresh stack.
apiDocumentRules(world);
requestRules(world);
admissionRules(world);
revokeRules(world);
listRules(world);
stepRules(world);
auditRules(world);
templateRules(world);
explanationRules(world);
approvalRules(world);
