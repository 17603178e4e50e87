import type { GrantEvent } from '../event.ts';
import type { Grant, PendingGrant } from '../grant.ts';
import { evolveInAnyState } from './any-state.ts';
import { heldBy } from './containment/hold.ts';
import { begin } from './request.ts';
import { approvedRequest, decisionOf } from './valid-approval.ts';

/** A grant that waited for a decision, after one more event. */
export function evolvePending(grant: PendingGrant, event: GrantEvent): Grant {
  switch (event.type) {
    case 'GrantRequested':
      return begin(grant.id, grant, event);
    case 'GrantApproved': {
      const request = approvedRequest(grant, event);
      if (!request) return grant;
      const decision = decisionOf(event);
      return {
        ...grant,
        state: 'provisioning',
        requesters: [],
        request,
        expiresAt: request.expiresAt,
        termSince: event.at,
        decision,
      };
    }
    case 'GrantRejected':
    case 'RequestLapsed':
      return event.data.planHash === grant.request.planHash
        ? { ...grant, state: 'rejected', decision: decisionOf(event) }
        : grant;
    case 'GrantRevoked':
      return { ...grant, ...heldBy(grant, event), state: 'revoked', lastError: undefined };
    default:
      return evolveInAnyState(grant, event);
  }
}
