import { assertNever } from '../../shared/result.ts';
import { type EventData, type NewEvent, optional } from '../event.ts';
import type { Grant } from '../grant.ts';

/** Why a grant is being revoked. */
export type RevocationCause = EventData<'RevocationRequested'>['cause'];

/** Why a grant is revoked, in words, and whether that holds it: machines then cannot ask for it again. */
export type RevocationTerms = { reason?: string | undefined; holds: boolean };

/** Decides a revoke: no event where nothing is left to revoke, but for a hold: who revokes what has just ended, by a machine perhaps,
 *  holds it as well. `outcome` is `settled` when the state already answers
 *  the request, `verify` for a failed grant (the provisioner makes sure that nothing is left), else `revoking`. */
export function decideRevocation(
  grant: Grant,
  cause: RevocationCause,
  { reason, holds }: RevocationTerms,
): { events: NewEvent[]; outcome: 'settled' | 'verify' | 'revoking' } {
  const { repository, account } = grant.request.intent;
  const more = { ...optional('reason', reason), ...(holds && !grant.hold ? { hold: true as const } : {}) };
  const held: NewEvent = { type: 'GrantHeld', data: { repository, account, ...optional('reason', reason) } };
  const onlyHeld = holds && !grant.hold ? [held] : [];
  switch (grant.state) {
    case 'revoked':
    case 'rejected':
      return { events: onlyHeld, outcome: 'settled' };
    case 'failed':
      return { events: onlyHeld, outcome: 'verify' };
    case 'pending':
      return {
        events: [{ type: 'GrantRevoked', data: { repository, account, ...more } }],
        outcome: 'settled',
      };
    case 'revoking':
      return { events: onlyHeld, outcome: 'revoking' };
    case 'provisioning':
    case 'active':
    case 'frozen': {
      const data = { repository, account, cause, ...more };
      return { events: [{ type: 'RevocationRequested', data }], outcome: 'revoking' };
    }
    default:
      return assertNever(grant);
  }
}
