import type { EventOf, GrantEvent } from '../event.ts';
import type {
  ActiveGrant,
  FailedGrant,
  FrozenGrant,
  Grant,
  ProvisioningGrant,
  RevokingGrant,
} from '../grant.ts';
import { evolveInAnyState } from './any-state.ts';
import { heldBy } from './containment/hold.ts';
import { withClosingRole } from './role.ts';

/** A grant whose role was being removed, after one more event. */
export function evolveRevoking(grant: RevokingGrant, event: GrantEvent): Grant {
  switch (event.type) {
    case 'RoleCreated':
    case 'RoleDisabled':
    case 'RoleNotFound':
      return withClosingRole(grant, event);
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

/** A grant that can be revoked, whose role may have to be removed. */
type Revocable = ProvisioningGrant | ActiveGrant | FrozenGrant | FailedGrant;

/** A grant at the beginning of its revoke: with its role, or the one that a failed grant was found to have left behind. */
export function beginRevoking(grant: Revocable, event: EventOf<'RevocationRequested'>): RevokingGrant {
  const { data, at } = event;
  const { drift: _, ...role } = withRoleOnly(grant);
  const leftover = data.role ? { role: { ...data.role, announcedAt: at, confirmedAt: at } } : {};
  return {
    ...role,
    ...leftover,
    ...heldBy(grant, event),
    state: 'revoking',
    lastError: undefined,
  };
}

function withRoleOnly(grant: Revocable): Omit<RevokingGrant, 'state'> {
  switch (grant.state) {
    case 'provisioning': {
      const { compensating: _, thawing: __, ...rest } = grant;
      return rest;
    }
    case 'active': {
      const { change: _, repair: __, ...rest } = grant;
      return rest;
    }
    case 'frozen': {
      const { frozen: _, ...rest } = grant;
      return rest;
    }
    case 'failed':
      return grant;
  }
}
