import type { BitbucketDelivery } from '../../bitbucket/delivery-message.ts';
import type { Workspace } from '../../bitbucket/oidc.ts';
import type { Repository } from '../../bitbucket/repository.ts';
import { decideRename } from '../../grants/deciders/decide-rename.ts';
import type { Grant } from '../../grants/grant.ts';
import type { EpochMilliseconds } from '../../shared/time.ts';
import { sideBySide } from '../side-by-side.ts';
import { type FollowPorts, followNames, livePage, type Occasion } from './follow-repository.ts';
import { locate } from './repository-whereabouts.ts';

/** Grants that are held in memory at once, and how many of them are renamed at the same time. Our choice. */
const GRANTS_PER_PAGE = 100;
const SIDE_BY_SIDE = 10;

/** Walks over a project's grants. A grant that another caller changes meanwhile moves to where a walk has been already; the
 *  next walk finds it. A walk that renames nothing is the last. */
const MOST_WALKS = 3;

type ProjectDelivery = BitbucketDelivery & { project: NonNullable<BitbucketDelivery['project']> };
type Walk = NonNullable<ProjectDelivery['project']['walk']>;

/** A project whose grants are followed, and the repository that Bitbucket shows in it. */
type Followed = { workspace: Workspace; delivery: ProjectDelivery; shown: Repository; occasion: Occasion };

/** Records a project's new key in the grants of its repositories, page by page. The key is read from one repository that
 *  Bitbucket still shows in the project, and holds for all of them. After `deadline` the rest is handed on as a message that
 *  says where to go on. A grant that fails is handed on by its repository, and keeps no other waiting. Safe to repeat. */
export async function followProject(
  ports: FollowPorts,
  { workspace, delivery }: { workspace: Workspace; delivery: ProjectDelivery },
  { deadline, ...occasion }: Occasion & { deadline: EpochMilliseconds },
): Promise<void> {
  const shown = await shownIn(ports, workspace, delivery.project);
  if (!shown) return;
  const followed = { workspace, delivery, shown, occasion };
  let walk: Walk | undefined = delivery.project.walk ?? { round: 1, hasRenamed: false };
  while (walk) {
    if (ports.clock.now() >= deadline) return handOnRest(ports, followed, walk);
    walk = await followPage(ports, followed, walk);
  }
}

/** A repository that Bitbucket shows in the project: the one that an earlier message found, else the first of the project's
 *  grants. Undefined where there is none. */
async function shownIn(
  ports: FollowPorts,
  workspace: Workspace,
  { uuid: projectUuid, walk }: ProjectDelivery['project'],
): Promise<Repository | undefined> {
  const seen = new Set<string>();
  const look = async (uuid: string): Promise<Repository | undefined> => {
    if (seen.has(uuid)) return undefined;
    seen.add(uuid);
    const found = await locate(ports.bitbucket, workspace, uuid);
    return found.is === 'here' && found.repository.project?.uuid === projectUuid
      ? found.repository
      : undefined;
  };
  const before = walk?.shownBy && (await look(walk.shownBy));
  if (before) return before;
  let after: string | undefined;
  do {
    const page = await pageOf(ports, { workspace, projectUuid, after });
    for (const { request } of page.grants) {
      const found = await look(request.intent.repository.uuid);
      if (found) return found;
    }
    after = page.next;
  } while (after !== undefined);
  return undefined;
}

type Page = {
  workspace: Workspace;
  projectUuid: ProjectDelivery['project']['uuid'];
  after: string | undefined;
};

/** Some live grants of a project by their rows, and where the next ones begin. */
async function pageOf(
  ports: FollowPorts,
  { workspace, projectUuid, after }: Page,
): Promise<{ grants: Grant[]; next: string | undefined }> {
  const partition = { by: 'project' as const, value: projectUuid };
  const { live, next } = await livePage(ports, partition, { limit: GRANTS_PER_PAGE, after });
  const isFollowed = ({ request: { intent } }: Grant) =>
    intent.workspace.uuid === workspace.uuid && intent.project?.uuid === projectUuid;
  return { grants: live.filter(isFollowed), next };
}

/** Follows one page of a walk. Returns where to go on: with the next page, with another walk, or nowhere. */
async function followPage(ports: FollowPorts, followed: Followed, walk: Walk): Promise<Walk | undefined> {
  const { workspace, delivery, shown, occasion } = followed;
  const { grants, next } = await pageOf(ports, {
    workspace,
    projectUuid: delivery.project.uuid,
    after: walk.after,
  });
  const renamed = grants.filter((grant) => decideRename(grant, namedAs(grant, shown)).length > 0);
  await sideBySide(renamed, { width: SIDE_BY_SIDE }, async (grant) => {
    const repository = namedAs(grant, shown);
    await followNames(ports, { grantId: grant.id, repository }, occasion).catch((error: unknown) => {
      ports.reportUnreadable(grant.id, error);
      return handOnRepository(ports, delivery, repository);
    });
  });
  const hasRenamed = walk.hasRenamed || renamed.length > 0;
  if (next !== undefined) return { ...walk, after: next, hasRenamed };
  if (!hasRenamed || walk.round >= MOST_WALKS) return undefined;
  return { round: walk.round + 1, hasRenamed: false };
}

/** The grant's own repository, in the project as Bitbucket shows it. */
const namedAs = ({ request: { intent } }: Grant, shown: Repository): Repository => ({
  ...shown,
  uuid: intent.repository.uuid,
  fullName: intent.repository.fullName,
});

/** A row that keeps the delivery is of this run alone: the messages that follow from it are kept by their own. */
const withoutRow = <D extends { resumption?: unknown }>({ resumption: _, ...delivery }: D) => delivery;

const handOnRest = (ports: FollowPorts, { delivery, shown }: Followed, walk: Walk): Promise<void> =>
  ports.worker.handOn({
    ...withoutRow(delivery),
    project: { uuid: delivery.project.uuid, walk: { ...walk, shownBy: shown.uuid } },
  });

const handOnRepository = (
  ports: FollowPorts,
  { project: _, ...delivery }: ProjectDelivery,
  { uuid }: Repository,
): Promise<void> => ports.worker.handOn({ ...withoutRow(delivery), repository: { uuid } });
