import type { RepositoryUuid, WorkspaceUuid } from '../shared/identifiers.ts';
import { PortError } from '../shared/port-error.ts';
import type { Workspace } from './oidc.ts';
import type { DeploymentEnvironment, Repository, RepositoryPart } from './repository.ts';

/** No credential of a workspace shows a repository, and none sees the whole workspace: the repository may exist, and its name may
 *  be wrong. Some credential reads another repository of the workspace. */
export class RepositoryNotShown extends PortError {
  constructor(detail: string) {
    super('Bitbucket', 'DENIED', detail);
  }
}

/** What Bitbucket knows. Absence (`undefined`) means that Bitbucket itself answered "not found"; every other failure
 *  throws a `PortError`. Each workspace is read with its own credentials, and with no other's. */
export type Bitbucket = {
  /** `repository` is a slug or a UUID in braces. The answer names the workspace that it was found in. Undefined only where
   *  every credential of the workspace answers "not found" and one of them can read the workspace itself: to a credential
   *  of a project or another repository an existing repository looks absent. Throws `RepositoryNotShown` where only such
   *  credentials are stored. */
  findRepository(workspace: Workspace, repository: string): Promise<Repository | undefined>;
  /** Whether the workspace itself can be read now, with a credential that sees all of it. */
  isWorkspaceReadable(workspace: Workspace): Promise<boolean>;
  /** Which credential sees the whole workspace now: the same text for the same one only; undefined where none does. */
  wholeViewOf(workspace: Workspace): Promise<string | undefined>;
  /** The repositories of a workspace from the position `after` on, as one credential shows them that sees the whole workspace.
   *  Throws `PortError`: `DENIED` where there is no such credential, `REJECTED` for a position that is none. */
  listRepositories(workspace: Workspace, after: string | undefined): Promise<RepositoryPart>;
  /** By UUID in braces, else by name in exact case. Undefined only after every page was read. */
  findEnvironment(repository: Repository, nameOrUuid: string): Promise<DeploymentEnvironment | undefined>;
  /** The names of a repository's deployment environments, in Bitbucket's order; none where the repository is absent. */
  environmentNames(repository: Repository): Promise<string[]>;
  /** False when the workspace's OIDC discovery document does not exist. */
  isOidcEnabled(workspaceSlug: string): Promise<boolean>;
  /** Whether an account (UUID in braces, or Atlassian account id) has *admin* on a repository, directly or
   *  through a group, project or workspace. False only after every page was read; a repository that is not
   *  found throws. */
  isRepositoryAdmin(
    repository: { workspaceUuid: WorkspaceUuid; repositoryUuid: RepositoryUuid },
    account: string,
  ): Promise<boolean>;
};
