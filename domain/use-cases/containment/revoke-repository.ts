import {
  authorise,
  decideAccess,
  deniedAccess,
  personRequired,
  unknownContext,
} from '../../access/authorisation.ts';
import { isKeptByHold, repositoryHoldOf } from '../../grants/containment/repository-hold.ts';
import type { EventOf } from '../../grants/event.ts';
import type { Grant, GrantState } from '../../grants/grant.ts';
import { isAtRest } from '../../grants/work.ts';
import {
  type GrantId,
  parseRepositoryUuid,
  type RepositoryUuid,
  repositoryStreamOf,
} from '../../shared/identifiers.ts';
import type { Caller } from '../../shared/principal.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { accessContextOf, authoriseSomewhere, resourceOf } from '../access.ts';
import {
  appendEvent,
  type Cause,
  type GrantStream,
  isReadOnly,
  loadStream,
  loadWholeStream,
} from '../grant-stream.ts';
import type { RequestContext, RequestPorts } from '../requests/request-grant.ts';
import { revokeGrant } from '../requests/revoke-grant.ts';
import type { UnreadableAnswer } from '../requests/revoke-unreadable.ts';
import { markHold, recordRevokes } from '../revoke-due.ts';
import { sideBySide } from '../side-by-side.ts';
import { identify, liveOf, repositoryNotFound, SIDE_BY_SIDE, streamsOf } from './repository-grants.ts';

/** Which repository's grants end, why, and how many live grants the caller expects. */
export type IncidentInput = { repository: string; reason: string; confirm?: number | undefined };

type IncidentContext = Pick<RequestContext, 'caller' | 'correlationId' | 'entryPoint'>;

/** A grant of the repository after its revoke. `refused`: the caller may not revoke it. */
export type EndedGrant = { id: GrantId; state?: GrantState; refused?: true; unreadable?: true };

/** What has become of the repository's grants. `accepted` while roles are being removed. */
export type IncidentAnswer = { outcome: 'changed' | 'accepted'; items: EndedGrant[] };

/** Live grants up to which a revoke needs no number. Design contract. */
const WITHOUT_CONFIRMATION = 5;

/** Holds a repository and revokes all its live grants that the caller may revoke. The hold is recorded before the first
 *  revoke, with the list of what ends, so that the reconciler can finish it. Repeating it continues. `PERSON_REQUIRED`,
 *  `DENIED`, `REPOSITORY_NOT_FOUND`; `CONFLICT` names the number of live grants, but for those that are being revoked, where
 *  `confirm` is missing or another. */
export async function revokeRepository(
  ports: RequestPorts,
  input: IncidentInput,
  context: IncidentContext,
): Promise<Result<IncidentAnswer>> {
  const { caller } = context;
  const machine = personRequired({ report: ports.reportDenied }, caller, 'hold');
  if (machine) return fail(machine);
  const early = authoriseSomewhere(ports, caller, 'hold');
  if (!early.ok) return early;
  const uuid = parseRepositoryUuid(input.repository);
  if (!uuid) return repositoryNotFound(input.repository);
  const identified = await identify(ports, uuid);
  if (!identified.ok) return identified;
  const { resource, repository } = identified.value;
  const rules = { rules: ports.access, report: ports.reportDenied };
  const allowed = authorise({ ...rules, caller, action: 'hold', resource, context: unknownContext });
  if (!allowed.ok) return allowed;
  const { streams, unreadable } = await streamsOf(ports, uuid);
  const live = liveOf(streams);
  const left = live.filter(({ grant }) => grant.state !== 'revoking').length + unreadable.length;
  const wrong = unconfirmed(input, left, repository.fullName);
  if (wrong) return fail(wrong);
  const { revocable, refused } = await sort(ports, caller, live);
  const incident = { repository, reason: input.reason, revoke: revocable.map(lastOf) };
  await holdFirst(ports, incident, causeOf(context));
  const late = await sort(ports, caller, await requestedMeanwhile(ports, uuid, live));
  await holdFirst(ports, { ...incident, revoke: late.revocable.map(lastOf) }, causeOf(context));
  const ending = {
    repository,
    revocable: [...revocable, ...late.revocable],
    refused: [...refused, ...late.refused],
    unreadable,
  };
  return end(ports, ending, { ...context, reason: input.reason });
}

/** What machines requested between the look at the grants and the hold. Every later request of theirs meets the hold, before its
 *  event or in the provisioner. What a person requested stays, as after the hold. */
async function requestedMeanwhile(
  ports: RequestPorts,
  uuid: RepositoryUuid,
  known: readonly Live[],
): Promise<Live[]> {
  const { streams } = await streamsOf(ports, uuid);
  return liveOf(streams).filter(
    ({ grant }) => isKeptByHold(grant.request.requestedBy) && known.every((one) => one.grantId !== grant.id),
  );
}

const causeOf = ({ caller, correlationId, entryPoint }: IncidentContext): Cause => ({
  principal: caller.principal,
  correlationId,
  entryPoint,
});

