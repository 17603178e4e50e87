import type { GrantEvent } from '../event.ts';
import type { FailedGrant, Grant, RejectedGrant, RevokedGrant } from '../grant.ts';
import { evolveInAnyState } from './any-state.ts';
import { begin } from './request.ts';
import { beginRevoking } from './revoking.ts';

/** A revoked or rejected grant, after one more event: only a new request moves it. */
export const evolveClosed = (grant: RevokedGrant | RejectedGrant, event: GrantEvent): Grant =>
  event.type === 'GrantRequested' ? begin(grant.id, grant, event) : evolveInAnyState(grant, event);

/** A failed grant, after one more event: a new request moves it, and a revoke of what it left behind. */
export function evolveFailed(grant: FailedGrant, event: GrantEvent): Grant {
  switch (event.type) {
    case 'GrantRequested':
      return begin(grant.id, grant, event);
    case 'RevocationRequested':
      return beginRevoking(grant, event);
    default:
      return evolveInAnyState(grant, event);
  }
}
