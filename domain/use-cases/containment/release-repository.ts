import { authorise, deniedAccess, personRequired } from '../../access/authorisation.ts';
import { repositoryHoldOf } from '../../grants/containment/repository-hold.ts';
import { OWN_REOPENING_RULE, ownReopening } from '../../grants/deciders/decide-freeze.ts';
import type { Grant } from '../../grants/grant.ts';
import { parseRepositoryUuid, type RepositoryUuid, repositoryStreamOf } from '../../shared/identifiers.ts';
import type { Problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { authoriseSomewhere, resourceOf } from '../access.ts';
import {
  appendEvent,
  type Cause,
  type GrantStream,
  isReadOnly,
  loadStream,
  loadWholeStream,
  projectStream,
} from '../grant-stream.ts';
import type { RequestContext, RequestPorts } from '../requests/request-grant.ts';
import { markHold } from '../revoke-due.ts';
import { type HeldRepository, identify, repositoryNotFound, streamsOf } from './repository-grants.ts';
import type { EndedGrant } from './revoke-repository.ts';

type ReleaseContext = Pick<RequestContext, 'caller' | 'correlationId' | 'entryPoint'>;

/** Releases a repository and its held grants: machines may request them again. First the grants, so that a release that is
 *  interrupted leaves the repository held. Idempotent. `PERSON_REQUIRED`, `DENIED` without `release` and `approve` and for a
 *  requester of a held grant, `REPOSITORY_NOT_FOUND`. Returns the grants that were held. */
export async function releaseRepository(
  ports: RequestPorts,
  { repository: named, reason }: { repository: string; reason: string },
  context: ReleaseContext,
): Promise<Result<EndedGrant[]>> {
  const { caller } = context;
  const machine = personRequired({ report: ports.reportDenied }, caller, 'release');
  if (machine) return fail(machine);
  const early = authoriseSomewhere(ports, caller, 'release');
  if (!early.ok) return early;
  const uuid = parseRepositoryUuid(named);
  if (!uuid) return repositoryNotFound(named);
  const identified = await identify(ports, uuid);
  if (!identified.ok) return identified;
  const { streams } = await streamsOf(ports, uuid);
  // What an incident was to end is held by its repository, also before that is announced, and where the reconciler has ended it.
  const { events } = await loadWholeStream(ports, repositoryStreamOf(uuid));
  const { ended } = repositoryHoldOf(events);
  const concerned = streams.filter(({ grant }) => grant.hold || ended.includes(grant.id));
  const refusal = mayRelease(ports, identified.value, { context, held: concerned });
  if (refusal) return fail(refusal);
  const cause = {
    principal: caller.principal,
    correlationId: context.correlationId,
    entryPoint: context.entryPoint,
  };
  const items: EndedGrant[] = [];
  const held = streams.filter((stream) => stream.grant.hold && !isReadOnly(stream));
  for (const { grant } of held) items.push(await releaseGrant(ports, grant, { reason, cause }));
  await releaseStream(ports, { uuid, fullName: identified.value.repository.fullName }, { reason, cause });
  return ok(items);
}

/** Why a caller may not release a repository; undefined where they may. */
function mayRelease(
  ports: RequestPorts,
  { resource }: HeldRepository,
  {
    context: { caller },
    held,
  }: { context: ReleaseContext; held: readonly (GrantStream & { grant: Grant })[] },
): Problem | undefined {
  const requesterKinds = [...new Set(held.flatMap(({ grant }) => grant.requesters.map(({ kind }) => kind)))];
  const question = { rules: ports.access, report: ports.reportDenied, caller };
  const context = { requesterKinds, repositoryAdmin: false };
  for (const one of [resource, ...held.map(({ grant }) => resourceOf(grant))]) {
    for (const action of ['release', 'approve'] as const) {
      const allowed = authorise({ ...question, action, resource: one, context });
      if (!allowed.ok) return allowed.problem;
    }
  }
  for (const { grant } of held) {
    const own = ownReopening(grant, caller.principal);
    if (!own) continue;
    const rule = OWN_REOPENING_RULE;
    ports.reportDenied(deniedAccess({ caller, action: 'release', resource: resourceOf(grant), rule }));
    return own;
  }
  return undefined;
}

async function releaseGrant(
  ports: RequestPorts,
  { id }: Grant,
  { reason, cause }: { reason: string; cause: Cause },
): Promise<EndedGrant> {
  for (;;) {
    const stream = await loadStream(ports, id);
    const { grant } = stream;
    if (!grant?.hold) return { id, ...(grant ? { state: grant.state } : {}) };
    const { repository, account } = grant.request.intent;
    const event = { type: 'HoldReleased' as const, data: { repository, account, reason } };
    const appended = await appendEvent(ports, stream, { event, cause });
    if (!appended) continue;
    await projectStream(ports, appended);
    return { id, state: grant.state };
  }
}

async function releaseStream(
  ports: RequestPorts,
  repository: { uuid: RepositoryUuid; fullName: string },
  { reason, cause }: { reason: string; cause: Cause },
): Promise<void> {
  for (;;) {
    const stream = await loadWholeStream(ports, repositoryStreamOf(repository.uuid));
    if (!repositoryHoldOf(stream.events).hold) return;
    const event = { type: 'RepositoryReleased' as const, data: { repository, reason } };
    const released = await appendEvent(ports, stream, { event, cause });
    if (released) return markHold(ports, repository.uuid, released);
  }
}
