import type { Workspace } from '../bitbucket/oidc.ts';
import { type Bitbucket, RepositoryNotShown } from '../bitbucket/port.ts';
import type { DeploymentEnvironment, Repository, RepositoryName } from '../bitbucket/repository.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { parseEnvironmentUuid, type RepositoryUuid } from '../shared/identifiers.ts';
import { PortError } from '../shared/port-error.ts';
import { type Problem, problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { didYouMean, nearestName } from '../shared/suggestion.ts';

/** What finding a repository needs. */
export type TargetPorts = { bitbucket: Bitbucket; configuration: Configuration };

/** What a grant is for, as Bitbucket has it now. */
export type Target = { repository: Repository; environment?: DeploymentEnvironment | undefined };

/** Finds a repository in the configured workspaces by the name that a caller gives. `WORKSPACE_NOT_CONFIGURED`;
 *  `REPOSITORY_NOT_FOUND`, which claims an absence only where it is proven; an unreachable Bitbucket throws. */
export async function findRepository(
  { bitbucket, configuration }: TargetPorts,
  name: RepositoryName,
): Promise<Result<Repository>> {
  const shown = 'uuid' in name ? name.uuid : `${name.workspace}/${name.slug}`;
  const candidates =
    'uuid' in name
      ? configuration.workspaces
      : configuration.workspaces.filter((workspace) => workspace.slug === name.workspace);
  if (candidates.length === 0) {
    const slugs = configuration.workspaces.map(({ slug }) => slug);
    return fail(workspaceNotConfigured(shown, 'uuid' in name ? '' : didYouMean(name.workspace, slugs)));
  }
  let failed: PortError | undefined;
  for (const workspace of candidates) {
    const look = bitbucket.findRepository(workspace, 'uuid' in name ? name.uuid : name.slug);
    const repository = await look.catch((error: unknown) => {
      // A workspace that cannot be read must not hide a repository of another one.
      if (!(error instanceof PortError)) throw error;
      if (failed === undefined || failed instanceof RepositoryNotShown) failed = error;
      return undefined;
    });
    if (repository) return inWorkspace(repository, workspace);
  }
  if (failed instanceof RepositoryNotShown) return fail(problem('REPOSITORY_NOT_FOUND', failed.message));
  if (failed) throw failed;
  return fail(
    problem('REPOSITORY_NOT_FOUND', `Bitbucket has no repository ${shown} in the configured workspaces.`),
  );
}

/** Finds a repository by UUID in the one workspace that it was found in before. */
export async function findRepositoryAgain(
  { bitbucket, configuration }: TargetPorts,
  workspace: Workspace,
  repositoryUuid: RepositoryUuid,
): Promise<Result<Repository>> {
  const configured = configuration.workspaces.find(({ uuid }) => uuid === workspace.uuid);
  if (!configured) return fail(workspaceNotConfigured(workspace.slug));
  const repository = await bitbucket.findRepository(configured, repositoryUuid);
  if (!repository) {
    return fail(
      problem('REPOSITORY_NOT_FOUND', `Repository ${repositoryUuid} is no longer in ${workspace.slug}.`),
    );
  }
  return inWorkspace(repository, configured);
}

/** A repository counts only if both slug and UUID of its workspace are the configured ones. The slug is part of the
 *  token's issuer, and others can take the old slug of a renamed workspace. */
function inWorkspace(repository: Repository, configured: Workspace): Result<Repository> {
  const { slug, uuid } = repository.workspace;
  return slug === configured.slug && uuid === configured.uuid
    ? ok(repository)
    : fail(workspaceNotConfigured(slug));
}

const workspaceNotConfigured = (shown: string, meant = ''): Problem =>
  problem(
    'WORKSPACE_NOT_CONFIGURED',
    `The workspace of ${shown} is not configured.${meant} Have an administrator add its slug and UUID to config/rolewright.yaml.`,
  );

/** The longest name of an environment that is taken, in UTF-16 units. Bitbucket documents no limit. Our choice: an index of the read
 *  model is keyed by the name, and a key holds 2048 bytes (source: DynamoDB Developer Guide, quotas). */
const LONGEST_ENVIRONMENT_NAME = 255;

const isTakenName = ({ name }: DeploymentEnvironment): boolean =>
  name.length > 0 && name.length <= LONGEST_ENVIRONMENT_NAME;

/** Finds a deployment environment of a repository. `ENVIRONMENT_NOT_FOUND` names the rule of exact case. */
export const findEnvironment = (
  bitbucket: Bitbucket,
  repository: Repository,
  nameOrUuid: string,
): Promise<Result<DeploymentEnvironment>> =>
  findEnvironmentFor(bitbucket, repository, { nameOrUuid, mayKnow: async () => false });

/** Finds a deployment environment for a caller. To one who may know, `ENVIRONMENT_NOT_FOUND` names the environments that there are
 *  or the one that was meant. */
export async function findEnvironmentFor(
  bitbucket: Bitbucket,
  repository: Repository,
  { nameOrUuid, mayKnow }: { nameOrUuid: string; mayKnow: () => Promise<boolean> },
): Promise<Result<DeploymentEnvironment>> {
  const environment = await bitbucket.findEnvironment(
    repository,
    parseEnvironmentUuid(nameOrUuid) ?? nameOrUuid,
  );
  if (environment && !isTakenName(environment)) {
    const detail = `The name of deployment environment ${environment.uuid} of ${repository.fullName} is empty or longer than ${LONGEST_ENVIRONMENT_NAME} characters. Give it another name in Bitbucket.`;
    const errors = [{ pointer: '/environment', detail: 'has a name that cannot be kept' }];
    return fail(problem('ENVIRONMENT_NOT_FOUND', detail, { errors }));
  }
  if (environment) return ok(environment);
  const remedy = (await mayKnow()) ? await environmentRemedy(bitbucket, repository, nameOrUuid) : '';
  const detail = `${repository.fullName} has no deployment environment of that name (case-sensitive) or UUID.${remedy}`;
  return fail(
    problem('ENVIRONMENT_NOT_FOUND', detail, {
      errors: [{ pointer: '/environment', detail: 'does not exist' }],
    }),
  );
}

/** The most environments that an answer names. */
const SHOWN_ENVIRONMENTS = 10;

/** Which environments there are, where the name differs in case only just these; nothing for a UUID, or where Bitbucket does
 *  not say. */
async function environmentRemedy(
  bitbucket: Bitbucket,
  repository: Repository,
  nameOrUuid: string,
): Promise<string> {
  if (parseEnvironmentUuid(nameOrUuid)) return '';
  const names = await bitbucket.environmentNames(repository).catch((error: unknown) => {
    if (error instanceof PortError) return [];
    throw error;
  });
  if (names.length === 0) return '';
  const shown = (list: readonly string[]) => list.map((name) => JSON.stringify(name)).join(' or ');
  const meant = names.filter((name) => name.toLowerCase() === nameOrUuid.toLowerCase());
  if (meant.length > 0) return ` Did you mean ${shown(meant)}?`;
  const near = nearestName(nameOrUuid, names);
  if (near !== undefined) return ` Did you mean ${shown([near])}?`;
  const more = names.length > SHOWN_ENVIRONMENTS ? ', and more' : '';
  return ` There are: ${names
    .slice(0, SHOWN_ENVIRONMENTS)
    .map((name) => JSON.stringify(name))
    .join(', ')}${more}.`;
}
