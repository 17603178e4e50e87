import type { DerivingSettings } from '../access/derived-groups/derived-groups.ts';
import type { Directory } from '../access/directory.ts';
import { isUnlisted, slackUserOf } from '../access/slack-identity.ts';
import { isWidened } from '../grants/drift.ts';
import type { GrantEvent } from '../grants/event.ts';
import { replayPart, type StreamPart } from '../grants/evolve/checkpoint.ts';
import { changeOf, type Grant } from '../grants/grant.ts';
import type { ProjectUuid } from '../shared/identifiers.ts';
import { isSamePrincipal, type Principal } from '../shared/principal.ts';
import type { SlackSettings } from './slack-settings.ts';
import { waitingEndedBy } from './waiting-story.ts';

/** A recipient of a notification. `channel` is the id of a Slack channel or of a Slack user. `unlisted` is a requester without
 *  an entry in `people`, who asked in Slack: only Slack knows which user has their email. */
export type Recipient =
  | { to: 'approvers' | 'team' | 'requester'; channel: string }
  | { to: 'requester'; unlisted: Principal };

/** What says who is notified. */
export type RecipientSettings = {
  slack: SlackSettings;
  directory: Directory &
    Pick<DerivingSettings, 'emailDomains'> & {
      projects: readonly { uuid: ProjectUuid; approversChannel?: string | undefined }[];
    };
};

/** The recipients of a notification about a grant's last event. Approvers are notified when a request begins
 *  to wait. The project's team is notified of that too, and of what was granted, changed and ended. The
 *  requester is notified of the decision. Everyone whose request the end ends is notified of it, unless they ended it. Who requested a change
 *  that a freeze drops is notified of that. Approvers are notified of a role that somebody has opened. */
export function recipientsOf(settings: RecipientSettings, part: StreamPart): Recipient[] {
  const event = part.events.at(-1);
  const asked = lastRequest(part);
  if (!event || !asked) return [];
  const { approval } = asked;
  const team = teamOf(settings, asked.project);
  const requester = isOwnDoing(event.principal, asked.principal)
    ? []
    : requesterOf(settings, asked.principal);
  switch (event.type) {
    case 'GrantRequested':
    case 'GrantChangeRequested':
      return approval === 'required'
        ? [...approversOf(settings, event.data.proposal?.decidedBy), ...team]
        : [];
    case 'GrantActivated':
    case 'GrantUpdated':
      return approval === 'required' ? [...team, ...requester] : team;
    case 'ProvisioningFailed':
    case 'UpdateFailed':
      return approval === 'required' ? requester : [];
    case 'GrantRejected':
    case 'RequestLapsed':
      return requester;
    case 'GrantFrozen':
      return droppedBy(part)
        .filter((one) => !isOwnDoing(event.principal, one))
        .flatMap((one) => requesterOf(settings, one));
    case 'DriftFound':
      return isWidened(event.data.differences) ? guardiansOf(settings, asked.project) : [];
    case 'GrantRevoked':
      return [...team, ...requestersOf(settings, endedFor(part))];
    default:
      return [];
  }
}

/** A channel of approvers. */
type Approvers = { to: 'approvers'; channel: string };

/** The channels of those who decide a request: of each project whose approvers do, where it has one of its own. What no project
 *  decides alone, the installation's approvers may have to. */
export function approversOf(
  { slack, directory: { projects } }: RecipientSettings,
  decidedBy: readonly ProjectUuid[] = [],
): Approvers[] {
  const own = decidedBy.map(
    (one) => projects.find(({ uuid }) => uuid === one)?.approversChannel ?? slack.approversChannel,
  );
  const channels = decidedBy.length === 1 ? own : [slack.approversChannel, ...own];
  return [...new Set(channels)].map((channel) => ({ to: 'approvers' as const, channel }));
}

/** The channels of those who look after a grant's access: the installation's approvers and those of its project. */
const guardiansOf = (
  settings: RecipientSettings,
  project: { uuid: ProjectUuid } | undefined,
): Recipient[] => [
  ...approversOf(settings),
  ...approversOf(settings, project ? [project.uuid] : []).filter(
    ({ channel }) => channel !== settings.slack.approversChannel,
  ),
];

