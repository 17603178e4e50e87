import type { BitbucketDelivery } from '../../bitbucket/delivery-message.ts';
import type { Workspace } from '../../bitbucket/oidc.ts';
import type { RepositoryUuid } from '../../shared/identifiers.ts';
import type { EpochMilliseconds } from '../../shared/time.ts';
import { followProject } from './follow-project.ts';
import { type FollowPorts, followRepository } from './follow-repository.ts';

/** Handles a verified webhook delivery. Only its repository or project id is trusted; state is read from Bitbucket.
 *  Idempotent and order-independent. Throws if the delivery must be retried. Work that does not fit before `deadline` is left to
 *  the next run. */
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

/** The repositories that a delivery may be about: the one with its UUID, or else the one that has the name now, or
 *  else those that once had it. Each is then looked up by its UUID. */
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
