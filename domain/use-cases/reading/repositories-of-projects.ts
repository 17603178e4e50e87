import type { Reach } from '../../access/reach.ts';
import type { GrantTable } from '../../grants/stores.ts';
import { type ProjectUuid, parseProjectUuid, type RepositoryUuid } from '../../shared/identifiers.ts';

/** Grants of a project that are read at once. */
const PAGE = 250;

/** The projects in a reach. */
export const projectsIn = ({ scopes }: Pick<Reach, 'scopes'>): ProjectUuid[] =>
  scopes.flatMap(({ type, id }) => (type === 'Project' ? (parseProjectUuid(id) ?? []) : []));

/** The repositories that have or had a grant in these projects, each with its project, by the read model. An event holds no
 *  project, so a caller who may audit a project reads the events of its repositories. */
export async function repositoriesOf(
  { entries }: Pick<GrantTable, 'entries'>,
  projects: readonly ProjectUuid[],
): Promise<ReadonlyMap<RepositoryUuid, ProjectUuid>> {
  const found = new Map<RepositoryUuid, ProjectUuid>();
  for (const value of projects) {
    let after: string | undefined;
    do {
      const page = await entries({ by: 'project', value }, { limit: PAGE, after });
      for (const { repositoryUuid } of page.entries) found.set(repositoryUuid, value);
      after = page.isComplete ? undefined : page.position;
    } while (after !== undefined);
  }
  return found;
}
