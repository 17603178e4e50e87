import type { BitbucketDelivery } from '../../bitbucket/delivery-message.ts';
import type { Workspace } from '../../bitbucket/oidc.ts';
import type { RepositoryUuid } from '../../shared/identifiers.ts';
import type { EpochMilliseconds } from '../../shared/time.ts';
import { followProject } from './follow-project.ts';
import { type FollowPorts, followRepository } from './follow-repository.ts';

/** Does what a verified delivery gives occasion for. Of the delivery nothing is believed but which repository or project
 *  to look at: everything else is asked of Bitbucket. Throws where it must be tried again; safe to repeat, in any order. What
 *  is too much for one run is handed on to the next one after `deadline`. */
export async function followDelivery(
  ports: FollowPorts,
  delivery: BitbucketDelivery,
  deadline: EpochMilliseconds,
): Promise<void> {
  const workspace = ports.configuration.workspaces.find(({ slug }) => slug === delivery.workspace);
  if (!workspace) throw new Error(`workspace ${delivery.workspace} is not configured any more`);
  const occasion = { correlationId: delivery.deliveryId, entryPoint: 'bitbucket' as const };
  const isNew = delivery.event === 'repo:created' || delivery.event === 'repo:imported';
  const { repository, project } = delivery;
  if (project) {
    return followProject(ports, { workspace, delivery: { ...delivery, project } }, { ...occasion, deadline });
  }
  if (!repository) return;
  for (const uuid of await uuidsOf(ports, workspace, repository)) {
    await followRepository(ports, { workspace, uuid, isNew }, occasion);
  }
}

/** The repositories that a delivery may be about: the one of its UUID; else the one that bears the name now; else those
 *  that bore it, each of which is then looked at by its UUID. */
async function uuidsOf(
  { bitbucket, grants }: FollowPorts,
  workspace: Workspace,
  repository: NonNullable<BitbucketDelivery['repository']>,
): Promise<RepositoryUuid[]> {
  if ('uuid' in repository) return [repository.uuid];
  const [, slug = ''] = repository.fullName.split('/');
  const found = await bitbucket.findRepository(workspace, slug);
  return found ? [found.uuid] : grants.bearersOf('repository', repository.fullName);
}
