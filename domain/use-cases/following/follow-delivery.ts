import type { BitbucketDelivery } from '../../bitbucket/delivery-message.ts';
import type { Workspace } from '../../bitbucket/oidc.ts';
import type { ProjectUuid, RepositoryUuid } from '../../shared/identifiers.ts';
import {
  type FollowPorts,
  followNames,
  followRepository,
  liveGrants,
  locate,
  type Occasion,
} from './follow-repository.ts';

/** Does what a verified delivery gives occasion for. Of the delivery nothing is believed but which repository or project
 *  to look at: everything else is asked of Bitbucket. Throws where it must be tried again; safe to repeat, in any order. */
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
