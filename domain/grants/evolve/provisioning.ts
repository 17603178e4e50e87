import type { GrantEvent } from '../event.ts';
import type { Grant, ProvisioningGrant } from '../grant.ts';
import { evolveInAnyState } from './any-state.ts';
import { beginFreeze, endThaw, type ThawingGrant } from './containment/frozen.ts';
import { beginRevoking } from './revoking.ts';
import { confirmedBy, removalStep, withClosingRole } from './role.ts';

/** A grant whose role was being made, or opened again, after one more event. */
export const evolveProvisioning = (grant: ProvisioningGrant, event: GrantEvent): Grant =>
  isThawing(grant) ? evolveThawing(grant, event) : evolveMaking(grant, event);

const isThawing = (grant: ProvisioningGrant): grant is ThawingGrant => grant.thawing !== undefined;

/** A frozen grant that was being opened again: what fails leaves it frozen. */
function evolveThawing(grant: ThawingGrant, event: GrantEvent): Grant {
  switch (event.type) {
    case 'ThawFailed':
      return endThaw(grant, event);
    case 'RoleDeleted': {
      const { role, ...rest } = grant;
      return role ? rest : grant;
    }
    // The run that closed the role before the thaw was asked for may record it after that.
    case 'RoleDisabled':
    case 'RoleNotFound':
      return withClosingRole(grant, event);
    case 'ProvisioningFailed':
    case 'CompensationStarted':
      return grant;
    default:
      return evolveMaking(grant, event);
  }
}

function evolveMaking(grant: ProvisioningGrant, event: GrantEvent): Grant {
  switch (event.type) {
    case 'ProvisioningStarted': {
      const { name, arn } = event.data.role;
      return grant.role ? grant : { ...grant, role: { name, arn, announcedAt: event.at } };
    }
    case 'RoleCreated': {
      const role = confirmedBy(grant.role, event);
      return role ? { ...grant, role } : grant;
    }
    case 'GrantActivated': {
      const { compensating, thawing: _, drift: ___, role: before, ...rest } = grant;
      if (compensating || before?.id === undefined) return grant;
      const { disabled: __, ...role } = before;
      const { trustPolicy, permissionsPolicy } = event.data;
      const documents = { trustPolicy, permissionsPolicy };
      return { ...rest, state: 'active', role, documents, lastError: undefined };
    }
    case 'CompensationStarted':
      return { ...grant, compensating: event.data.error };
    case 'RoleDisabled':
    case 'RoleNotFound': {
      const role = grant.compensating && removalStep(grant.role, event);
      return role ? { ...grant, role } : grant;
    }
    case 'RoleDeleted': {
      const { role: _, ...rest } = grant;
      return grant.compensating ? rest : grant;
    }
    case 'GrantFrozen':
      return beginFreeze(grant, event);
    case 'ProvisioningFailed': {
      const { role: _, compensating: __, ...rest } = grant;
      return { ...rest, state: 'failed', lastError: { ...event.data.error, at: event.at } };
    }
    case 'RevocationRequested':
      return beginRevoking(grant, event);
    default:
      return evolveInAnyState(grant, event);
  }
}
