import { assertNever } from '../../shared/result.ts';
import { type EventData, type NewEvent, optional } from '../event.ts';
import type { Grant } from '../grant.ts';

/** Why a grant is being revoked. */
export type RevocationCause = EventData<'RevocationRequested'>['cause'];

/** Decides a revoke: no event where nothing is left to revoke. `outcome` is `settled` when the state already answers
 *  the request, `verify` for a failed grant (the provisioner makes sure that nothing is left), else `revoking`. */
export function decideRevocation(
  grant: Grant,
  cause: RevocationCause,
  reason?: string,
): { events: NewEvent[]; outcome: 'settled' | 'verify' | 'revoking' } {
  const { repository, account } = grant.request.intent;
  switch (grant.state) {
    case 'revoked':
    case 'rejected':
      return { events: [], outcome: 'settled' };
    case 'failed':
      return { events: [], outcome: 'verify' };
    case 'pending':
      return { events: [{ type: 'GrantRevoked', data: { repository, account } }], outcome: 'settled' };
    case 'revoking':
      return { events: [], outcome: 'revoking' };
    case 'provisioning':
    case 'active':
    case 'frozen': {
      const data = { repository, account, cause, ...optional('reason', reason) };
      return { events: [{ type: 'RevocationRequested', data }], outcome: 'revoking' };
    }
    default:
      return assertNever(grant);
  }
}
