import { decideLapse } from '../grants/decide-approval.ts';
import { decideRevocation } from '../grants/decide-revocation.ts';
import type { NewEvent } from '../grants/event.ts';
import { needsCheckpoint } from '../grants/evolve/checkpoint.ts';
import type { Grant } from '../grants/grant.ts';
import type { DueRow } from '../grants/stores.ts';
import { grantBeside } from '../grants/unreadable/revocation.ts';
import { isAtRest } from '../grants/work.ts';
import type { StreamId } from '../shared/identifiers.ts';
import { type EpochMilliseconds, type Instant, plusSeconds, toInstant } from '../shared/time.ts';
import { appendEvent, type Cause, loadStream, projectStream, type StreamPorts } from './grant-stream.ts';
import type { Provisioner } from './provisioner.ts';
import { PROVISIONER_WAIT_MS } from './wait-for-provisioner.ts';

/** Seconds after its due time for which a row may still await an event. Longer than any function runs
 *  (Lambda: 900), so the process that marked the row has ended by then and the event never comes. */
const ABANDONED_SECONDS = 900;
const ROWS_PER_READ = 50;

/** What the reconciler needs. It has no IAM: it finds, decides, and asks the provisioner. */
export type ReconcilePorts = StreamPorts & {
  provisioner: Provisioner;
  /** Reports a grant that could not be reconciled; the pass continues. */
  reportFailure(grantId: StreamId, error: unknown): void;
};

/** What one pass found: how many rows were due, how many of their grants came to rest, how many did not. */
export type Reconciliation = { due: number; settled: number; unfinished: number };

/** One pass over the grants that are due, the longest overdue first. The pass has the provisioner finish or
 *  compensate what was begun, revokes expired grants, lapses requests that were not decided in time, and
 *  updates rows that a dead process left behind. It begins no grant after `deadline`. Two passes may run at
 *  once: the lease and the log decide which one acts. One grant's failure does not stop the others. */
export async function reconcile(
  ports: ReconcilePorts,
  pass: { correlationId: string; deadline: EpochMilliseconds },
): Promise<Reconciliation> {
  const { clock, grants } = ports;
  const until = toInstant(clock.now());
  const found: Reconciliation = { due: 0, settled: 0, unfinished: 0 };
  let last: DueRow | undefined;
  do {
    const rows = await grants.listDue(until, ROWS_PER_READ, last);
    for (const row of rows) {
      if (clock.now() >= pass.deadline) return found;
      found.due += 1;
      const isSettled = await reconcileOne(ports, row, pass.correlationId).catch((error: unknown) => {
        ports.reportFailure(row.grantId, error);
        return false;
      });
      found[isSettled ? 'settled' : 'unfinished'] += 1;
    }
    last = rows.length === ROWS_PER_READ ? rows.at(-1) : undefined;
  } while (last);
  return found;
}

async function reconcileOne(ports: ReconcilePorts, row: DueRow, correlationId: string): Promise<boolean> {
  if (grantBeside(row.grantId) !== undefined) return finishUnreadable(ports, row);
  const read = await loadStream(ports, row.grantId);
  const overdue = overdueEvent(read.grant, toInstant(ports.clock.now()));
  const stream = overdue
    ? await appendEvent(ports, read, { event: overdue, cause: causeOf(correlationId) })
    : read;
  // Another writer has just moved the stream: that one looks after it, or the next pass does.
  if (!stream) return false;
  if (!isAtRest(stream.grant) || needsCheckpoint(stream)) {
    const { outcome } = await ports.provisioner.run(row.grantId, PROVISIONER_WAIT_MS);
    return outcome === 'settled';
  }
  await projectStream(ports, stream);
  if (row.dueSeq <= (stream.last?.seq ?? 0)) return true;
  const isAbandoned = plusSeconds(row.dueAt, ABANDONED_SECONDS) <= toInstant(ports.clock.now());
  if (isAbandoned) await ports.grants.forgetDue(row);
  return isAbandoned;
}

/** Has the provisioner finish the revoke of a grant whose stream cannot be read. Such a row is projected from no grant, so
 *  its due time is taken back once nothing is left to do. */
async function finishUnreadable(ports: ReconcilePorts, row: DueRow): Promise<boolean> {
  const { outcome } = await ports.provisioner.run(row.grantId, PROVISIONER_WAIT_MS);
  if (outcome !== 'settled') return false;
  await ports.grants.forgetDue(row);
  return true;
}

/** The event that is due by time alone: the grant has expired, or its request was not decided in time. */
function overdueEvent(grant: Grant | undefined, now: Instant): NewEvent | undefined {
  if (!grant) return undefined;
  const hasExpired = grant.state === 'active' && grant.expiresAt !== undefined && grant.expiresAt <= now;
  return hasExpired ? decideRevocation(grant, 'expired').events[0] : decideLapse(grant, now);
}

const causeOf = (correlationId: string): Cause => ({
  principal: { kind: 'system', id: 'reconciler' },
  correlationId,
  entryPoint: 'schedule',
});
