import { slackOf } from '../support/e2e/slack.ts';
import { useStack } from '../support/e2e/stack/stack.ts';
import { slackApprovalRules } from './slack/approvals.ts';
import { slackIdentityRules } from './slack/identity.ts';
import { slackPageRules } from './slack/page.ts';
import { slackRequestRules } from './slack/requests.ts';
import { slackTroubleRules } from './slack/trouble.ts';

const world = useStack();
const slack = slackOf(world);

// First: the page shows all that was said before.
slackPageRules(world);
slackRequestRules(world, slack);
slackApprovalRules(world, slack);
slackIdentityRules(world, slack);
slackTroubleRules(world, slack);
