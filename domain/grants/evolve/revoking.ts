import type { EventOf, GrantEvent } from '../event.ts';
import type { ActiveGrant, FailedGrant, Grant, ProvisioningGrant, RevokingGrant } from '../grant.ts';
import { evolveInAnyState } from './any-state.ts';
import { confirmedBy, removalStep } from './role.ts';

/** A grant whose role was being removed, after one more event. */
export function evolveRevoking(grant: RevokingGrant, event: GrantEvent): Grant {
  switch (event.type) {
    case 'RoleCreated': {
      const role = confirmedBy(grant.role, event);
      return role ? { ...grant, role } : grant;
    }
    case 'RoleDisabled':
    case 'RoleNotFound': {
      const role = removalStep(grant.role, event);
      return role ? { ...grant, role } : grant;
    }
    case 'RoleDeleted': {
      const { role: _, documents: __, ...rest } = grant;
      return rest;
    }
    case 'GrantRevoked': {
      const { role: _, documents: __, ...rest } = grant;
      return { ...rest, state: 'revoked', lastError: undefined };
    }
    default:
      return evolveInAnyState(grant, event);
  }
}

/** A grant at the beginning of its revoke: with its role, or the one that a failed grant was found to have left behind. */
export function beginRevoking(
  grant: ProvisioningGrant | ActiveGrant | FailedGrant,
  { data, at }: EventOf<'RevocationRequested'>,
): RevokingGrant {
  const leftover = data.role ? { role: { ...data.role, announcedAt: at, confirmedAt: at } } : {};
  return { ...withRoleOnly(grant), ...leftover, state: 'revoking', lastError: undefined };
}

function withRoleOnly(grant: ProvisioningGrant | ActiveGrant | FailedGrant): Omit<RevokingGrant, 'state'> {
  switch (grant.state) {
    case 'provisioning': {
      const { compensating: _, ...rest } = grant;
      return rest;
    }
    case 'active': {
      const { change: _, ...rest } = grant;
      return rest;
    }
    case 'failed':
      return grant;
  }
}
