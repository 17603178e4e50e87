import type { SlackContent } from '../../../adapters/slack/web-api.ts';
import { kindsOf } from '../../../domain/grants/drift.ts';
import type { EventOf, GrantEvent } from '../../../domain/grants/event.ts';
import { replay } from '../../../domain/grants/evolve/evolve.ts';
import { changeOf, type Grant } from '../../../domain/grants/grant.ts';
import { changesOf, liveStateOf } from '../../../domain/planning/plan.ts';
import { code, lines, section, smallPrint, words } from '../messages/blocks.ts';
import { placeOf, templateOf } from '../messages/grant-facts.ts';
import { replacedText } from '../messages/plan-facts.ts';
import { slackTime } from '../messages/times.ts';
import type { Naming } from '../people.ts';

/** Who a message is for, and what it is written with. */
export type CardWriting = {
  to: 'team' | 'requester' | 'approvers';
  naming: Naming;
  grantLink: string | undefined;
};

/** The message to a team's channel, a requester or approvers about a grant's last event; undefined where it is not
 *  notifiable. Reasons and parameters are for the requester: a channel may have readers who may not read the grant. */
export function notificationCard(
  events: readonly GrantEvent[],
  { to, naming, grantLink }: CardWriting,
): SlackContent | undefined {
  const event = events.at(-1);
  const grant = replay(events);
  const sentence = event && grant && sentenceOf(event, { grant, events, naming, to });
  if (!sentence) return undefined;
  const change = event.type === 'GrantChangeRequested' ? changeOf(grant) : undefined;
  const { intent } = change ?? grant.request;
  const where = `${intent.template.name} for ${placeOf(intent)}`;
  const id = grantLink ? `<${grantLink.replaceAll('{id}', grant.id)}|${grant.id}>` : code(grant.id);
  return {
    text: `${sentence.title}: ${where}`,
    blocks: [
      section(`*${sentence.title}*: ${templateOf(intent)} for ${code(placeOf(intent))}\n${sentence.detail}`),
      smallPrint(`Grant ${id}`),
    ],
  };
}

function sentenceOf(
  event: GrantEvent,
  {
    grant,
    events,
    naming,
    to,
  }: { grant: Grant; events: readonly GrantEvent[] } & Pick<CardWriting, 'naming' | 'to'>,
): { title: string; detail: string } | undefined {
  const { request } = grant;
  const until = grant.expiresAt ? ` It expires ${slackTime(grant.expiresAt)}.` : '';
  const quoted = (reason: string | undefined) => (reason && to === 'requester' ? `\n> ${words(reason)}` : '');
  switch (event.type) {
    case 'GrantRequested':
    case 'GrantChangeRequested':
      if (event.data.approval !== 'required') return undefined;
      return { title: 'Waiting for approval', detail: `${naming(event.principal)} requested it.` };
    case 'GrantActivated':
    case 'GrantUpdated': {
      const title = event.type === 'GrantActivated' ? 'Granted' : 'Changed';
      const approver = request.approvedBy ? `, and ${naming(request.approvedBy)} approved it` : '';
      const detail = `Role ${code(event.data.role.arn)}\n${naming(request.requestedBy)} requested it${approver}.${until}${replaced(events, to)}${quoted(request.reason)}`;
      return { title, detail };
    }
    case 'GrantRejected': {
      const why = quoted(event.data.reason);
      return { title: 'Rejected', detail: `${naming(event.principal)} rejected it.${why}` };
    }
    case 'RequestLapsed':
      return {
        title: 'Lapsed',
        detail: 'It was not decided in time. Request it again if it is still needed.',
      };
    case 'GrantFrozen':
      return {
        title: 'Frozen',
        detail: `${naming(event.principal)} froze it, and the change that you requested was dropped. Request it again once it is thawed.`,
      };
    case 'GrantRevoked':
      return { title: 'Revoked', detail: revocation(events, naming) };
    case 'DriftFound':
      return to === 'approvers' ? { title: 'Opened in AWS', detail: openedRole(event, grant) } : undefined;
    case 'ProvisioningFailed':
    case 'UpdateFailed': {
      const title = event.type === 'UpdateFailed' ? 'The change failed' : 'The grant failed';
      return { title, detail: `${code(event.data.error.code)}: ${words(event.data.error.detail)}` };
    }
    default:
      return undefined;
  }
}

/** What was found of a role that allows more than was granted, and what is done about it. */
function openedRole({ data }: EventOf<'DriftFound'>, { state }: Grant): string {
  const { differences, action, role } = data;
  const kinds = kindsOf(differences).map(code).join(', ');
  const done = state === 'frozen' ? 'It is frozen, and is closed again.' : DONE[action];
  return `Its role ${code(role.arn)} was changed by other hands and allows more than was granted: ${kinds}.\n${done} CloudTrail says who did it.`;
}

const DONE = {
  repair: 'It is being restored.',
  freeze: 'The grant is being frozen.',
  report: 'A rule of the configuration has it only reported, so it stays as it is.',
} as const;

/** What the change that the last event completes has replaced, for its requester. */
function replaced(events: readonly GrantEvent[], to: CardWriting['to']): string {
  const before = to === 'requester' ? replay(events.slice(0, -1)) : undefined;
  const change = before && changeOf(before);
  if (!before || !change) return '';
  const { intent } = change;
  const { replaces } = changesOf({ intent, live: liveStateOf(before), lifetime: undefined });
  const items = replaces.map((one) => ({ text: `• ${replacedText(one)}` }));
  return items.length === 0 ? '' : `\nIt replaces\n${lines(items, (left) => `… and ${left} more`, 1500)}`;
}

function revocation(events: readonly GrantEvent[], naming: Naming): string {
  const asked = events.findLast(({ type }) => type === 'RevocationRequested' || type === 'GrantRequested');
  if (asked?.type !== 'RevocationRequested')
    return `${naming(events.at(-1)?.principal ?? SYSTEM)} withdrew it.`;
  if (asked.data.cause === 'expired') return 'It expired. The role was deleted.';
  if (asked.data.cause === 'repository-gone') return 'Its repository was deleted, and so was the role.';
  return `${naming(asked.principal)} revoked it. The role was deleted.`;
}

const SYSTEM = { kind: 'system' as const, id: 'rolewright' };
