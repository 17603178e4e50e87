import {
  CONFIGURATION,
  foldAscii,
  isSamePrincipal,
  mayBeSame,
  type Principal,
  REPOSITORY_RULES,
} from '../../shared/principal.ts';
import type { EventOf } from '../event.ts';
import {
  type Grant,
  isDecidable,
  type RequestDecision,
  type RequestInForce,
  waitingRequest,
} from '../grant.ts';
import { hasLapsed } from '../lapse.ts';

/** The waiting request as approved, if the approval counts: it is of this plan, in time, and by a person who is no
 *  requester. Any other approval in the log has no effect. */
export function approvedRequest(
  grant: Grant,
  { data, principal, at }: EventOf<'GrantApproved'>,
): RequestInForce | undefined {
  const waiting = waitingRequest(grant);
  if (!waiting || !isDecidable(waiting) || waiting.planHash !== data.planHash) return undefined;
  if (hasLapsed(waiting, at)) return undefined;
  const isByPerson = principal.kind === 'person' && !hadAsked(grant, principal);
  if (!isByPerson && !isByRule(grant, waiting, principal)) return undefined;
  const { expiresAt = waiting.expiresAt } = data;
  return { ...waiting, approvedBy: principal, approvedAt: at, ...(expiresAt ? { expiresAt } : {}) };
}

/** The decision that an event records about the request that waited. */
export const decisionOf = ({
  type,
  principal,
  at,
  data,
}: EventOf<'GrantApproved' | 'GrantRejected' | 'RequestLapsed'>): RequestDecision => {
  if (type === 'RequestLapsed') return { outcome: 'lapsed', at };
  const { reason } = data as { reason?: string };
  const outcome = type === 'GrantApproved' ? 'approved' : 'rejected';
  return { outcome, by: principal, at, ...(reason === undefined ? {} : { reason }) };
};

/** True unless the approver is proven to differ from every requester. Events of before 0.1.0 hold no identifiers. Their
 *  approvals compared ids case-insensitively, and remain valid because a role exists by them. */
const hadAsked = ({ requesters }: Grant, approver: Principal): boolean =>
  requesters.some((other) =>
    other.identifiers || approver.identifiers
      ? mayBeSame(other, approver)
      : other.kind === approver.kind && foldAscii(other.id) === foldAscii(approver.id),
  );

/** The configuration approves only new grants that its own rules requested. This checks who claims to approve; the
 *  provisioner checks that such a rule exists. */
const isByRule = (grant: Grant, waiting: RequestInForce, principal: Principal): boolean =>
  grant.state === 'pending' &&
  isSamePrincipal(principal, CONFIGURATION) &&
  isSamePrincipal(waiting.requestedBy, REPOSITORY_RULES);
