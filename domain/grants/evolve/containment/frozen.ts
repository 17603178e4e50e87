import type { EventOf, GrantEvent } from '../../event.ts';
import {
  type ActiveGrant,
  type Freeze,
  type FrozenGrant,
  type Grant,
  type GrantRole,
  type ProvisioningGrant,
  withRequester,
} from '../../grant.ts';
import { evolveInAnyState } from '../any-state.ts';
import { beginRevoking } from '../revoking.ts';
import { withClosingRole } from '../role.ts';
import { driftOf, frozenDrift } from './drift.ts';
import { mayReopen } from './hold.ts';

/** A grant whose role is kept closed, after one more event. */
export function evolveFrozen(grant: FrozenGrant, event: GrantEvent): Grant {
  switch (event.type) {
    case 'RoleCreated':
    case 'RoleDisabled':
    case 'RoleNotFound':
      return withClosingRole(grant, event);
    case 'RoleDeleted': {
      const { role: _, ...rest } = grant;
      return grant.role ? rest : grant;
    }
    case 'DriftFound':
      return { ...grant, ...opened(grant), drift: driftOf(event, 'frozen') };
    case 'GrantThawed':
    case 'RepairRequested':
      return mayReopen(grant, event.principal) ? beginThaw(grant, event) : grant;
    case 'RevocationRequested':
      return beginRevoking(grant, event);
    default:
      return evolveInAnyState(grant, event);
  }
}

/** A grant at the beginning of its freeze. What waited or was under way is dropped: it must be asked for again. */
export function beginFreeze(
  grant: ProvisioningGrant | ActiveGrant,
  { data, principal, at }: EventOf<'GrantFrozen'>,
): Grant {
  const { cause, reason, kinds } = data;
  const frozen: Freeze = { by: principal, at, reason, cause, ...(kinds ? { kinds } : {}) };
  if (grant.state === 'active') {
    const { change: _, repair: __, ...rest } = grant;
    return { ...rest, ...frozenDrift(grant), state: 'frozen', frozen, lastError: undefined };
  }
  const { compensating, thawing, ...rest } = grant;
  if (compensating) return grant;
  return { ...rest, ...opened(rest), ...documentsOf(thawing), state: 'frozen', frozen, lastError: undefined };
}

/** A frozen grant that is being opened again. */
export type ThawingGrant = ProvisioningGrant & { thawing: NonNullable<ProvisioningGrant['thawing']> };

/** A grant whose thaw or repair was given up, after which its role is closed again. */
export function endThaw({ thawing, ...rest }: ThawingGrant, { data, at }: EventOf<'ThawFailed'>): Grant {
  const { frozen } = thawing;
  const lastError = { ...data.error, at };
  return { ...rest, ...opened(rest), ...documentsOf(thawing), state: 'frozen', frozen, lastError };
}

function beginThaw(
  { frozen, documents, ...rest }: FrozenGrant,
  { principal }: EventOf<'GrantThawed' | 'RepairRequested'>,
): ProvisioningGrant {
  return {
    ...rest,
    state: 'provisioning',
    requesters: withRequester(rest.requesters, principal),
    thawing: { frozen, ...(documents ? { documents } : {}) },
    lastError: undefined,
  };
}

/** The role as one that may be open, so that it is closed. */
function opened({ role }: { role?: GrantRole }): { role?: GrantRole } {
  if (!role) return {};
  if (role.id === undefined) return { role };
  const { disabled: _, ...rest } = role;
  return { role: rest };
}

const documentsOf = (thawing: ProvisioningGrant['thawing']): Pick<FrozenGrant, 'documents'> =>
  thawing?.documents ? { documents: thawing.documents } : {};
