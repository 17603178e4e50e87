import { endWithin } from '../../lifetimes/latest-end.ts';
import { parseGrantId } from '../../shared/identifiers.ts';
import { assertNever } from '../../shared/result.ts';
import type { Instant } from '../../shared/time.ts';
import type { GrantEvent } from '../event.ts';
import type { Grant } from '../grant.ts';
import { evolveActive } from './active.ts';
import { evolveFrozen } from './containment/frozen.ts';
import { evolveClosed, evolveFailed } from './ended.ts';
import { evolvePending } from './pending.ts';
import { evolveProvisioning } from './provisioning.ts';
import { begin } from './request.ts';
import { evolveRevoking } from './revoking.ts';

/** The grant after one more event. Total: an event that does not fit the state changes nothing, so that no log, however
 *  broken, stops a reader. */
export function evolve(grant: Grant | undefined, event: GrantEvent): Grant | undefined {
  const next = grant ? evolveState(grant, event) : first(event);
  if (!next || next === grant || !('repository' in event.data)) return grant;
  const repositoryNames = withName(next.repositoryNames, event.data.repository.fullName);
  return { ...next, expiresAt: endOf(next), updatedAt: event.at, repositoryNames };
}

/** When a grant ends: the fold alone decides, so that no event sets an end beyond the term. */
const endOf = ({ expiresAt, termSince, request }: Grant): Instant | undefined =>
  endWithin(expiresAt, { since: termSince, max: request.intent.maxLifetimeSeconds });

/** The most names of a repository that a grant keeps. Our choice: at 128 characters each they are a tenth of an item. */
const MOST_NAMES = 100;

/** The names of a repository with its present one: the first that it had, and the latest, oldest first. */
function withName(names: string[], present: string): string[] {
  const [oldest, ...later] = names;
  if (oldest === undefined) return [present];
  if (oldest === present || later.at(-1) === present) return names;
  return [oldest, ...[...later.filter((name) => name !== present), present].slice(1 - MOST_NAMES)];
}

/** Folds a whole stream, oldest first. */
export const replay = (events: readonly GrantEvent[]): Grant | undefined =>
  events.reduce<Grant | undefined>(evolve, undefined);

/** A grant begins in a stream of its own only. */
function first(event: GrantEvent): Grant | undefined {
  const id = parseGrantId(event.grantId);
  return id && event.type === 'GrantRequested' ? begin(id, undefined, event) : undefined;
}

/** Each state answers for itself. */
function evolveState(grant: Grant, event: GrantEvent): Grant {
  switch (grant.state) {
    case 'pending':
      return evolvePending(grant, event);
    case 'provisioning':
      return evolveProvisioning(grant, event);
    case 'active':
      return evolveActive(grant, event);
    case 'frozen':
      return evolveFrozen(grant, event);
    case 'revoking':
      return evolveRevoking(grant, event);
    case 'revoked':
    case 'rejected':
      return evolveClosed(grant, event);
    case 'failed':
      return evolveFailed(grant, event);
    default:
      return assertNever(grant);
  }
}
