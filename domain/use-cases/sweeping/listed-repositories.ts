import type { ListedRepository, RepositoryPart } from '../../bitbucket/repository.ts';
import type { KnownRepository } from '../../drift/sweeps.ts';
import { decideRename } from '../../grants/deciders/decide-rename.ts';
import { type Grant, isLive } from '../../grants/grant.ts';
import type { GrantRows } from '../../grants/stores.ts';
import type { GrantId, RepositoryUuid } from '../../shared/identifiers.ts';
import { PortError } from '../../shared/port-error.ts';
import { followNames } from '../following/follow-repository.ts';
import { giveWhatIsMissing } from './missing-grants.ts';
import { count, mayGoOn, occasionOf, type RunningSweep, type SweepPorts } from './running-sweep.ts';

/** Pages of Bitbucket's list that one run reads, of 100 repositories each. Our choice: with the look at the workspace four calls a
 *  minute, of the thousand that Bitbucket allows a credential in an hour; 5,000 repositories are swept within half an hour. */
const PAGES_PER_RUN = 2;

/** Goes through Bitbucket's list: records new names of repositories with grants, remembers that they were seen, and gives what
 *  rules give where it is missing. True at the end of the list. */
export async function lookThroughRepositories(ports: SweepPorts, sweep: RunningSweep): Promise<boolean> {
  for (let pages = 0; pages < PAGES_PER_RUN; pages += 1) {
    if (!mayGoOn(ports, sweep)) return false;
    const { after, by } = sweep.position;
    const part = await ports.bitbucket.listRepositories(sweep.workspace, after);
    if (by !== undefined && by !== part.by) {
      // Another credential shows other repositories: what was seen with the former proves nothing with this one.
      const { after: _, by: __, ...rest } = sweep.position;
      sweep.position = rest;
      return false;
    }
    if (!(await followPart(ports, sweep, part))) return false;
    count(sweep, 'repositories', part.items.length);
    const { after: _, ...position } = sweep.position;
    sweep.position = { ...position, by: part.by, ...(part.next === undefined ? {} : { after: part.next }) };
    if (part.next !== undefined) continue;
    sweep.position = { ...sweep.position, phase: 'grants' };
    return true;
  }
  return false;
}

/** Follows the repositories of one part of the list; false where there was no time for all. */
async function followPart(ports: SweepPorts, sweep: RunningSweep, part: RepositoryPart): Promise<boolean> {
  const known = await ports.sights.recall(part.items.map(({ uuid }) => uuid));
  const rows = await ports.grants.read([...known.values()].flatMap(({ enrolled }) => enrolled));
  for (const repository of part.items) {
    if (!mayGoOn(ports, sweep)) return false;
    const { slug } = repository.workspace;
    if (slug !== sweep.workspace.slug) throw renamedWorkspace(sweep.workspace.slug, slug);
    try {
      await followOne(ports, sweep, { repository, by: part.by, ...rowsOf(repository.uuid, known, rows) });
    } catch (error) {
      // A limit of Bitbucket's is not passed by the next repository.
      if (error instanceof PortError && error.system === 'Bitbucket') throw error;
      count(sweep, 'failed');
      ports.reportSweepFailure(repository.fullName, error);
    }
  }
  return true;
}

/** A repository of the list, and the grants that were ever requested for it, as far as their rows say. */
type Listed = {
  repository: ListedRepository;
  by: string;
  grants: readonly Grant[];
  stale: readonly GrantId[];
};

function rowsOf(
  uuid: RepositoryUuid,
  known: ReadonlyMap<RepositoryUuid, KnownRepository>,
  { grants, stale }: GrantRows,
): Pick<Listed, 'grants' | 'stale'> {
  const enrolled = known.get(uuid)?.enrolled ?? [];
  return {
    grants: grants.filter(({ id }) => enrolled.includes(id)),
    stale: stale.map(({ grantId }) => grantId).filter((id) => enrolled.includes(id)),
  };
}

async function followOne(
  ports: SweepPorts,
  sweep: RunningSweep,
  { repository, by, grants, stale }: Listed,
): Promise<void> {
  const { workspace, position } = sweep;
  const live = grants.filter(
    ({ state, request }) => isLive(state) && request.intent.workspace.uuid === workspace.uuid,
  );
  const renamed = live.filter((grant) => decideRename(grant, repository).length > 0).map(({ id }) => id);
  for (const grantId of [...renamed, ...stale]) {
    await followNames(ports, { grantId, repository }, occasionOf(sweep));
  }
  count(sweep, 'renamed', renamed.length);
  if (live.length + stale.length > 0) {
    await ports.sights.remember(repository.uuid, { by, at: position.startedAt });
  }
  await giveWhatIsMissing(ports, sweep, { repository, grants, stale });
}

const renamedWorkspace = (configured: string, now: string) =>
  new PortError(
    'Bitbucket',
    'DENIED',
    `Workspace ${configured} is called ${now} in Bitbucket. Have an administrator correct the configuration.`,
    { problemCode: 'WORKSPACE_NOT_CONFIGURED' },
  );
