import type { GrantId } from '../../domain/shared/identifiers.ts';
import type { Outcome } from '../../domain/use-cases/requests/outcome.ts';

/** The HTTP status of each outcome of a request for a grant. */
const statuses = { unchanged: 200, changed: 200, created: 201, accepted: 202 } as const satisfies Record<
  Outcome,
  number
>;

/** The answer to a request that may create a grant: 200, 201 or 202; the last two with the grant's `Location`. */
export function answerToNew<B>(outcome: Outcome, grantId: GrantId, body: B) {
  const status = statuses[outcome];
  return { status, ...(status === 200 ? {} : { headers: locationOf(grantId) }), body };
}

/** The answer about a grant that existed before, of which nothing is created: 200, or 202 with the grant's `Location`. */
export function answerToExisting<B>(outcome: Outcome, grantId: GrantId, body: B) {
  if (outcome === 'accepted') return { status: 202 as const, headers: locationOf(grantId), body };
  return { status: 200 as const, body };
}

const locationOf = (grantId: GrantId): { location: string } => ({ location: `/v1/grants/${grantId}` });
