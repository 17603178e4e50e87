import { repositoryHoldOf } from '../../grants/containment/repository-hold.ts';
import type { DueRow } from '../../grants/stores.ts';
import { plusSeconds, toInstant } from '../../shared/time.ts';
import { ABANDONED_SECONDS, type RowOutcome } from '../close-due.ts';
import { type Cause, loadWholeStream, type StreamPorts } from '../grant-stream.ts';
import { announceRevokes } from './announce-revokes.ts';

/** Finishes the revoke of a repository's grants that a dead process left behind: each is announced in its own stream, which is
 *  then worked on like any other. The row of a repository without such work is dropped. */
export async function finishIncident(ports: StreamPorts, row: DueRow, cause: Cause): Promise<RowOutcome> {
  const { events, last } = await loadWholeStream(ports, row.grantId);
  const { open } = repositoryHoldOf(events);
  if (open) await announceRevokes(ports, open.repository.uuid, { cause, holds: false });
  const isAwaiting = !last || row.dueSeq > last.seq;
  const isAbandoned = plusSeconds(row.dueAt, ABANDONED_SECONDS) <= toInstant(ports.clock.now());
  if (isAwaiting && !isAbandoned) return 'wait';
  await ports.grants.dropDue(row);
  return 'settled';
}
