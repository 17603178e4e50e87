import type { Workspace } from '../../bitbucket/oidc.ts';
import type { Bitbucket } from '../../bitbucket/port.ts';
import type { Repository } from '../../bitbucket/repository.ts';
import { PortError } from '../../shared/port-error.ts';

/** Where a repository is: in the workspace, or certainly not in it. */
export type Whereabouts = { is: 'here'; repository: Repository } | { is: 'gone' };

/** Looks for a repository in a workspace. `gone` requires two answers from Bitbucket: the repository does not
 *  exist or belongs to another workspace, and the same credential can read the workspace itself. Anything
 *  less throws. */
export async function locate(
  bitbucket: Bitbucket,
  workspace: Workspace,
  repository: string,
): Promise<Whereabouts> {
  const found = await bitbucket.findRepository(workspace, repository);
  if (found?.workspace.uuid === workspace.uuid) {
    if (found.workspace.slug === workspace.slug) return { is: 'here', repository: found };
    const detail = `Workspace ${workspace.slug} is called ${found.workspace.slug} in Bitbucket. Have an administrator correct config/rolewright.yaml.`;
    throw new PortError('Bitbucket', 'REJECTED', detail, { problemCode: 'WORKSPACE_NOT_CONFIGURED' });
  }
  if (await bitbucket.isWorkspaceReadable(workspace)) return { is: 'gone' };
  const detail = `Bitbucket shows neither the repository nor its workspace ${workspace.slug}; that is no proof of a deletion.`;
  throw new PortError('Bitbucket', 'DENIED', detail);
}
