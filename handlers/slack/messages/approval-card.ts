import type { KnownBlock } from '@slack/types';
import type { SlackContent } from '../../../adapters/slack/web-api.ts';
import type { WaitingOver, WaitingStory } from '../../../domain/messaging/notifications.ts';
import type { Naming } from '../people.ts';
import { code, cut, facts, heading, plain, section, smallPrint, words } from './blocks.ts';
import { admission, parametersOf, placeOf, templateOf } from './grant-facts.ts';
import { permissionList, wholePermissionList } from './permission-list.ts';
import { slackTime } from './times.ts';

/** What a pressed button carries: the grant, and the plan that was read. It is readable to all and cannot be
 *  changed. */
export type ApprovalButton = { grantId: string; planHash: string };

const TITLES: Record<WaitingOver['outcome'], string> = {
  approved: 'Approved',
  rejected: 'Rejected',
  lapsed: 'Lapsed',
  withdrawn: 'Withdrawn',
  replaced: 'Replaced by a newer request',
};

const RISKS: Record<WaitingStory['request']['proposal']['risk'], string> = {
  new: 'New: nothing is live yet',
  wider: 'Wider than what is live',
  narrower: 'Narrower than what is live',
  same: 'The same permissions as now',
};

/** The message to the approvers: who asks, for what, where and why, what it would gain, until when; and two buttons while
 *  it waits, or what became of it. Within Slack's limits whatever the template and the names. */
export function approvalCard(
  story: WaitingStory,
  naming: Naming,
  grantLink: string | undefined,
): SlackContent {
  const { grantId, request, gained, lost, decision } = story;
  const { intent, proposal, requestedBy, reason, expiresAt } = request;
  const whole = wholePermissionList(gained);
  const title = decision ? TITLES[decision.outcome] : 'Approval needed';
  const account = code(intent.account);
  const environment = intent.environment ? code(intent.environment.name) : 'none: the whole repository';
  const blocks: KnownBlock[] = [
    heading(`${title}: ${placeOf(intent)}`),
    section(`${naming(requestedBy)} ${decision ? 'requested' : 'requests'} ${templateOf(intent)}`),
    ...facts([
      ['Repository', code(intent.repository.fullName)],
      ['Deployment environment', environment],
      ['Parameters', parametersOf(intent)],
      ['AWS account', account],
      ['Expires', expiresAt ? slackTime(expiresAt) : 'never'],
      ['Risk', RISKS[proposal.risk]],
    ]),
    { type: 'section', text: plain(`Why: ${reason ?? 'no reason was given'}`, 1000) },
    ...gains(gained, whole),
    ...(lost.length > 0 ? [section(`*What it loses*\n${permissionList(lost, 900)}`)] : []),
    smallPrint(
      `Who can use it: ${admission(intent)}`,
      ...proposal.approvalReasons
        .slice(0, 5)
        .map((text) => `Needs approval: ${words(text.replace('/parameters/', ''))}`),
    ),
    ...(decision ? [decided(decision, naming)] : []),
    ...buttons(story, grantLink, whole !== undefined),
    smallPrint(
      decision
        ? `Grant ${code(grantId)}`
        : `Grant ${code(grantId)} · lapses ${slackTime(proposal.lapsesAt)} if it is not decided`,
    ),
  ];
  return { text: `${title}: ${intent.template.name} for ${placeOf(intent)}`, blocks };
}

/** What is gained: all of it, or as much as fits with what that means. */
const gains = (gained: WaitingStory['gained'], whole: string[] | undefined): KnownBlock[] =>
  whole
    ? whole.map((text, n) => section(n === 0 ? `*What it gains*\n${text}` : text))
    : [
        section(`*What it gains*\n${permissionList(gained, 2900)}`),
        section(
          '*A message cannot show the whole plan, so it cannot be approved here.* Read the plan in the grant, and approve it through the API.',
        ),
      ];

function decided({ outcome, by, at, reason }: WaitingOver, naming: Naming): KnownBlock {
  const sign = outcome === 'approved' ? '✓' : '✗';
  const who = outcome === 'lapsed' ? '' : ` by ${naming(by)}`;
  const why = reason ? `\n> ${words(reason)}` : '';
  return section(`${sign} *${TITLES[outcome]}*${who}, ${slackTime(at)}${why}`);
}

function buttons(
  { grantId, request, decision }: WaitingStory,
  grantLink: string | undefined,
  isShownWhole: boolean,
): KnownBlock[] {
  const open = grantLink
    ? [
        {
          type: 'button' as const,
          action_id: 'open',
          text: plain('Open', 75),
          url: grantLink.replaceAll('{id}', grantId),
        },
      ]
    : [];
  const value = JSON.stringify({ grantId, planHash: request.planHash } satisfies ApprovalButton);
  const approve = {
    type: 'button' as const,
    action_id: 'approve',
    style: 'primary' as const,
    text: plain('Approve', 75),
    value,
    confirm: {
      title: plain('Approve?', 100),
      text: plain(
        cut(`Create or change the role for ${placeOf(request.intent)} with the permissions shown.`, 300),
        300,
      ),
      confirm: plain('Approve', 30),
      deny: plain('Not yet', 30),
    },
  };
  const reject = {
    type: 'button' as const,
    action_id: 'reject',
    style: 'danger' as const,
    text: plain('Reject…', 75),
    value,
  };
  // A plan that is not shown whole cannot be approved here, because the approver has not read all of it.
  const decide = isShownWhole ? [approve, reject] : [reject];
  const elements = decision ? open : [...decide, ...open];
  return elements.length === 0 ? [] : [{ type: 'actions', block_id: 'decide', elements }];
}
