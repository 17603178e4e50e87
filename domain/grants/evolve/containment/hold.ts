import type { Principal } from '../../../shared/principal.ts';
import type { EventOf, GrantEvent } from '../../event.ts';
import { type Grant, type Hold, hasAsked } from '../../grant.ts';

/** True for who may open again what a person has closed: a person who has not asked for it, see `hasAsked`. */
export const mayReopen = (grant: Grant, principal: Principal): boolean =>
  principal.kind === 'person' && !hasAsked(grant, principal);

/** The hold that an event puts on a grant. */
export function holdOf({ principal, at, data }: GrantEvent): Hold {
  const reason = 'reason' in data ? data.reason : undefined;
  return { by: principal, at, ...(reason === undefined ? {} : { reason }) };
}

/** The hold of a grant after a revoke: a person's holds it, unless they say otherwise. The first hold stays. */
export function heldBy(
  grant: Grant,
  event: EventOf<'RevocationRequested' | 'GrantRevoked'>,
): { hold?: Hold } {
  if (grant.hold) return { hold: grant.hold };
  const holds = event.data.hold === true && event.principal.kind === 'person';
  return holds ? { hold: holdOf(event) } : {};
}
