import type { KnownBlock } from '@slack/types';
import type { SlackContent } from '../../../adapters/slack/web-api.ts';
import type { WaitingOver, WaitingStory } from '../../../domain/messaging/waiting-story.ts';
import { visible } from '../../../domain/shared/text/visible-text.ts';
import {
  code,
  cut,
  facts,
  fitsCode,
  fitsPlain,
  heading,
  lines,
  plain,
  plainSection,
  section,
  smallPrint,
  words,
} from '../messages/blocks.ts';
import { admission, placeOf, templateOf } from '../messages/grant-facts.ts';
import { permissionList, wholePermissionList } from '../messages/permission-list.ts';
import {
  expiryText,
  parameterLines,
  sessionText,
  trustText,
  wholeParameters,
} from '../messages/plan-facts.ts';
import { slackTime } from '../messages/times.ts';
import type { Naming } from '../people.ts';

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

const RISKS: Record<WaitingStory['plan']['risk'], string> = {
  new: 'New: nothing is live yet',
  wider: 'Wider than what is live',
  narrower: 'Narrower than what is live',
  same: 'The same permissions as now',
};

/** A part of the message, and whether it shows all there is. */
type Part = { blocks: KnownBlock[]; isWhole: boolean };

/** The message to the approvers: who asks, for what, where and why, what it would gain, lose and replace, until when; and two
 *  buttons while it waits, or what became of it. What it cannot show whole cannot be approved from it. Within Slack's limits
 *  whatever the template and the names. */
export function approvalCard(
  story: WaitingStory,
  naming: Naming,
  grantLink: string | undefined,
): SlackContent {
  const { grantId, request, plan, decision } = story;
  const { intent, proposal, requestedBy } = request;
  const title = decision ? TITLES[decision.outcome] : 'Approval needed';
  const parts = [
    placePart(story),
    parametersPart(story),
    reasonPart(request.reason),
    permissionsPart('What it gains', plan.gained),
    ...(plan.lost.length > 0 ? [permissionsPart('What it loses', plan.lost)] : []),
    plainPart(
      'Needs approval',
      plan.approvalReasons.map((text) => text.replace('/parameters/', '')),
    ),
    plainPart('Warnings', plan.warnings),
  ];
  const isWhole = fitsCode(requestedBy.id) && parts.every((part) => part.isWhole);
  const blocks: KnownBlock[] = [
    heading(`${title}: ${placeOf(intent)}`),
    section(`${naming(requestedBy)} ${decision ? 'requested' : 'requests'} ${templateOf(intent)}`),
    ...parts.flatMap((part) => part.blocks),
    smallPrint(`Who can use it: ${admission(intent)}`),
    ...(isWhole ? [] : [elsewhere(grantId)]),
    ...(decision ? [decided(decision, naming)] : []),
    ...buttons(story, grantLink, isWhole),
    smallPrint(
      decision
        ? `Grant ${code(grantId)}`
        : `Grant ${code(grantId)} · lapses ${slackTime(proposal.lapsesAt)} if it is not decided`,
    ),
  ];
  return { text: `${title}: ${intent.template.name} for ${placeOf(intent)}`, blocks };
}

/** Where a plan is decided that a message cannot show. */
const elsewhere = (grantId: string): KnownBlock =>
  section(
    `*A message cannot show the whole plan, so it cannot be approved here.* ${code(`GET /v1/grants/${grantId}`)} shows it; decide there with ${code(`POST /v1/grants/${grantId}/approve`)}.`,
  );

/** Where the role is, for how long, and who could assume it. Names of environments are chosen by people and can look alike,
 *  so the UUID is beside the name. */
function placePart({ request, plan }: WaitingStory): Part {
  const { intent, expiresInSeconds } = request;
  const { repository, environment } = intent;
  const where = environment
    ? `${code(environment.name)} ${code(environment.uuid)}`
    : 'none: the whole repository';
  return {
    blocks: facts([
      ['Repository', code(repository.fullName)],
      ['Deployment environment', where],
      ['AWS account', code(intent.account)],
      ['Expires', expiryText(plan, expiresInSeconds)],
      ['Session', sessionText(plan)],
      ['Trust policy', trustText(plan)],
      ['Risk', RISKS[plan.risk]],
    ]),
    isWhole: fitsCode(repository.fullName) && fitsCode(environment?.name ?? ''),
  };
}

/** The parameters: all of them, or as many as fit. */
function parametersPart({ request: { intent }, plan: { replaces } }: WaitingStory): Part {
  const items = parameterLines(intent, replaces);
  if (items.length === 0) return { blocks: [section('*Parameters*\n_none_')], isWhole: true };
  const whole = wholeParameters(intent, replaces);
  const texts = whole ?? [
    lines(
      items.map((text) => ({ text })),
      (left) => `… and ${left} more`,
      2900,
    ),
  ];
  return { blocks: titled('Parameters', texts), isWhole: whole !== undefined };
}

function reasonPart(reason: string | undefined): Part {
  const text = `Why: ${reason ?? 'no reason was given'}`;
  return { blocks: [plainSection(text)], isWhole: fitsPlain(text) };
}

/** Permissions: all of them, or as many as fit. */
function permissionsPart(title: string, permissions: WaitingStory['plan']['gained']): Part {
  const whole = wholePermissionList(permissions);
  return {
    blocks: titled(title, whole ?? [permissionList(permissions, 2900)]),
    isWhole: whole !== undefined,
  };
}

/** Sentences that may hold names from outside: as plain text, in which nothing is removed or has a meaning. */
function plainPart(title: string, sentences: readonly string[]): Part {
  if (sentences.length === 0) return { blocks: [], isWhole: true };
  const text = `${title}:\n${sentences.map((one) => `• ${visible(one)}`).join('\n')}`;
  return { blocks: [plainSection(text)], isWhole: fitsPlain(text) };
}

const titled = (title: string, texts: readonly string[]): KnownBlock[] =>
  texts.map((text, n) => section(n === 0 ? `*${title}*\n${text}` : text));

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
