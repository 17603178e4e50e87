import { decideAccess, type Resource, unknownContext } from '../../access/authorisation.ts';
import type { EventOf } from '../../grants/event.ts';
import {
  streamBeside,
  type UnreadableRevocation,
  unreadableRevocationOf,
} from '../../grants/unreadable/revocation.ts';
import { type ProvenTarget, provenTarget } from '../../grants/unreadable/traces.ts';
import {
  type AccountId,
  accountIdSchema,
  type GrantId,
  repositoryUuidSchema,
} from '../../shared/identifiers.ts';
import type { Caller } from '../../shared/principal.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { AccessPorts } from '../access.ts';
import { appendEvent, loadStream, type StreamPorts } from '../grant-stream.ts';
import type { Provisioner } from '../provisioner.ts';
import { PROVISIONER_WAIT_MS } from '../wait-for-provisioner.ts';

/** What the revoke of a grant whose stream cannot be read has come to. `requested`: the role is not closed yet; the work goes
 *  on asynchronously. */
export type UnreadableAnswer = {
  unreadable: true;
  grantId: GrantId;
  revocation: Exclude<UnreadableRevocation, { state: 'none' }>;
};

/** Where such a revoke comes from, and why. */
export type UnreadableCause = {
  caller: Caller;
  correlationId: string;
  entryPoint: 'http' | 'bitbucket' | 'slack' | 'schedule';
  cause: EventOf<'UnreadableRevocationRequested'>['data']['cause'];
};

export type UnreadablePorts = StreamPorts &
  Pick<AccessPorts, 'access' | 'reportDenied'> & {
    provisioner: Provisioner;
    configuration: { accounts: readonly { id: AccountId }[] };
  };

/** Stands for what is not known of a grant: it is in no workspace, project or repository. */
const UNKNOWN_UUID = repositoryUuidSchema.parse('{00000000-0000-0000-0000-000000000000}');
const UNKNOWN_ACCOUNT = accountIdSchema.parse('000000000000');
const UNKNOWN_REPOSITORY = { uuid: UNKNOWN_UUID, fullName: 'unknown/unknown' };

/** Ends access through the role of a grant whose stream cannot be read: intent and outcome are recorded in the stream beside
 *  it, and the provisioner proves in IAM which role is the grant's. What the broken stream says of the grant counts only where
 *  it hashes to the grant's id; else only a caller who may revoke every grant is allowed. Idempotent: a role that was
 *  closed is not closed again. `GRANT_NOT_FOUND` where the caller is not allowed. */
export async function revokeUnreadable(
  ports: UnreadablePorts,
  grantId: GrantId,
  asked: UnreadableCause,
): Promise<Result<UnreadableAnswer>> {
  const target = provenTarget(grantId, await ports.log.loadTexts(grantId));
  const allowed = authoriseUnreadable(ports, { grantId, target, caller: asked.caller });
  if (!allowed.ok) return allowed;
  const streamId = streamBeside(grantId);
  for (;;) {
    const stream = await loadStream(ports, streamId);
    const before = unreadableRevocationOf(stream.events);
    if (before.state === 'closed') return ok({ unreadable: true, grantId, revocation: before });
    if (before.state !== 'requested') {
      const appended = await appendEvent(ports, stream, {
        event: {
          type: 'UnreadableRevocationRequested',
          data: { ...placeOf(ports, target), cause: asked.cause },
        },
        cause: {
          principal: asked.caller.principal,
          correlationId: asked.correlationId,
          entryPoint: asked.entryPoint,
        },
      });
      if (!appended) continue;
    }
    await ports.provisioner.run(streamId, PROVISIONER_WAIT_MS);
    const revocation = unreadableRevocationOf((await loadStream(ports, streamId)).events);
    if (revocation.state === 'none') throw new Error(`the stream ${streamId} has lost its events`);
    return ok({ unreadable: true, grantId, revocation });
  }
}

/** Which repository and account the events are about. Roles of an account that is not proven are looked for in the first. */
function placeOf({ configuration }: UnreadablePorts, target: ProvenTarget | undefined) {
  const account = target?.account ?? configuration.accounts[0]?.id;
  if (account === undefined) throw new Error('a configuration has an account');
  return { repository: target?.repository ?? UNKNOWN_REPOSITORY, account };
}

function authoriseUnreadable(
  { access: rules, reportDenied: report }: UnreadablePorts,
  { grantId, target, caller }: { grantId: GrantId; target: ProvenTarget | undefined; caller: Caller },
): Result<undefined> {
  const resource: Resource = {
    workspaceUuid: undefined,
    projectUuid: undefined,
    repositoryUuid: target?.repository.uuid ?? UNKNOWN_UUID,
    environmentUuid: target?.environmentUuid,
    accountId: target?.account ?? UNKNOWN_ACCOUNT,
    template: target && { name: target.template },
  };
  const attempt = { rules, caller, action: 'revoke' as const, context: unknownContext };
  const decision = decideAccess({ ...attempt, resource });
  if (decision.allowed) return ok(undefined);
  // As for any grant: a caller who may not even read it does not learn that it exists.
  report({ principal: caller.principal, action: 'revoke', resource: grantId, rule: decision.rule });
  return fail(problem('GRANT_NOT_FOUND', `There is no grant ${grantId.slice(0, 64)}.`));
}
