import { describe } from '@jest/globals';
import { slackOf } from '../support/e2e/slack.ts';
import { useStack } from '../support/e2e/stack/stack.ts';
import { admissionRules } from './main-job/admission.ts';
import { apiDocumentRules } from './main-job/api-document.ts';
import { approvalRules } from './main-job/approvals.ts';
import { auditRules } from './main-job/audit.ts';
import { explanationRules } from './main-job/explanations.ts';
import { installationFreezeRules } from './main-job/installation-freeze.ts';
import { listRules } from './main-job/lists.ts';
import { requestRules } from './main-job/requests.ts';
import { revokeRules } from './main-job/revokes.ts';
import { stepRules } from './main-job/steps.ts';
import { templateRules } from './main-job/templates.ts';
import { slackApprovalRules } from './slack/approvals.ts';
import { slackIdentityRules } from './slack/identity.ts';
import { slackPageRules } from './slack/page.ts';
import { slackRequestRules } from './slack/requests.ts';
import { slackTroubleRules } from './slack/trouble.ts';

const world = useStack();
const slack = slackOf(world);

describe('in Slack', () => {
  // First: the page shows all that was said before.
  slackPageRules(world);
  slackRequestRules(world, slack);
  slackApprovalRules(world, slack);
  slackIdentityRules(world, slack);
  slackTroubleRules(world, slack);
});

describe('by the API', () => {
  // First: its examples are of repositories that have no grants.
  apiDocumentRules(world);
  installationFreezeRules(world);
  requestRules(world);
  admissionRules(world);
  revokeRules(world);
  listRules(world);
  stepRules(world);
  auditRules(world);
  templateRules(world);
  explanationRules(world);
  approvalRules(world);
});
