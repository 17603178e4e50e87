import { authorise } from '../../access/authorisation.ts';
import { decideRevocation, type RevocationCause } from '../../grants/decide-revocation.ts';
import type { Grant } from '../../grants/grant.ts';
import { isAtRest } from '../../grants/work.ts';
import { GRANT_ID } from '../../shared/identifiers.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { accessContextOf } from '../access.ts';
import { appendEvent, isDoneBy, loadStream, projectStream } from '../grant-stream.ts';
import { grantNotFound, resourceOf } from '../reading/read-grants.ts';
import { PROVISIONER_WAIT_MS, waitForProvisioner } from '../wait-for-provisioner.ts';
import type { GrantAnswer } from './outcome.ts';
import type { RequestContext, RequestPorts } from './request-grant.ts';

/** Where a revoke comes from, and why: `requested` unless said. */
export type RevokeContext = Pick<
  RequestContext,
  'caller' | 'correlationId' | 'entryPoint' | 'isRedelivery'
> & {
  cause?: RevocationCause;
};

/** Revokes a grant: writes the intent and waits for the provisioner. 200 once nothing is left in IAM, 202 while steps
 *  remain. Repeating it does no harm. `GRANT_NOT_FOUND` where there is none that the caller may read, `DENIED` where
 *  they may read but not revoke it. */
export async function revokeGrant(
  ports: RequestPorts,
  grantId: string,
  context: RevokeContext,
): Promise<Result<GrantAnswer>> {
  const { access, reportDenied } = ports;
  const admins = ports.admins?.();
  const { caller, correlationId, entryPoint } = context;
  if (!GRANT_ID.test(grantId)) return grantNotFound(grantId);
  for (;;) {
    const stream = await loadStream(ports, grantId);
    if (!stream.grant) return grantNotFound(grantId);
    const resource = resourceOf(stream.grant);
    const known = await accessContextOf(access, admins, caller, ['read', 'revoke'], resource);
    if (!authorise(access, caller, 'read', resource, reportDenied, known).ok) return grantNotFound(grantId);
    const allowed = authorise(access, caller, 'revoke', resource, reportDenied, known);
    if (!allowed.ok) return allowed;
    const cause = { principal: caller.principal, correlationId, entryPoint };
    if (context.isRedelivery && isDoneBy(stream, cause)) return answer(stream.grant);
    const { events, outcome } = decideRevocation(stream.grant, context.cause ?? 'requested');
    const [event] = events;
    const appended = event ? await appendEvent(ports, stream, event, cause) : stream;
    if (!appended) continue;
    const projected = event ? projectStream(ports, appended) : undefined;
    if (outcome === 'settled') {
      await projected;
      return answer(appended.grant);
    }
    if (outcome === 'verify') return verifyNothingLeft(ports, grantId);
    const [settled] = await Promise.all([waitForProvisioner(ports, grantId), projected]);
    return answer(settled.grant);
  }
}

/** Answers for a failed grant, once the provisioner has made sure that nothing is left of it. */
async function verifyNothingLeft(ports: RequestPorts, grantId: string): Promise<Result<GrantAnswer>> {
  const { outcome } = await ports.provisioner.run(grantId, PROVISIONER_WAIT_MS);
  const { grant } = await loadStream(ports, grantId);
  if (outcome === 'settled' || grant?.state !== 'failed') return answer(grant);
  const detail = 'It could not be made sure that nothing of this grant is left in IAM. Ask again.';
  return fail(problem('UPSTREAM_UNAVAILABLE', detail, { retryAfter: 5 }));
}

function answer(grant: Grant | undefined): Result<GrantAnswer> {
  if (!grant) throw new Error('a grant that was read has lost its events');
  return ok({
    outcome: isAtRest(grant) && grant.state !== 'active' ? 'changed' : 'accepted',
    grant,
  });
}
