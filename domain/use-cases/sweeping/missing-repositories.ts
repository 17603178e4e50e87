import type { GrantEntry } from '../../grants/listing.ts';
import type { RepositoryUuid } from '../../shared/identifiers.ts';
import { count, mayGoOn, type RunningSweep, type SweepPorts } from './running-sweep.ts';

/** Grants of an account in one part. */
const GRANTS_PER_PART = 100;

/** Repositories that one sweep examines because the list did not show them. Our choice: beyond that the list is not to be relied on, and the
 *  next sweep takes up the rest. */
const MOST_MISSING = 50;

/** The states of grants that there is something to end of. */
const LIVE = ['pending', 'provisioning', 'active', 'frozen', 'revoking'];

/** Goes through the live grants of the workspace, account by account, and notes the repositories that the list did not show. They come from
 *  an index, which lags: nothing is decided here. True at the end. */
export async function lookThroughGrants(ports: SweepPorts, sweep: RunningSweep): Promise<boolean> {
  for (;;) {
    const account = ports.configuration.accounts[sweep.position.account];
    if (!account) {
      sweep.position = { ...sweep.position, phase: 'missing' };
      return true;
    }
    if (!mayGoOn(ports, sweep)) return false;
    const { after, ...position } = sweep.position;
    const partition = { by: 'account', value: account.id } as const;
    const part = await ports.grants.entries(partition, { limit: GRANTS_PER_PART, after });
    const own = part.entries.filter((entry) => isOwn(sweep, entry));
    const missing = await notSeen(ports, sweep, [
      ...new Set(own.map(({ repositoryUuid }) => repositoryUuid)),
    ]);
    sweep.position = {
      ...position,
      missing: [...new Set([...position.missing, ...missing])].slice(0, MOST_MISSING),
      ...(part.isComplete || part.position === undefined
        ? { account: position.account + 1 }
        : { after: part.position }),
    };
    count(sweep, 'grants', own.length);
  }
}

const isOwn = ({ workspace }: RunningSweep, { workspaceUuid, state }: GrantEntry): boolean =>
  workspaceUuid === workspace.uuid && LIVE.includes(state);

/** Those repositories that this sweep's list did not show. */
async function notSeen(
  { sights }: SweepPorts,
  { position }: RunningSweep,
  uuids: readonly RepositoryUuid[],
): Promise<RepositoryUuid[]> {
  const known = await sights.recall(uuids);
  return uuids.filter((uuid) => {
    const sight = known.get(uuid)?.sight;
    return sight === undefined || sight.at < position.startedAt;
  });
}