/** The project's team of a grant that is about to end, its requester, and who asked for that end. */
export function recipientsOfReminder(settings: RecipientSettings, grant: Grant): Recipient[] {
  return [...teamOf(settings, grant.request.intent.project), ...requestersOf(settings, askersOf(grant))];
}

/** Who asked for what is live, for the time that it has, and for the change that waits. */
const askersOf = (grant: Grant): Principal[] => [
  grant.request.requestedBy,
  grant.lifetimeSetBy,
  ...[changeOf(grant)?.requestedBy ?? []].flat(),
];

/** The requesters among some principals, each once. */
function requestersOf(settings: RecipientSettings, principals: readonly Principal[]): Recipient[] {
  const found = principals.flatMap((one) => requesterOf(settings, one));
  return [...new Map(found.map((one) => [keyOf(one), one])).values()];
}

/** Distinguishes the recipients of one message. */
export const keyOf = (recipient: Recipient): string =>
  recipient.to === 'team'
    ? 'team'
    : `${recipient.to}#${'channel' in recipient ? recipient.channel : recipient.unlisted.id}`;

function teamOf({ slack }: RecipientSettings, project: { uuid: string } | undefined): Recipient[] {
  const channel = slack.channels.find((one) => one.project.uuid === project?.uuid)?.channel;
  return channel ? [{ to: 'team', channel }] : [];
}

function requesterOf({ slack, directory }: RecipientSettings, principal: Principal): Recipient[] {
  if (principal.kind !== 'person') return [];
  const channel = slackUserOf(directory, slack.team, principal.id);
  if (channel !== undefined) return [{ to: 'requester', channel }];
  return slack.emailLookup && isUnlisted(directory, principal)
    ? [{ to: 'requester', unlisted: principal }]
    : [];
}

const isOwnDoing = (by: Principal, requester: Principal): boolean =>
  by.kind === 'person' && isSamePrincipal(by, requester);

/** Who requested the change that the freeze of the last event drops. */
function droppedBy(part: StreamPart): Principal[] {
  const before = replayPart({ ...part, events: part.events.slice(0, -1) });
  const change = before && changeOf(before);
  return change ? [change.requestedBy] : [];
}

/** Everyone but who ended it whose request is ended by the revoke that the last event completes. Who revoked may be before the
 *  checkpoint; the worker reads the whole stream. */
function endedFor(part: StreamPart): Principal[] {
  const { events } = part;
  const at = events.findLastIndex(({ type }) => type === 'RevocationRequested' || type === 'GrantRequested');
  const isAnnounced = events[at]?.type === 'RevocationRequested';
  // The announcement drops a change that waits.
  const before = replayPart(isAnnounced ? { ...part, events: events.slice(0, at) } : part);
  const ending = isAnnounced ? events[at] : events.at(-1);
  return before && ending ? askersOf(before).filter((one) => !isOwnDoing(ending.principal, one)) : [];
}

type Request = GrantEvent & { type: 'GrantRequested' | 'GrantChangeRequested' };
const isRequest = (event: GrantEvent): event is Request =>
  event.type === 'GrantRequested' || event.type === 'GrantChangeRequested';

/** The latest request, from the events or else from the checkpoint's grant. */
function lastRequest({ checkpoint, events }: StreamPart) {
  const event = events.findLast(isRequest);
  if (event) return { ...event.data, principal: event.principal };
  if (!checkpoint) return undefined;
  const { intent, approval, requestedBy } = changeOf(checkpoint.grant) ?? checkpoint.grant.request;
  return { project: intent.project, approval, principal: requestedBy };
}

/** True when the last event has recipients, or when it ends the wait of a request whose message must be
 *  updated. */
export const isNotifiable = (settings: RecipientSettings, part: StreamPart): boolean =>
  recipientsOf(settings, part).length > 0 || waitingEndedBy(part) !== undefined;
