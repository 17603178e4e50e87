import type { Principal } from '../../shared/principal.ts';
import type { Instant } from '../../shared/time.ts';
import type { EventOf, GrantEvent } from '../event.ts';
import { type ActiveGrant, type Grant, withRequester } from '../grant.ts';
import { evolveInAnyState } from './any-state.ts';
import { evolveDrift } from './containment/drift.ts';
import { beginFreeze } from './containment/frozen.ts';
import { evolveRepair } from './containment/repair.ts';
import { lifetimeOf, renamed, requestOf } from './request.ts';
import { beginRevoking } from './revoking.ts';
import { approvedRequest, decisionOf } from './valid-approval.ts';

/** A grant whose role could be assumed, after one more event. */
export function evolveActive(grant: ActiveGrant, event: GrantEvent): Grant {
  const { change, ...unchanged } = grant;
  switch (event.type) {
    case 'GrantExpiryChanged':
      // Who lengthens or shortens a grant's time has asked for it.
      return {
        ...grant,
        requesters: withRequester(grant.requesters, event.principal),
        ...expiryOf(grant, event.data.expiresAt, event.principal),
        ...lifetimeOf(event.data),
      };
    case 'DriftFound':
    case 'DriftEnded':
      return evolveDrift(grant, event);
    case 'GrantFrozen':
      return beginFreeze(grant, event);
    case 'RepairRequested':
    case 'DriftRepaired':
    case 'RepairFailed':
      return evolveRepair(grant, event);
    case 'RevocationRequested':
      return beginRevoking(grant, event);
    case 'RepositoryRenamed': {
      const next = evolveInAnyState(grant, event);
      return next !== grant && change ? { ...next, change: renamed(change, event) } : next;
    }
    case 'GrantChangeRequested': {
      if (change?.phase === 'updating') return grant;
      const phase = event.data.approval === 'required' ? 'waiting' : 'updating';
      const requesters = withRequester(grant.requesters, event.principal);
      return { ...grant, requesters, change: { ...requestOf(event), phase } };
    }
    case 'GrantApproved': {
      const approved = approvedRequest(grant, event);
      if (!approved) return grant;
      const decision = decisionOf(event);
      return { ...grant, requesters: [], decision, change: { ...approved, phase: 'updating' } };
    }
    case 'GrantRejected':
    case 'RequestLapsed':
      return change?.phase === 'waiting' && change.planHash === event.data.planHash
        ? { ...unchanged, decision: decisionOf(event) }
        : grant;
    case 'GrantUpdated':
    case 'UpdateFailed':
      return change?.phase === 'updating' ? endUpdate(unchanged, change, event) : grant;
    default:
      return evolveInAnyState(grant, event);
  }
}

function endUpdate(
  unchanged: Omit<ActiveGrant, 'change'>,
  { phase: _, ...request }: NonNullable<ActiveGrant['change']>,
  event: EventOf<'GrantUpdated' | 'UpdateFailed'>,
): ActiveGrant {
  if (event.type === 'UpdateFailed') {
    return { ...unchanged, lastError: { ...event.data.error, at: event.at } };
  }
  const { trustPolicy, permissionsPolicy } = event.data;
  const { expiresAt, requestedBy, approvedAt } = request;
  return {
    ...unchanged,
    request,
    documents: { trustPolicy, permissionsPolicy },
    termSince: approvedAt ?? unchanged.termSince,
    ...(expiresAt
      ? { ...expiryOf(unchanged, expiresAt, requestedBy), ...lifetimeOf(request) }
      : leftAsItIs(unchanged, requestedBy)),
    lastError: undefined,
  };
}

/** An expiry and the principal who set it. A pipeline that shortens the lifetime of another principal does not become
 *  the one who set it. */
const expiryOf = (
  grant: Pick<ActiveGrant, 'lifetimeSetBy'>,
  expiresAt: Instant,
  by: Principal,
): Pick<ActiveGrant, 'expiresAt' | 'lifetimeSetBy'> => ({
  expiresAt,
  lifetimeSetBy: by.kind === 'pipeline' ? grant.lifetimeSetBy : by,
});

/** The principal who set the lifetime after a change without one. A principal other than a pipeline sets it by
 *  leaving the grant without an end. */
const leftAsItIs = (
  { expiresAt, lifetimeSetBy }: Pick<ActiveGrant, 'expiresAt' | 'lifetimeSetBy'>,
  by: Principal,
): Pick<ActiveGrant, 'lifetimeSetBy'> => ({
  lifetimeSetBy: expiresAt !== undefined || by.kind === 'pipeline' ? lifetimeSetBy : by,
});
