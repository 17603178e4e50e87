import type { Resource } from '../../access/authorisation.ts';
import { repositoryResource } from '../../access/list-reach.ts';
import type { Workspace } from '../../bitbucket/oidc.ts';
import { type Grant, isLive } from '../../grants/grant.ts';
import type { GrantTable } from '../../grants/stores.ts';
import { UnreadableStream } from '../../grants/unreadable/stored-event.ts';
import type { GrantId, ProjectUuid, RepositoryUuid } from '../../shared/identifiers.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { onlyUnreadable } from '../access.ts';
import { type GrantStream, loadStream, type StreamPorts } from '../grant-stream.ts';
import { findRepository, type TargetPorts } from '../resolve-target.ts';
import { sideBySide } from '../side-by-side.ts';

/** Streams that are read at the same time. Our choice. */
export const SIDE_BY_SIDE = 10;

/** A repository that is held or released. */
export type HeldRepository = {
  repository: { uuid: RepositoryUuid; fullName: string };
  resource: Resource;
};

/** The streams of all grants of a repository: rows lag and can be forged, so none decides what is read. `unreadable` are those
 *  whose stream cannot be read, but for those whose row says that they have ended. */
export async function streamsOf(
  ports: StreamPorts & { grants: Pick<GrantTable, 'listEnrolled' | 'read'> },
  repositoryUuid: RepositoryUuid,
): Promise<{ streams: (GrantStream & { grant: Grant })[]; unreadable: GrantId[] }> {
  const enrolled = await ports.grants.listEnrolled(repositoryUuid);
  const streams: (GrantStream & { grant: Grant })[] = [];
  const unreadable: GrantId[] = [];
  await sideBySide(enrolled.toSorted(), { width: SIDE_BY_SIDE }, async (id) => {
    const stream = await loadStream(ports, id).catch(onlyUnreadable);
    if (stream instanceof UnreadableStream) unreadable.push(id);
    else if (stream.grant) streams.push({ ...stream, grant: stream.grant });
  });
  const { grants: rows } = unreadable.length > 0 ? await ports.grants.read(unreadable) : { grants: [] };
  const ended = new Set(rows.filter(({ state }) => !isLive(state)).map(({ id }) => id));
  const byId = (a: { grantId: string }, b: { grantId: string }) => (a.grantId < b.grantId ? -1 : 1);
  return { streams: streams.sort(byId), unreadable: unreadable.filter((id) => !ended.has(id)).sort() };
}

/** The live ones of some streams. */
export const liveOf = <S extends { grant: Grant }>(streams: readonly S[]): S[] =>
  streams.filter(({ grant }) => isLive(grant.state));

/** A repository by its grants, which need no call to Bitbucket, or else as Bitbucket has it. `REPOSITORY_NOT_FOUND` where
 *  neither knows it. */
export async function identify(
  ports: TargetPorts & { grants: Pick<GrantTable, 'listEnrolled' | 'read'> },
  uuid: RepositoryUuid,
): Promise<Result<HeldRepository>> {
  const enrolled = await ports.grants.listEnrolled(uuid);
  const { grants } = await ports.grants.read(enrolled.slice(0, MOST_LOOKED_AT));
  const latest = grants.sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))[0]?.request.intent;
  if (latest) return ok(held(latest.repository, latest.workspace, latest.project?.uuid));
  const found = await findRepository(ports, { uuid });
  if (!found.ok) return found;
  const { fullName, workspace, project } = found.value;
  return ok(held({ uuid, fullName }, workspace, project?.uuid));
}

/** Rows that are looked at to name a repository: one is enough. */
const MOST_LOOKED_AT = 25;

const held = (
  { uuid, fullName }: HeldRepository['repository'],
  workspace: Workspace,
  projectUuid: ProjectUuid | undefined,
): HeldRepository => ({
  repository: { uuid, fullName },
  resource: { ...repositoryResource(workspace.uuid, uuid), projectUuid },
});

/** The one answer for a repository that is not known. */
export const repositoryNotFound = (named: string): { ok: false; problem: ReturnType<typeof problem> } =>
  fail(problem('REPOSITORY_NOT_FOUND', `There is no repository ${named.slice(0, 64)}.`));
