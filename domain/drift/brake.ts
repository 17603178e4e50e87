import type { GrantEvent } from '../grants/event.ts';
import type { GrantId, RepositoryUuid, WorkspaceUuid } from '../shared/identifiers.ts';
import type { Instant } from '../shared/time.ts';

/** Grants of one workspace that sweeps revoke in a day at most, and their share of its live grants; at least one. A workspace
 *  that seems to lose more than that has lost its credential rather than its repositories. */
const MOST_IN_A_DAY = 10;
const MOST_SHARE = 0.05;

/** How many grants of a workspace sweeps may revoke in one day, UTC. */
export const allowanceOf = (liveGrants: number): number =>
  Math.min(MOST_IN_A_DAY, Math.max(1, Math.floor(liveGrants * MOST_SHARE)));

/** What was announced today of a repository and of its whole workspace, by the installation's stream. */
export function announcedToday(
  events: readonly GrantEvent[],
  { workspace, repository, now }: { workspace: WorkspaceUuid; repository: RepositoryUuid; now: Instant },
): { ofRepository: ReadonlySet<GrantId>; inWorkspace: number } {
  const day = now.slice(0, 10);
  const ofWorkspace = events.flatMap((event) =>
    event.type === 'InstallationRepositoryLost' &&
    event.data.workspace.uuid === workspace &&
    event.at.slice(0, 10) === day
      ? [event.data]
      : [],
  );
  const own = ofWorkspace.filter((data) => data.repository.uuid === repository);
  return {
    ofRepository: new Set(own.flatMap(({ grants }) => grants)),
    inWorkspace: new Set(ofWorkspace.flatMap(({ grants }) => grants)).size,
  };
}
