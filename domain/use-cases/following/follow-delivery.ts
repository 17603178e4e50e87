import type { BitbucketDelivery } from '../../bitbucket/delivery-message.ts';
import type { Workspace } from '../../bitbucket/oidc.ts';
import type { ProjectUuid, RepositoryUuid } from '../../shared/identifiers.ts';
import {
  type FollowPorts,
  followNames,
  followRepository,
  liveGrants,
  type Occasion,
} from './follow-repository.ts';
import { locate } from './repository-whereabouts.ts';

/** Handles a verified webhook delivery. Only its repository or project id is trusted; state is read from Bitbucket.
 *  Idempotent and order-independent. Throws if the delivery must be retried. */
export async function followDelivery(ports: FollowPorts, delivery: BitbucketDelivery): Promise<void> {
  const workspace = ports.configuration.workspaces.find(({ slug }) => slug === delivery.workspace);
  if (!workspace) throw new Error(`workspace ${delivery.workspace} is not configured any more`);
  const occasion = { correlationId: delivery.deliveryId, entryPoint: 'bitbucket' as const };
  const isNew = delivery.event === 'repo:created' || delivery.event === 'repo:imported';
  const { repository, project } = delivery;
  if (project) return followProject(ports, { workspace, projectUuid: project.uuid }, occasion);
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

/** Records a project's new key in the grants of its repositories. The key is read from one repository that
 *  Bitbucket still shows in the project, and holds for all of them. */
async function followProject(
  ports: FollowPorts,
  { workspace, projectUuid }: { workspace: Workspace; projectUuid: ProjectUuid },
  occasion: Occasion,
): Promise<void> {
  const grants = (await liveGrants(ports, { by: 'project', value: projectUuid })).filter(
    ({ request: { intent } }) =>
      intent.workspace.uuid === workspace.uuid && intent.project?.uuid === projectUuid,
  );
  for (const uuid of new Set(grants.map(({ request }) => request.intent.repository.uuid))) {
    const found = await locate(ports.bitbucket, workspace, uuid);
    if (found.is === 'gone' || found.repository.project?.uuid !== projectUuid) continue;
    for (const { id, request } of grants) {
      const { uuid: ofGrant, fullName } = request.intent.repository;
      const repository = { ...found.repository, uuid: ofGrant, fullName };
      await followNames(ports, { grantId: id, repository }, occasion);
    }
    return;
  }
}
