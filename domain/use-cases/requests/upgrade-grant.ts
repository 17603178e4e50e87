import { frozenGrant } from '../../grants/deciders/decide-freeze.ts';
import { problem } from '../../shared/problem.ts';
import { fail, type Result } from '../../shared/result.ts';
import { readableGrant } from '../reading/read-grants.ts';
import type { RequestAnswer } from './outcome.ts';
import { type RequestContext, type RequestPorts, requestGrant } from './request-grant.ts';

/** Which grant is upgraded, by which plan, and why. */
export type UpgradeInput = {
  grantId: string;
  planHash?: string | undefined;
  reason?: string | undefined;
};

/** Requests a grant again from the current version of its template. It is the caller's own request with the same
 *  parameters, and is checked, planned and approved like any other. `GRANT_NOT_FOUND`, `CONFLICT` for a grant that is
 *  not active, and whatever a request for a grant can answer; `PARAMETERS_INVALID` where the template now takes
 *  others. */
export async function upgradeGrant(
  ports: RequestPorts,
  { grantId, planHash, reason }: UpgradeInput,
  context: RequestContext,
): Promise<Result<RequestAnswer>> {
  const found = await readableGrant(ports, grantId, context.caller);
  if (!found.ok) return found;
  const grant = found.value;
  if (grant.state === 'frozen') return fail(frozenGrant(grant));
  if (grant.state !== 'active') {
    const detail = `Grant ${grant.id} is ${grant.state}; only an active grant can be upgraded. Request the grant instead.`;
    return fail(problem('CONFLICT', detail));
  }
  const { repository, environment, template, parameters, account, name } = grant.request.intent;
  return requestGrant(
    ports,
    {
      repository: repository.uuid,
      ...(environment ? { environment: environment.uuid } : {}),
      template: template.name,
      parameters,
      account,
      name,
      planHash,
      reason,
    },
    context,
  );
}
