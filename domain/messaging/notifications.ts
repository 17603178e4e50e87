import type { DerivingSettings } from '../access/derived-groups/derived-groups.ts';
import type { Directory } from '../access/directory.ts';
import { isUnlisted, slackUserOf } from '../access/slack-identity.ts';
import type { GrantEvent } from '../grants/event.ts';
import { replayPart, type StreamPart } from '../grants/evolve/checkpoint.ts';
import { evolve, replay } from '../grants/evolve/evolve.ts';
import { changeOf, type Grant, type RequestInForce, waitingRequest } from '../grants/grant.ts';
import type { Plan } from '../planning/plan.ts';
import { waitingPlanOf } from '../planning/waiting-plan.ts';
import type { GrantId, ProjectUuid } from '../shared/identifiers.ts';
import type { Principal } from '../shared/principal.ts';
import type { Instant } from '../shared/time.ts';
import type { SlackSettings } from './slack-settings.ts';

/** A recipient of a notification. `channel` is the id of a Slack channel or of a Slack user. `unlisted` is a requester without
 *  an entry in `people`, who asked in Slack: only Slack knows which user has their email. */
export type Recipient =
  | { to: 'approvers' | 'team' | 'requester'; channel: string }
  | { to: 'requester'; unlisted: Principal };

/** How a waiting request ended, by whom and when. */
export type WaitingOver = {
  outcome: 'approved' | 'rejected' | 'lapsed' | 'withdrawn' | 'replaced';
  by: Principal;
  at: Instant;
  reason?: string | undefined;
};

/** A request that waits or has waited for approval, as the log records it. */
export type WaitingStory = {
  grantId: GrantId;
  request: RequestInForce & { proposal: NonNullable<RequestInForce['proposal']> };
  /** What it would have changed when it was requested. */
  plan: Plan;
  decision?: WaitingOver | undefined;
};

type Settings = {
  slack: SlackSettings;
  directory: Directory &
    Pick<DerivingSettings, 'emailDomains'> & {
      projects: readonly { uuid: ProjectUuid; approversChannel?: string | undefined }[];
    };
};

/** The recipients of a notification about a grant's last event. Approvers are notified when a request begins
 *  to wait. The project's team is notified of that too, and of what was granted, changed and revoked. The
 *  requester is notified of the decision. */
export function recipientsOf(settings: Settings, part: StreamPart): Recipient[] {
  const { slack } = settings;
  const event = part.events.at(-1);
  const asked = lastRequest(part);
  if (!event || !asked) return [];
  const { project, approval } = asked;
  const channel = slack.channels.find((one) => one.project.uuid === project?.uuid)?.channel;
  const team: Recipient[] = channel ? [{ to: 'team', channel }] : [];
  const isOwnDoing = event.principal.kind === 'person' && event.principal.id === asked.principal.id;
  const requester = isOwnDoing ? [] : requesterOf(settings, asked.principal);
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
    case 'GrantRevoked':
      return team;
    default:
      return [];
  }
}

function requesterOf({ slack, directory }: Settings, principal: Principal): Recipient[] {
  if (principal.kind !== 'person') return [];
  const channel = slackUserOf(directory, slack.team, principal.id);
  if (channel !== undefined) return [{ to: 'requester', channel }];
  return slack.emailLookup && isUnlisted(directory, principal)
    ? [{ to: 'requester', unlisted: principal }]
    : [];
}

/** The channels of those who decide a request: of each project whose approvers do, where it has one of its own. What no project
 *  decides alone, the installation's approvers may have to. */
function approversOf(
  { slack, directory: { projects } }: Settings,
  decidedBy: readonly ProjectUuid[] = [],
): Recipient[] {
  const own = decidedBy.map(
    (one) => projects.find(({ uuid }) => uuid === one)?.approversChannel ?? slack.approversChannel,
  );
  const channels = decidedBy.length === 1 ? own : [slack.approversChannel, ...own];
  return [...new Set(channels)].map((channel) => ({ to: 'approvers', channel }));
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
export const isNotifiable = (settings: Settings, part: StreamPart): boolean =>
  recipientsOf(settings, part).length > 0 || waitingEndedBy(part) !== undefined;

/** The events that may end the wait of a request. The stream is folded only after one of these. */
const MAY_END_WAITING: readonly GrantEvent['type'][] = [
  'GrantApproved',
  'GrantRejected',
  'RequestLapsed',
  'GrantRevoked',
  'RevocationRequested',
  'GrantRequested',
  'GrantChangeRequested',
];

/** The `seq` of the request whose wait the last event has ended; undefined if it ended none. */
export function waitingEndedBy(part: StreamPart): number | undefined {
  const type = part.events.at(-1)?.type;
  if (!type || !MAY_END_WAITING.includes(type)) return undefined;
  const before = waitingSeq(replayPart({ ...part, events: part.events.slice(0, -1) }));
  return before !== undefined && before !== waitingSeq(replayPart(part)) ? before : undefined;
}

const waitingSeq = (grant: Grant | undefined): number | undefined => grant && waitingRequest(grant)?.seq;

/** What the log records of the request with this `seq`; undefined where it never waited. */
export function waitingStory(events: readonly GrantEvent[], seq: number): WaitingStory | undefined {
  const asked = replay(events.slice(0, seq));
  const request = asked && waitingRequest(asked);
  const plan = asked && waitingPlanOf(asked);
  if (!plan || !request?.proposal || request.seq !== seq) return undefined;
  const story = { grantId: asked.id, request: { ...request, proposal: request.proposal }, plan };
  let grant: Grant | undefined = asked;
  for (const event of events.slice(seq)) {
    grant = evolve(grant, event);
    if (waitingSeq(grant) !== seq) return { ...story, decision: overBy(event) };
  }
  return story;
}

function overBy({ type, data, principal, at }: GrantEvent): WaitingOver {
  const reason = 'reason' in data ? data.reason : undefined;
  const outcomes: Partial<Record<GrantEvent['type'], WaitingOver['outcome']>> = {
    GrantApproved: 'approved',
    GrantRejected: 'rejected',
    RequestLapsed: 'lapsed',
    GrantRequested: 'replaced',
    GrantChangeRequested: 'replaced',
  };
  const outcome = outcomes[type] ?? 'withdrawn';
  const isDecision = outcome === 'approved' || outcome === 'rejected';
  return { outcome, by: principal, at, ...(isDecision && reason ? { reason } : {}) };
}
