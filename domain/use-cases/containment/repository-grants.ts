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

/** The streams of a repository's grants: of those that `keeps` keeps by their rows, and of all without a row that can be
 *  read. `unreadable` are those whose stream cannot be read. */
export async function streamsOf(
  ports: StreamPorts & { grants: Pick<GrantTable, 'listEnrolled' | 'read'> },
  repositoryUuid: RepositoryUuid,
  keeps: (row: Grant) => boolean,
): Promise<{ streams: (GrantStream & { grant: Grant })[]; unreadable: GrantId[] }> {
  const enrolled = await ports.grants.listEnrolled(repositoryUuid);
  const { grants: rows } = await ports.grants.read(enrolled);
  const left = new Set(rows.filter((row) => !keeps(row)).map(({ id }) => id));
  const streams: (GrantStream & { grant: Grant })[] = [];
  const unreadable: GrantId[] = [];
  const wanted = enrolled.filter((id) => !left.has(id)).sort();
  await sideBySide(wanted, { width: SIDE_BY_SIDE }, async (id) => {
    const stream = await loadStream(ports, id).catch(onlyUnreadable);
    if (stream instanceof UnreadableStream) unreadable.push(id);
    else if (stream.grant) streams.push({ ...stream, grant: stream.grant });
  });
  const byId = (a: { grantId: string }, b: { grantId: string }) => (a.grantId < b.grantId ? -1 : 1);
  return { streams: streams.sort(byId), unreadable: unreadable.sort() };
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
