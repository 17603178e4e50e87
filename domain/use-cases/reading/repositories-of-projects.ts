import type { Reach } from '../../access/reach.ts';
import type { GrantEntry, GrantPartition } from '../../grants/listing.ts';
import type { GrantTable } from '../../grants/stores.ts';
import { type ProjectUuid, parseProjectUuid, type RepositoryUuid } from '../../shared/identifiers.ts';

/** Grants that are read at once. */
const PAGE = 250;

/** Pages of one partition that are read at most. Our choice: 2,000 grants. */
const MOST_PAGES = 8;

/** Repositories that one page of the audit log is put together of at most. Our choice: each costs a query. */
const MOST_REPOSITORIES = 100;

/** Repositories, each with the project of which an auditor may read it. */
export type AuditedRepositories = ReadonlyMap<RepositoryUuid, ProjectUuid>;

/** The projects in a reach. */
export const projectsIn = ({ scopes }: Pick<Reach, 'scopes'>): ProjectUuid[] =>
  scopes.flatMap(({ type, id }) => (type === 'Project' ? (parseProjectUuid(id) ?? []) : []));

/** The repositories that have or had a grant in these projects, by the read model. An event holds no project, so a caller who
 *  may audit a project reads the events of its repositories. Undefined where there are more than one page of the log can be
 *  put together of, or more grants than are looked through. */
export async function repositoriesOf(
  grants: Pick<GrantTable, 'entries'>,
  projects: readonly ProjectUuid[],
): Promise<AuditedRepositories | undefined> {
  const found = new Map<RepositoryUuid, ProjectUuid>();
  for (const value of projects) {
    const isComplete = await look(grants, { by: 'project', value }, ({ repositoryUuid }) => {
      found.set(repositoryUuid, value);
      return found.size > MOST_REPOSITORIES;
    });
    if (!isComplete) return undefined;
  }
  return found;
}

/** Those of some repositories that have or had a grant in these projects. The cost does not depend on how many the projects have. */
export async function repositoriesAmong(
  grants: Pick<GrantTable, 'entries'>,
  projects: readonly ProjectUuid[],
  repositories: readonly RepositoryUuid[],
): Promise<AuditedRepositories> {
  const found = new Map<RepositoryUuid, ProjectUuid>();
  if (projects.length === 0) return found;
  for (const value of repositories) {
    await look(grants, { by: 'repository', value }, ({ projectUuid }) => {
      const isIn = projectUuid !== undefined && projects.includes(projectUuid);
      if (isIn) found.set(value, projectUuid);
      return isIn;
    });
  }
  return found;
}

/** Looks at the grants of a partition until one is enough. True where all of them were looked at. */
async function look(
  { entries }: Pick<GrantTable, 'entries'>,
  partition: GrantPartition,
  isEnough: (entry: GrantEntry) => boolean,
): Promise<boolean> {
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await entries(partition, { limit: PAGE, after });
    if (page.entries.some(isEnough)) return false;
    if (page.isComplete || page.position === undefined) return true;
    after = page.position;
  }
  return false;
}
