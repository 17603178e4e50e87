import { allowanceOf, announcedToday } from '../../drift/brake.ts';
import type { Grant } from '../../grants/grant.ts';
import { INSTALLATION, type RepositoryUuid } from '../../shared/identifiers.ts';
import { PortError } from '../../shared/port-error.ts';
import { toInstant } from '../../shared/time.ts';
import {
  causeOf,
  followNames,
  liveGrantsOf,
  revokeAll,
  toRevocable,
} from '../following/follow-repository.ts';
import { locate } from '../following/repository-whereabouts.ts';
import { appendEvent, loadWholeStream } from '../grant-stream.ts';
import { count, mayGoOn, occasionOf, type RunningSweep, type SweepPorts } from './running-sweep.ts';

/** Examines the repositories that the list did not show, one after the other, and revokes the grants of those that are proven to be gone, as
 *  far as the brake lets it. True at the end. */
export async function judgeMissing(ports: SweepPorts, sweep: RunningSweep): Promise<boolean> {
  for (;;) {
    const [uuid, ...missing] = sweep.position.missing;
    if (uuid === undefined) return true;
    if (!mayGoOn(ports, sweep)) return false;
    try {
      await judgeOne(ports, sweep, uuid);
    } catch (error) {
      const isLimit = error instanceof PortError && error.code === 'THROTTLED';
      if (isLimit) throw error;
      count(sweep, 'failed');
      ports.reportSweepFailure(uuid, error);
    }
    sweep.position = { ...sweep.position, missing };
  }
}

/** "Not found" proves an absence only where every credential of the workspace says so, one of them sees all of it, and that very credential has
 *  shown this repository before. */
async function judgeOne(ports: SweepPorts, sweep: RunningSweep, uuid: RepositoryUuid): Promise<void> {
  const { workspace } = sweep;
  const sight = (await ports.sights.recall([uuid])).get(uuid)?.sight;
  const found = await locate(ports.bitbucket, workspace, uuid);
  const by = await ports.bitbucket.wholeViewOf(workspace);
  const { known, unread, unreadable } = await liveGrantsOf(ports, uuid);
  for (const stream of unreadable) ports.reportUnreadable(stream.grantId, stream);
  if (unread) throw unread.reason;
  const own = known.filter(
    ({ request, state }) => request.intent.workspace.uuid === workspace.uuid && state !== 'revoking',
  );
  const [first] = own;
  if (!first) return;
  if (found.is === 'here') {
    for (const { id } of own)
      await followNames(ports, { grantId: id, repository: found.repository }, occasionOf(sweep));
    return;
  }
  const { fullName } = first.request.intent.repository;
  if (!sight || sight.by !== by) {
    count(sweep, 'unproven');
    const detail = sight
      ? 'Bitbucket does not show it, and the credential that has shown it was replaced.'
      : 'Bitbucket does not show it, and no credential that sees the whole workspace has shown it before.';
    return ports.reportSweep({ workspace: workspace.slug, repository: fullName, why: 'unproven', detail });
  }
  count(sweep, 'gone');
  const announced = await recordIntent(ports, sweep, { uuid, fullName, own });
  await revokeAll(ports, announced.map(toRevocable), occasionOf(sweep));
  count(sweep, 'revoked', announced.length);
  const kept = own.length - announced.length;
  if (kept === 0) return;
  count(sweep, 'kept', kept);
  const detail = `The repository is gone. ${kept} of its grants are kept today: sweeps revoke few in a day. Revoke them by hand, or wait.`;
  ports.reportSweep({ workspace: workspace.slug, repository: fullName, why: 'brake', detail });
}

/** Announces the revokes of a repository's grants in the installation's stream, as many as the brake still lets through today, and answers
 *  which were announced, now or earlier today. So a sweep that dies on the way counts no grant twice. */
async function recordIntent(
  ports: SweepPorts,
  sweep: RunningSweep,
  { uuid, fullName, own }: { uuid: RepositoryUuid; fullName: string; own: readonly Grant[] },
): Promise<Grant[]> {
  const { workspace, position } = sweep;
  for (;;) {
    const stream = await loadWholeStream(ports, INSTALLATION);
    const now = toInstant(ports.clock.now());
    const today = announcedToday(stream.events, { workspace: workspace.uuid, repository: uuid, now });
    const isKnown = ({ id }: Grant) => today.ofRepository.has(id);
    const left = Math.max(0, allowanceOf(position.found.grants) - today.inWorkspace);
    const fresh = own.filter((grant) => !isKnown(grant)).slice(0, left);
    const announced = [...own.filter(isKnown), ...fresh];
    if (fresh.length === 0) return announced;
    const event = {
      type: 'InstallationRepositoryLost' as const,
      data: {
        repository: { uuid, fullName },
        workspace: { slug: workspace.slug, uuid: workspace.uuid },
        grants: fresh.map(({ id }) => id),
      },
    };
    if (await appendEvent(ports, stream, { event, cause: causeOf(occasionOf(sweep)) })) return announced;
  }
}
