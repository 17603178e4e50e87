import type { EventOf } from '../event.ts';
import type { ConfirmedRole, GrantRole } from '../grant.ts';

/** The role once its id is known, whatever the state: a revoke may be asked for while CreateRole is under way. The first id
 *  stays. Undefined where there is nothing to confirm. */
export function confirmedBy(
  role: GrantRole | undefined,
  { data, at }: EventOf<'RoleCreated'>,
): ConfirmedRole | undefined {
  if (!role || role.id !== undefined) return undefined;
  return { ...role, id: data.role.id, confirmedAt: at };
}

/** The role after a step of its removal that leaves it there; undefined where the step does not fit it. */
export function removalStep(
  role: GrantRole | undefined,
  event: EventOf<'RoleDisabled' | 'RoleNotFound'>,
): GrantRole | undefined {
  if (!role) return undefined;
  if (event.type === 'RoleNotFound') return { ...role, notFoundAt: event.at };
  return role.id === undefined ? undefined : { ...role, disabled: true };
}

/** A grant whose role is being closed or removed, after an event that leaves the role there. */
export function withClosingRole<G extends { role?: GrantRole }>(
  grant: G,
  event: EventOf<'RoleCreated' | 'RoleDisabled' | 'RoleNotFound'>,
): G {
  const role = event.type === 'RoleCreated' ? confirmedBy(grant.role, event) : removalStep(grant.role, event);
  return role ? { ...grant, role } : grant;
}
