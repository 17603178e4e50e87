import { decideRevocation, type RevocationCause } from '../../grants/deciders/decide-revocation.ts';
import type { Grant } from '../../grants/grant.ts';
import { isAtRest } from '../../grants/work.ts';
import { type GrantId, parseGrantId } from '../../shared/identifiers.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { grantNotFound, loadForCaller } from '../access.ts';
import {
  appendEvent,
  type GrantStream,
  isDoneBy,
  isReadOnly,
  loadStream,
  projectStream,
} from '../grant-stream.ts';
import { PROVISIONER_WAIT_MS, waitForProvisioner } from '../wait-for-provisioner.ts';
import { forgetRequester } from './forget-requester.ts';
import type { GrantAnswer } from './outcome.ts';
import type { RequestContext, RequestPorts } from './request-grant.ts';
import {
  closeAnyway,
  revokeUnreadable,
  type UnreadableAnswer,
  type UnreadableCause,
} from './revoke-unreadable.ts';

/** Where a revoke comes from, and why: `requested` unless said. */
export type RevokeContext = Pick<
  RequestContext,
  'caller' | 'correlationId' | 'entryPoint' | 'isRedelivery'
> & {
  cause?: RevocationCause;
  reason?: string | undefined;
  /** Whether a person's revoke leaves the grant to machines. It holds the grant otherwise. */
  withoutHold?: boolean | undefined;
};

/** Revokes a grant: writes the intent and waits for the provisioner. `changed` once nothing is left in IAM,
 *  `accepted` while steps remain. Idempotent. If the grant's stream cannot be read, its role is closed.
 *  `GRANT_NOT_FOUND` where the caller may read no such grant, `DENIED` where they may read but not revoke it. */
export async function revokeGrant(
  ports: RequestPorts,
  grantId: string,
  context: RevokeContext,
): Promise<Result<GrantAnswer | UnreadableAnswer>> {
  const attempt = { grantId, caller: context.caller, action: 'revoke' as const, admins: ports.admins() };
  const closing = { ...context, cause: causeOf(context), admins: attempt.admins };
  for (;;) {
    const found = await loadForCaller(ports, (id) => loadStream(ports, id), attempt);
    if (found.unreadable) {
      const id = parseGrantId(grantId);
      if (!id) return grantNotFound(grantId);
      return revokeUnreadable(ports, { grantId: id, texts: found.unreadable.texts }, closing);
    }
    if (!found.ok) return found;
    const { grant } = found.value;
    if (isReadOnly(found.value)) return ok(await closeAnyway(ports, grant.id, closing));
    const answered = await revokeOnce(ports, found.value, context);
    if (answered !== 'again') return answered;
  }
}

/** The cause of revoking a grant whose stream cannot be read. A cause that only the stream could prove becomes
 *  `requested`. */
const causeOf = ({ cause }: RevokeContext): UnreadableCause['cause'] =>
  cause === 'expired' || cause === 'repository-gone' ? cause : 'requested';

/** Decides on a stream as it was read; `again` where another writer was faster. */
async function revokeOnce(
  ports: RequestPorts,
  stream: GrantStream & { grant: Grant },
  context: RevokeContext,
): Promise<Result<GrantAnswer> | 'again'> {
  const { grantId, grant } = stream;
  const { caller, correlationId, entryPoint, isRedelivery, cause: why = 'requested', reason } = context;
  const cause = { principal: caller.principal, correlationId, entryPoint };
  if (isRedelivery && isDoneBy(stream, cause)) return answer(grant);
  const { events, outcome } = decideRevocation(grant, why, { reason, holds: holdsGrant(context) });
  const [event] = events;
  const appended = event ? await appendEvent(ports, stream, { event, cause }) : stream;
  if (!appended) return 'again';
  if (event) await forgetRequester(ports, grant);
  if (outcome === 'settled') {
    if (event) await projectStream(ports, appended);
    return answer(appended.grant);
  }
  if (outcome === 'verify') return verifyNothingLeft(ports, grant.id);
  const settled = await waitForProvisioner(ports, grantId);
  // A run that ended has written the row. Until then the row shows the grant as it was, and a revoke writes one row less.
  if (event && !isAtRest(settled.grant)) await projectStream(ports, settled);
  return answer(settled.grant);
}

/** True where a revoke holds its grant: a person's, unless they say otherwise. */
const holdsGrant = ({ caller, withoutHold }: Pick<RevokeContext, 'caller' | 'withoutHold'>): boolean =>
  caller.principal.kind === 'person' && !withoutHold;

/** Answers for a failed grant, once the provisioner has made sure that nothing is left of it. */
async function verifyNothingLeft(ports: RequestPorts, grantId: GrantId): Promise<Result<GrantAnswer>> {
  const { outcome } = await ports.provisioner.run(grantId, PROVISIONER_WAIT_MS);
  const { grant } = await loadStream(ports, grantId);
  if (outcome === 'settled' || grant?.state !== 'failed') return answer(grant);
  const detail =
    'Rolewright could not confirm that nothing of this grant is left in IAM. Repeat the request.';
  return fail(problem('UPSTREAM_UNAVAILABLE', detail, { retryAfter: 5 }));
}

function answer(grant: Grant | undefined): Result<GrantAnswer> {
  if (!grant) throw new Error('a grant that was read has lost its events');
  return ok({
    outcome: isAtRest(grant) && grant.state !== 'active' ? 'changed' : 'accepted',
    grant,
  });
}
