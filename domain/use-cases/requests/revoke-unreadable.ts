import type { GrantId } from '../../shared/identifiers.ts';
import type { Caller } from '../../shared/principal.ts';
import { ok, type Result } from '../../shared/result.ts';
import { type AccessPorts, authoriseUnreadable, grantNotFound } from '../access.ts';
import {
  type Closing,
  type ClosingCause,
  type ClosingPorts,
  closeBeside,
  targetOf,
  type Unreadable,
} from '../close-beside.ts';

/** What the revoke of a grant whose stream cannot be read has come to. `requested`: the role is not closed yet; the work goes
 *  on asynchronously. */
export type UnreadableAnswer = { unreadable: true; grantId: GrantId; revocation: Closing };

/** Where such a revoke comes from, and why. */
export type UnreadableCause = {
  caller: Caller;
  correlationId: string;
  entryPoint: 'http' | 'bitbucket' | 'slack' | 'schedule';
  cause: ClosingCause;
};

/** What such a revoke needs. */
export type UnreadablePorts = ClosingPorts & Pick<AccessPorts, 'access' | 'reportDenied'>;

/** Ends access through the role of a grant whose stream cannot be read, or which a newer version has written: intent and
 *  outcome are recorded in the stream beside it, and the provisioner proves in IAM which role is the grant's. What is said of
 *  the grant counts only where it hashes to the grant's id; else only a caller who may revoke every grant is allowed.
 *  Idempotent. `GRANT_NOT_FOUND` where the caller may not read the grant, `DENIED` where they may read and not revoke it. */
export async function revokeUnreadable(
  ports: UnreadablePorts,
  unreadable: Unreadable,
  { caller, correlationId, entryPoint, cause: why }: UnreadableCause,
): Promise<Result<UnreadableAnswer>> {
  const { grantId } = unreadable;
  const target = await targetOf(ports, unreadable);
  const mayRead = authoriseUnreadable(ports, { caller, action: 'read', target });
  if (!mayRead.ok) return grantNotFound(grantId);
  const mayRevoke = authoriseUnreadable(ports, { caller, action: 'revoke', target });
  if (!mayRevoke.ok) return mayRevoke;
  const cause = { principal: caller.principal, correlationId, entryPoint };
  return ok({
    unreadable: true,
    grantId,
    revocation: await closeBeside(ports, { grantId, target }, { why, cause }),
  });
}
