import type { SlackContent } from '../../../adapters/slack/web-api.ts';
import type { GrantEvent } from '../../../domain/grants/event.ts';
import { replay } from '../../../domain/grants/evolve/evolve.ts';
import { changeOf, type Grant } from '../../../domain/grants/grant.ts';
import type { Naming } from '../people.ts';
import { code, section, smallPrint, words } from './blocks.ts';
import { placeOf, templateOf } from './grant-facts.ts';
import { slackTime } from './times.ts';

/** The message to a team's channel or a requester about a grant's last event; undefined where it is not
 *  notifiable. */
export function notificationCard(
  events: readonly GrantEvent[],
  naming: Naming,
  grantLink: string | undefined,
): SlackContent | undefined {
  const event = events.at(-1);
  const grant = replay(events);
  const sentence = event && grant && sentenceOf(event, { grant, events, naming });
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
  { grant, events, naming }: { grant: Grant; events: readonly GrantEvent[]; naming: Naming },
): { title: string; detail: string } | undefined {
  const { request } = grant;
  const until = grant.expiresAt ? ` It expires ${slackTime(grant.expiresAt)}.` : '';
  const because = request.reason ? `\n> ${words(request.reason)}` : '';
  switch (event.type) {
    case 'GrantRequested':
    case 'GrantChangeRequested':
      if (event.data.approval !== 'required') return undefined;
      return { title: 'Waiting for approval', detail: `${naming(event.principal)} requested it.` };
    case 'GrantActivated':
    case 'GrantUpdated': {
      const title = event.type === 'GrantActivated' ? 'Granted' : 'Changed';
      const approver = request.approvedBy ? `, and ${naming(request.approvedBy)} approved it` : '';
      const detail = `Role ${code(event.data.role.arn)}\n${naming(request.requestedBy)} requested it${approver}.${until}${because}`;
      return { title, detail };
    }
    case 'GrantRejected': {
      const why = event.data.reason ? `\n> ${words(event.data.reason)}` : '';
      return { title: 'Rejected', detail: `${naming(event.principal)} rejected it.${why}` };
    }
    case 'RequestLapsed':
      return {
        title: 'Lapsed',
        detail: 'It was not decided in time. Request it again if it is still needed.',
      };
    case 'GrantRevoked':
      return { title: 'Revoked', detail: revocation(events, naming) };
    case 'ProvisioningFailed':
    case 'UpdateFailed': {
      const title = event.type === 'UpdateFailed' ? 'The change failed' : 'The grant failed';
      return { title, detail: `${code(event.data.error.code)}: ${words(event.data.error.detail)}` };
    }
    default:
      return undefined;
  }
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
