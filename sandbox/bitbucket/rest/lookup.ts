import type { BitbucketState, Environment, Repository, Workspace } from '../state.ts';

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The workspace with this slug or UUID in braces, case-insensitively. */
export function findWorkspace(state: BitbucketState, slugOrUuid: string): Workspace | undefined {
  return state.workspaces.find(({ slug, uuid }) => same(slug, slugOrUuid) || same(uuid, slugOrUuid));
}

/** The workspace's own repository with this slug or UUID in braces, case-insensitively. */
export function findRepository(workspace: Workspace, slugOrUuid: string): Repository | undefined {
  return workspace.repositories.find(({ slug, uuid }) => same(slug, slugOrUuid) || same(uuid, slugOrUuid));
}

/** The repository's environment with this UUID in braces, case-insensitively. */
export function findEnvironment(repository: Repository, uuid: string): Environment | undefined {
  return repository.environments.find((environment) => same(environment.uuid, uuid));
}

/** The repository called `workspace/repository`, or with this UUID wherever it is. */
export function findRepositoryByName(
  state: BitbucketState,
  name: string,
): { workspace: Workspace; repository: Repository } | undefined {
  const [first = '', second, ...more] = name.split('/');
  if (more.length > 0) return undefined;
  for (const workspace of state.workspaces) {
    if (second !== undefined && workspace !== findWorkspace(state, first)) continue;
    const repository = findRepository(workspace, second ?? first);
    if (repository && (second !== undefined || same(repository.uuid, name))) return { workspace, repository };
  }
  return undefined;
}

/** The parts of an API path, with slugs instead of the UUIDs of a workspace and a repository. */
export function withSlugs(state: BitbucketState, segments: readonly string[]): string[] {
  const [version, kind, first, second, ...rest] = segments;
  const workspace = first === undefined ? undefined : findWorkspace(state, first);
  const repository =
    kind === 'repositories' && second !== undefined && workspace
      ? findRepository(workspace, second)
      : undefined;
  return [version, kind, workspace?.slug ?? first, repository?.slug ?? second, ...rest].filter(
    (part) => part !== undefined,
  );
}
