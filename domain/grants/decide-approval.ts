import { isSamePrincipal, type Principal, REPOSITORY_RULES } from '../shared/principal.ts';
import { type Problem, problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { type Instant, plusSeconds } from '../shared/time.ts';
import type { NewEvent } from './event.ts';
import { type Grant, isRequester, type RequestInForce, waitingRequest } from './grant.ts';

/** What somebody decides about a waiting plan. `now` is when. */
export type Decision = { planHash: string; principal: Principal; now: Instant; reason?: string | undefined };

/** The rule that nobody approves what they asked for themselves; it holds whatever the access rules say. */
export const OWN_REQUEST_RULE = 'nobody-approves-their-own-request';

/** Decides an approval: only of the plan that waits, in time, by a person who was not among those who asked since the
 *  last approval. `DENIED`, `CONFLICT` where nothing waits, `PLAN_CHANGED` where another plan does. */
export function decideApproval(grant: Grant, decision: Decision): Result<NewEvent> {
  const { principal, now, reason } = decision;
  const mayDecide = principal.kind === 'person' && !isRequester(grant, principal);
  if (waitingRequest(grant) && !mayDecide) return fail(ownRequest(principal));
  const waiting = findWaiting(grant, decision);
  if (!waiting.ok) return waiting;
  return ok(approvalOf(grant, waiting.value, now, reason));
}

/** Decides the approval of what a rule of the configuration has asked for, by that rule; undefined where nothing of the
 *  kind waits, or waits in time. */
export function decideRuleApproval(grant: Grant, now: Instant): NewEvent | undefined {
  const waiting = waitingRequest(grant);
  if (grant.state !== 'pending' || !waiting || !isSamePrincipal(waiting.requestedBy, REPOSITORY_RULES)) {
    return undefined;
  }
  const found = findWaiting(grant, { planHash: waiting.planHash, now });
  return found.ok ? approvalOf(grant, waiting, now) : undefined;
}

function approvalOf(
  grant: Grant,
  { planHash, expiresInSeconds }: RequestInForce,
  now: Instant,
  reason?: string,
): NewEvent {
  return {
    type: 'GrantApproved',
    data: {
      ...targetOf(grant),
      planHash,
      // A lifetime begins when the grant does: eight hours are not used up by waiting for them.
      ...(expiresInSeconds ? { expiresAt: plusSeconds(now, expiresInSeconds) } : {}),
      ...(reason ? { reason } : {}),
    },
  };
}

/** Decides a rejection of the plan that waits; whoever asked may reject it, too. `CONFLICT` where nothing waits,
 *  `PLAN_CHANGED` where another plan does. */
export function decideRejection(grant: Grant, decision: Decision): Result<NewEvent> {
  const waiting = findWaiting(grant, decision);
  if (!waiting.ok) return waiting;
  const { planHash, reason } = decision;
  return ok({
    type: 'GrantRejected',
    data: { ...targetOf(grant), planHash, ...(reason ? { reason } : {}) },
  });
}

/** The event that ends a request which nobody decided in time; undefined while there is none such. */
export function decideLapse(grant: Grant, now: Instant): NewEvent | undefined {
  const waiting = waitingRequest(grant);
  const hasLapsed = waiting?.proposal !== undefined && waiting.proposal.lapsesAt < now;
  return hasLapsed
    ? { type: 'RequestLapsed', data: { ...targetOf(grant), planHash: waiting.planHash } }
    : undefined;
}

function findWaiting(
  grant: Grant,
  { planHash, now }: Pick<Decision, 'planHash' | 'now'>,
): Result<RequestInForce> {
  const waiting = waitingRequest(grant);
  if (!waiting) {
    return fail(
      problem('CONFLICT', `Grant ${grant.id} has nothing that waits for approval; it is ${grant.state}.`),
    );
  }
  if (!waiting.proposal || waiting.proposal.lapsesAt < now) {
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

const ownRequest = (principal: Principal): Problem =>
  problem(
    'DENIED',
    `Rule ${OWN_REQUEST_RULE}: ${principal.kind} ${principal.id} cannot approve this. A person who has not requested it since the last approval must approve.`,
  );
