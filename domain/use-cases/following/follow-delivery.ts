import type { BitbucketDelivery } from '../../bitbucket/delivery-message.ts';
import type { Workspace } from '../../bitbucket/oidc.ts';
import type { RepositoryUuid } from '../../shared/identifiers.ts';
import { PortError } from '../../shared/port-error.ts';
import type { EpochMilliseconds } from '../../shared/time.ts';
import { followProject } from './follow-project.ts';
import { type FollowPorts, followRepository } from './follow-repository.ts';

/** Resumptions during which a new repository that Bitbucket does not show may be hidden still: about an hour. Our choice. One
 *  that is not shown then was deleted soon after its creation. */
const HIDDEN_RESUMPTIONS = 6;

/** Handles a verified webhook delivery. Only its repository or project id is trusted; state is read from Bitbucket.
 *  Idempotent and order-independent. Throws if the delivery must be retried. Work that does not fit before `deadline` is left to
 *  the next run. */
export async function followDelivery(
  ports: FollowPorts,
  delivery: BitbucketDelivery,
  deadline: EpochMilliseconds,
): Promise<void> {
  const workspace = ports.configuration.workspaces.find(({ slug }) => slug === delivery.workspace);
  if (!workspace) throw notConfigured(delivery.workspace);
  const occasion = { correlationId: delivery.deliveryId, entryPoint: 'bitbucket' as const };
  const isNew = delivery.event === 'repo:created' || delivery.event === 'repo:imported';
  const { repository, project } = delivery;
  if (project) {
    return followProject(ports, { workspace, delivery: { ...delivery, project } }, { ...occasion, deadline });
  }
  if (!repository) return;
  const mayBeHidden = (delivery.resumption?.number ?? 0) < HIDDEN_RESUMPTIONS;
  for (const uuid of await uuidsOf(ports, workspace, repository)) {
    await followRepository(ports, { workspace, uuid, isNew, mayBeHidden }, occasion);
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

/** It may be configured again: a deployment may be rolled back. */
const notConfigured = (slug: string) =>
  new PortError('Bitbucket', 'DENIED', `Workspace ${slug} is not configured any more.`, {
    problemCode: 'WORKSPACE_NOT_CONFIGURED',
  });
