import type { GrantEvent } from '../grants/event.ts';
import { replayPart, type StreamPart } from '../grants/evolve/checkpoint.ts';
import { evolve, replay } from '../grants/evolve/evolve.ts';
import { type Grant, type RequestInForce, waitingRequest } from '../grants/grant.ts';
import type { Plan } from '../planning/plan.ts';
import { waitingPlanOf } from '../planning/waiting-plan.ts';
import type { GrantId } from '../shared/identifiers.ts';
import type { Principal } from '../shared/principal.ts';
import type { Instant } from '../shared/time.ts';

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

/** The events that may end the wait of a request. The stream is folded only after one of these. */
const MAY_END_WAITING: readonly GrantEvent['type'][] = [
  'GrantApproved',
  'GrantRejected',
  'RequestLapsed',
  'GrantRevoked',
  'RevocationRequested',
  'GrantFrozen',
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