const lastOf = ({ grant, last }: GrantStream & { grant: Grant }) => ({
  grantId: grant.id,
  seq: last?.seq ?? 1,
});

/** A revoke that nothing is left to begin for needs no number: it is the repetition of one that is done or under way. */
function unconfirmed({ confirm }: IncidentInput, live: number, fullName: string) {
  if (live === 0 || confirm === live) return undefined;
  if (confirm === undefined && live <= WITHOUT_CONFIRMATION) return undefined;
  const detail = `${fullName} has ${live} live grants. To end all of them, repeat this with "confirm": ${live}.`;
  return problem('CONFLICT', detail, {
    errors: [{ pointer: '/confirm', detail: `is not the number of live grants, which is ${live}` }],
  });
}

type Live = GrantStream & { grant: Grant };

/** The grants that a caller may revoke, and those that they may not: of the latter with the state where they may read it. */
async function sort(
  ports: RequestPorts,
  caller: Caller,
  live: readonly Live[],
): Promise<{ revocable: Live[]; refused: EndedGrant[] }> {
  const admins = ports.admins();
  const revocable: Live[] = [];
  const refused: EndedGrant[] = [];
  for (const stream of live) {
    const resource = resourceOf(stream.grant);
    const actions = ['read', 'revoke'] as const;
    const asked = { caller, resource, requesterKinds: undefined };
    const context = await accessContextOf({ access: ports.access, admins, actions, ...asked });
    const [read, revoke] = actions.map((action) =>
      decideAccess({ rules: ports.access, caller, action, resource, context }),
    );
    if (read?.allowed && revoke?.allowed) revocable.push(stream);
    else {
      const rule = revoke?.rule ?? 'default-deny';
      ports.reportDenied(deniedAccess({ caller, action: 'revoke', resource, rule }));
      const state = read?.allowed ? { state: stream.grant.state } : {};
      refused.push({ id: stream.grant.id, ...state, refused: true });
    }
  }
  return { revocable, refused };
}

/** Records the hold and what ends by it, unless the repository is held and nothing is left to end. */
async function holdFirst(
  ports: RequestPorts,
  incident: EventOf<'RepositoryHeld'>['data'],
  cause: Cause,
): Promise<void> {
  const streamId = repositoryStreamOf(incident.repository.uuid);
  for (;;) {
    const stream = await loadWholeStream(ports, streamId);
    if (repositoryHoldOf(stream.events).hold && incident.revoke.length === 0) return;
    const event = { type: 'RepositoryHeld' as const, data: incident };
    const held = await appendEvent(ports, stream, { event, cause });
    if (held) return markHold(ports, incident.repository.uuid, held);
  }
}

type Ending = {
  repository: { uuid: RepositoryUuid; fullName: string };
  revocable: readonly Live[];
  refused: readonly EndedGrant[];
  unreadable: readonly GrantId[];
};

/** Announces every revoke first, so that none can be forgotten, and then has the roles removed, as far as time allows. */
async function end(
  ports: RequestPorts,
  { repository, revocable, refused, unreadable }: Ending,
  context: IncidentContext & { reason: string },
): Promise<Result<IncidentAnswer>> {
  const items: EndedGrant[] = [...refused];
  let isDone = true;
  const waitUntil = ports.clock.now() + WAIT_MS;
  const closed = new Set([...unreadable, ...revocable.filter(isReadOnly).map(({ grant }) => grant.id)]);
  const ids = [...closed, ...revocable.map(({ grant }) => grant.id).filter((id) => !closed.has(id))];
  await recordRevokes(ports, repository.uuid, { cause: causeOf(context), holds: true });
  await sideBySide(ids, { width: SIDE_BY_SIDE }, async (id) => {
    const mayWait = ports.clock.now() < waitUntil || closed.has(id);
    const ended = mayWait ? await revokeGrant(ports, id, context) : ok(await announcedState(ports, id));
    if (ended.ok && !hasEnded(ended.value)) isDone = false;
    items.push(itemOf(id, ended));
  });
  items.sort((a, b) => (a.id < b.id ? -1 : 1));
  return ok({ outcome: isDone ? 'changed' : 'accepted', items });
}

type Ended = UnreadableAnswer | { grant: Grant | undefined };

/** False while something is left to do. */
const hasEnded = (ended: Ended): boolean =>
  'unreadable' in ended ? ended.revocation.state !== 'requested' : !ended.grant || isAtRest(ended.grant);

function itemOf(id: GrantId, ended: Result<Ended>): EndedGrant {
  if (!ended.ok) return { id, refused: true };
  if ('unreadable' in ended.value) return { id, unreadable: true };
  const { grant } = ended.value;
  return grant ? { id, state: grant.state } : { id };
}

/** Milliseconds after which no further role is waited for: each may take 20 s, and API Gateway ends a request after 30. */
const WAIT_MS = 6000;

/** The grant of an announced revoke, which the reconciler will have removed. */
const announcedState = async (ports: RequestPorts, id: GrantId): Promise<{ grant: Grant | undefined }> => ({
  grant: (await loadStream(ports, id)).grant,
});
