import type { Workspace } from './oidc.ts';
import type { DeploymentEnvironment, Repository } from './repository.ts';

/** What Bitbucket knows. Absence (`undefined`) means that Bitbucket itself answered "not found"; every other failure
 *  throws a `PortError`. */
export type Bitbucket = {
  /** `repository` is a slug or a UUID in braces. The answer names the workspace that it was found in. */
  findRepository(workspace: Workspace, repository: string): Promise<Repository | undefined>;
  /** Whether the workspace itself can be read, with the same credential. Only together with it is an absent repository
   *  evidence: whoever may not see a workspace is told that nothing of it exists. */
  isWorkspaceReadable(workspace: Workspace): Promise<boolean>;
  /** By UUID in braces, else by name in exact case. Absence is told only after every page was read. */
  findEnvironment(repository: Repository, nameOrUuid: string): Promise<DeploymentEnvironment | undefined>;
  /** The names of a repository's deployment environments, in Bitbucket's order; none where the repository is absent. */
  environmentNames(repository: Repository): Promise<string[]>;
  /** False when the workspace's OIDC discovery document does not exist. */
  isOidcEnabled(workspaceSlug: string): Promise<boolean>;
  /** Whether an account (UUID in braces, or Atlassian account id) has *admin* on a repository, directly or through a
   *  group, project or workspace. False is told only after every page was read; a repository that is not found throws. */
  isRepositoryAdmin(
    repository: { workspaceUuid: string; repositoryUuid: string },
    account: string,
  ): Promise<boolean>;
};
