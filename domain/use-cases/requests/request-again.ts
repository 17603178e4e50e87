import { frozenGrant } from '../../grants/deciders/decide-freeze.ts';
import type { ActiveGrant } from '../../grants/grant.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { durationText } from '../../shared/time.ts';
import { heldProblemOf } from '../holds/holds.ts';
import { readableGrant } from '../reading/read-grants.ts';
import type { RequestAnswer } from './outcome.ts';
import { type RequestContext, type RequestPorts, requestGrant } from './request-grant.ts';

/** Which grant is upgraded, by which plan, and why. */
export type UpgradeInput = {
  grantId: string;
  planHash?: string | undefined;
  reason?: string | undefined;
};

/** Which grant is renewed. */
export type RenewalInput = { grantId: string };

/** Requests a grant again from the current version of its template. It is the caller's own request with the same
 *  parameters, and is checked, planned and approved like any other. `GRANT_NOT_FOUND`, `FROZEN`, `CONFLICT` for a grant that is
 *  not active, and whatever a request for a grant can answer; `PARAMETERS_INVALID` where the template now takes
 *  others. */
export async function upgradeGrant(
  ports: RequestPorts,
  { grantId, planHash, reason }: UpgradeInput,
  context: RequestContext,
): Promise<Result<RequestAnswer>> {
  const found = await activeGrant(ports, grantId, context);
  if (!found.ok) return found;
  return requestGrant(ports, { ...sameAs(found.value), planHash, reason }, context);
}

/** Requests a grant again for as long as it was last requested for, from now, for the reason that was given then. It is the
 *  caller's own request, and is checked, planned and approved like any other. Answers as `upgradeGrant` does; a grant that is held is refused as a machine's
 *  request for it is, and one without an end is `CONFLICT`. */
export async function renewGrant(
  ports: RequestPorts,
  { grantId }: RenewalInput,
  context: RequestContext,
): Promise<Result<RequestAnswer>> {
  const found = await activeGrant(ports, grantId, context);
  if (!found.ok) return found;
  const { id, expiresAt, lifetimeSeconds, request } = found.value;
  const held = await heldProblemOf(ports, found.value, request.intent);
  if (held) return fail(held);
  if (expiresAt === undefined) {
    return fail(problem('CONFLICT', `Grant ${id} has no end, so there is nothing to renew.`));
  }
  const expiresIn = lifetimeSeconds === undefined ? undefined : durationText(lifetimeSeconds);
  return requestGrant(ports, { ...sameAs(found.value), expiresIn, reason: request.reason }, context);
}

/** The grant, where the caller may read it and it is active. */
async function activeGrant(
  ports: RequestPorts,
  grantId: string,
  { caller }: RequestContext,
): Promise<Result<ActiveGrant>> {
  const found = await readableGrant(ports, grantId, caller);
  if (!found.ok) return found;
  const grant = found.value;
  if (grant.state === 'active') return ok(grant);
  if (grant.state === 'frozen') return fail(frozenGrant(grant));
  const detail = `Grant ${grant.id} is ${grant.state}; only an active grant can be upgraded or renewed. Request the grant instead.`;
  return fail(problem('CONFLICT', detail));
}

/** What a request must say to be for this very grant. */
function sameAs({ request: { intent } }: ActiveGrant) {
  const { repository, environment, template, parameters, account, name } = intent;
  return {
    repository: repository.uuid,
    ...(environment ? { environment: environment.uuid } : {}),
    template: template.name,
    parameters,
    account,
    name,
  };
}
