import type { Passes } from '../../drift/passes.ts';
import { NOTHING_SWEPT, type SweepFound, type SweepPosition } from '../../drift/sweeps.ts';
import { PortError } from '../../shared/port-error.ts';
import { type Instant, plusSeconds, seconds, toInstant } from '../../shared/time.ts';
import { recordOnce } from '../drift/summary.ts';
import { causeOf } from '../following/follow-repository.ts';
import { lookThroughRepositories } from './listed-repositories.ts';
import { judgeMissing } from './lost-repositories.ts';
import { lookThroughGrants } from './missing-repositories.ts';
import { occasionOf, type RunningSweep, type SweepPorts, type SweepRun } from './running-sweep.ts';

/** Seconds from the beginning of one sweep of a workspace to that of the next. Our choice: Bitbucket delivers again what failed,
 *  so a lost webhook is rare, and a repository that is gone runs no pipelines. */
const SWEEP_EVERY_SECONDS = seconds(6 * 3600);

/** Seconds by which the lease of a workspace outlives the run that took it. */
const LEASE_MARGIN_SECONDS = seconds(120);

/** What a run came to. `over`: nothing is left to do now; `found` where this run ended the sweep. `open`: the next run goes on.
 *  `failed`: a later run goes on. */
export type SweepOutcome = { is: 'over'; found?: SweepFound } | { is: 'open' } | { is: 'failed' };

/** Finds what lost webhooks would have said of a workspace's repositories: those that are renamed, moved or gone, and those that
 *  lack what a rule gives. Acts on what is proven, within limits, and reports the rest. Only one run sweeps a workspace at a
 *  time. An interrupted sweep goes on in the next run, which repeats a part of it at most: every step is idempotent. */
export async function sweepWorkspace(ports: SweepPorts, run: SweepRun): Promise<SweepOutcome> {
  const { clock, sweeps } = ports;
  const { workspace, owner } = run;
  const now = toInstant(clock.now());
  const until = plusSeconds(toInstant(run.deadline), LEASE_MARGIN_SECONDS);
  const lease = { owner, now, until };
  const record = await sweeps.take(workspace.uuid, lease);
  if (!record) return { is: 'failed' };
  const position = nextPosition(record, now, run.isForced);
  if (!position) {
    await sweeps.keep(workspace.uuid, owner, record);
    return { is: 'over' };
  }
  if (position !== record.position) {
    // Kept before it acts: a sweep that dies goes on as the same sweep, which has announced what it has.
    await sweeps.keep(workspace.uuid, owner, { position });
    if (!(await sweeps.take(workspace.uuid, lease))) return { is: 'failed' };
  }
  const sweep: RunningSweep = { workspace, owner, deadline: run.deadline, position };
  const outcome = await goOn(ports, sweep);
  const { startedAt } = sweep.position;
  const kept: Passes<SweepPosition> =
    outcome.is === 'over'
      ? { nextAt: plusSeconds(startedAt, SWEEP_EVERY_SECONDS) }
      : { position: sweep.position };
  await sweeps.keep(workspace.uuid, owner, kept);
  return outcome;
}

/** Where a sweep begins or goes on; undefined where none is due. */
function nextPosition(
  { position, nextAt }: Passes<SweepPosition>,
  now: Instant,
  isForced: boolean,
): SweepPosition | undefined {
  if (position) return position;
  if (!isForced && nextAt !== undefined && nextAt > now) return undefined;
  return { startedAt: now, phase: 'repositories', account: 0, missing: [], found: NOTHING_SWEPT };
}

/** Goes on with a sweep as far as there is time. A failure leaves the sweep where it is. */
async function goOn(ports: SweepPorts, sweep: RunningSweep): Promise<SweepOutcome> {
  try {
    if (sweep.position.phase === 'repositories' && !(await lookThroughRepositories(ports, sweep)))
      return { is: 'open' };
    if (sweep.position.phase === 'grants' && !(await lookThroughGrants(ports, sweep))) return { is: 'open' };
    if (!(await judgeMissing(ports, sweep))) return { is: 'open' };
    await recordSweep(ports, sweep);
    return { is: 'over', found: sweep.position.found };
  } catch (error) {
    ports.reportSweepFailure(sweep.workspace.slug, error);
    const code = error instanceof PortError ? error.code : undefined;
    if (code === 'REJECTED') beginListAgain(sweep);
    // What an administrator must mend is tried again when the next sweep is due.
    return { is: code === 'DENIED' ? 'over' : 'failed' };
  }
}

/** Bitbucket does not say how long a position in its list is good: one that it refuses is given up. */
function beginListAgain(sweep: RunningSweep): void {
  if (sweep.position.phase !== 'repositories') return;
  const { after: _, ...rest } = sweep.position;
  sweep.position = rest;
}

/** Records in the installation's stream what a sweep has done, unless it has done nothing. */
async function recordSweep(ports: SweepPorts, sweep: RunningSweep): Promise<void> {
  const { startedAt, found } = sweep.position;
  if (found.renamed + found.revoked + found.requested === 0) return;
  const { unproven: _, ...counts } = found;
  const { slug, uuid } = sweep.workspace;
  const data = { workspace: { slug, uuid }, startedAt, found: counts };
  await recordOnce(ports, { type: 'InstallationSwept', data }, causeOf(occasionOf(sweep)));
}
