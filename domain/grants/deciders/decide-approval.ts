import { comparePersons, isSamePrincipal, type Principal, REPOSITORY_RULES } from '../../shared/principal.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { type Instant, plusSeconds } from '../../shared/time.ts';
import type { NewEvent } from '../event.ts';
import { type Grant, isDecidable, isRequester, type WaitingRequest, waitingRequest } from '../grant.ts';
import { hasLapsed } from '../lapse.ts';
import { frozenGrant } from './decide-freeze.ts';

/** A person's decision about a waiting plan. `now` is its time, and the event must have the same. */
export type Decision = { planHash: string; principal: Principal; now: Instant; reason?: string | undefined };

/** The event of a decision, and the request that it is about. */
export type Decided = { event: NewEvent; request: WaitingRequest };

/** The rule that no requester approves their own request; it holds whatever the access rules say. */
export const OWN_REQUEST_RULE = 'nobody-approves-their-own-request';

/** Decides an approval: only of the plan that waits, in time, by a person who was not among those who asked since the
 *  last approval. `DENIED`, `CONFLICT` where nothing waits, `PLAN_CHANGED` where another plan does. */
export function decideApproval(grant: Grant, decision: Decision): Result<Decided> {
  const { principal, now, reason } = decision;
  const mayDecide = principal.kind === 'person' && !isRequester(grant, principal);
  if (waitingRequest(grant) && !mayDecide) return fail(ownRequest(grant, principal));
  const waiting = findWaiting(grant, decision);
  if (!waiting.ok) return waiting;
  const request = waiting.value;
  return ok({ event: approvalOf(grant, request, { at: now, reason }), request });
}

/** Decides the approval, by a rule of the configuration, of the request that the rule has made. Undefined if no such
 *  request waits, or if it has lapsed. */
export function decideRuleApproval(grant: Grant, now: Instant): Decided | undefined {
  const waiting = waitingRequest(grant);
  if (grant.state !== 'pending' || !waiting || !isSamePrincipal(waiting.requestedBy, REPOSITORY_RULES)) {
    return undefined;
  }
  const found = findWaiting(grant, { planHash: waiting.planHash, now });
  if (!found.ok) return undefined;
  const request = found.value;
  return { event: approvalOf(grant, request, { at: now }), request };
}

function approvalOf(
  grant: Grant,
  { planHash, expiresInSeconds }: WaitingRequest,
  { at, reason }: { at: Instant; reason?: string | undefined },
): NewEvent {
  return {
    type: 'GrantApproved',
    data: {
      ...targetOf(grant),
      planHash,
      // A lifetime begins when the grant does: eight hours are not used up by waiting for them.
      ...(expiresInSeconds ? { expiresAt: plusSeconds(at, expiresInSeconds) } : {}),
      ...(reason ? { reason } : {}),
    },
  };
}

/** Decides a rejection of the plan that waits; the requester may reject it, too. `CONFLICT` where nothing waits,
 *  `PLAN_CHANGED` where another plan does. */
export function decideRejection(grant: Grant, decision: Decision): Result<Decided> {
  const waiting = findWaiting(grant, decision);
  if (!waiting.ok) return waiting;
  const { planHash, reason } = decision;
  const data = { ...targetOf(grant), planHash, ...(reason ? { reason } : {}) };
  return ok({ event: { type: 'GrantRejected', data }, request: waiting.value });
}

function findWaiting(
  grant: Grant,
  { planHash, now }: Pick<Decision, 'planHash' | 'now'>,
): Result<WaitingRequest> {
  if (grant.state === 'frozen') return fail(frozenGrant(grant));
  const waiting = waitingRequest(grant);
  if (!waiting) {
    return fail(
      problem('CONFLICT', `Grant ${grant.id} has nothing that waits for approval; it is ${grant.state}.`),
    );
  }
  if (!isDecidable(waiting) || hasLapsed(waiting, now)) {
    const detail = `The request for grant ${grant.id} has lapsed. Request the grant again if it is still needed.`;
    return fail(problem('CONFLICT', detail));
  }
  if (waiting.planHash === planHash) return ok(waiting);
  const detail = `Another plan waits for approval now. Read grant ${grant.id} again, and decide on the plan that it shows.`;
  return fail(
    problem('PLAN_CHANGED', detail, {
      errors: [{ pointer: '/planHash', detail: 'is not the waiting plan' }],
    }),
  );
}

const targetOf = (grant: Grant) => {
  const { repository, account } = grant.request.intent;
  return { repository, account };
};

function ownRequest({ requesters }: Grant, principal: Principal): Problem {
  const isUnproven =
    principal.kind === 'person' && !requesters.some((other) => comparePersons(other, principal) === 'same');
  const detail = isUnproven
    ? ': nothing verified tells them apart from a person who asked for this. An administrator gives both an entry in people with the email, Slack user or Bitbucket account that each is known by, or the approver decides through the endpoint that the requester used.'
    : ' cannot approve this. A person who has not requested it since the last approval must approve.';
  return problem('DENIED', `Rule ${OWN_REQUEST_RULE}: ${principal.kind} ${principal.id}${detail}`);
}
