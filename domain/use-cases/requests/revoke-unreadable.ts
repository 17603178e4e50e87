import type { RepositoryAdmins } from '../../access/repository-admins.ts';
import type { ProvenTarget } from '../../grants/unreadable/traces.ts';
import type { GrantId } from '../../shared/identifiers.ts';
import type { Caller } from '../../shared/principal.ts';
import { ok, type Result } from '../../shared/result.ts';
import { type AccessPorts, authoriseUnreadable, grantNotFound } from '../access.ts';
import {
  type Closing,
  type ClosingCause,
  type ClosingPorts,
  closeUnreadableRole,
  targetOf,
  type Unreadable,
} from '../close-unreadable-role.ts';

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

/** Ends access through the role of a grant whose stream cannot be read: see `closeAnyway`. Text about the grant
 *  counts only if it hashes to the grant's id. Without such a text, only a caller who may revoke every grant is
 *  allowed. `GRANT_NOT_FOUND` where the caller may not read the grant, `DENIED` where they may read and not revoke
 *  it. */
export async function revokeUnreadable(
  ports: UnreadablePorts,
  unreadable: Unreadable,
  { admins, ...context }: UnreadableCause & { admins: RepositoryAdmins },
): Promise<Result<UnreadableAnswer>> {
  const target = await targetOf(ports, unreadable);
  const attempt = { caller: context.caller, target, admins };
  const mayRead = await authoriseUnreadable(ports, { ...attempt, action: 'read' });
  if (!mayRead.ok) return grantNotFound(unreadable.grantId);
  const mayRevoke = await authoriseUnreadable(ports, { ...attempt, action: 'revoke' });
  return mayRevoke.ok ? ok(await close(ports, { grantId: unreadable.grantId, target }, context)) : mayRevoke;
}

/** Ends access through the role of a grant whose stream this version cannot decide on. The caller has been authorised
 *  to revoke it. Intent and outcome are recorded in the stream beside it, and the provisioner proves in IAM which
 *  role is the grant's. Idempotent. */
export const closeAnyway = async (
  ports: ClosingPorts,
  grantId: GrantId,
  context: UnreadableCause,
): Promise<UnreadableAnswer> =>
  close(ports, { grantId, target: await targetOf(ports, { grantId, texts: [] }) }, context);

const close = async (
  ports: ClosingPorts,
  { grantId, target }: { grantId: GrantId; target: ProvenTarget | undefined },
  { caller, correlationId, entryPoint, cause: why }: UnreadableCause,
): Promise<UnreadableAnswer> => {
  const cause = { principal: caller.principal, correlationId, entryPoint };
  return {
    unreadable: true,
    grantId,
    revocation: await closeUnreadableRole(ports, { grantId, target, why, cause }),
  };
};
