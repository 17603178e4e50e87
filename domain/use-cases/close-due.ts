import { decideRevocation } from '../grants/deciders/decide-revocation.ts';
import { canExpire } from '../grants/grant.ts';
import type { DueRow, GrantTable } from '../grants/stores.ts';
import { grantBeside, unreadableRevocationOf } from '../grants/unreadable/revocation.ts';
import { UnreadableStream } from '../grants/unreadable/stored-event.ts';
import { provenTarget } from '../grants/unreadable/traces.ts';
import { isAtRest } from '../grants/work.ts';
import type { GrantId } from '../shared/identifiers.ts';
import { type Instant, plusSeconds, seconds, toInstant } from '../shared/time.ts';
import { type ClosingPorts, closeBeside, MOST_CLOSINGS, targetOf, type Unreadable } from './close-beside.ts';
import {
  appendEvent,
  type Cause,
  type GrantStream,
  isReadOnly,
  loadStream,
  projectStream,
  type StreamPorts,
} from './grant-stream.ts';
import { PROVISIONER_WAIT_MS } from './wait-for-provisioner.ts';

/** What closing what is due needs. */
export type CloseDuePorts = ClosingPorts & {
  /** Raises the alarm that no more unreadable grants are revoked in this pass. Never throws. */
  reportStopped(grantId: GrantId): void;
};

/** What closing needs of a pass. `closings` are revokes of unreadable grants that it began. */
export type ClosingPass = { correlationId: string; closings: number };

/** Seconds after its due time for which a row may still await an event. Longer than any function runs (Lambda: 900), so
 *  the process that marked the row has ended by then and the event never comes. */
export const ABANDONED_SECONDS = seconds(900);

/** What became of a due row. `retry`: to be tried again, later each time. `wait`: to be looked at again soon. `watch`: to be
 *  looked at again in an hour. */
export type RowOutcome = 'settled' | 'retry' | 'wait' | 'watch';

/** Revokes an unreadable grant whose row says that it has expired. An unreadable stream alone is no cause to revoke:
 *  without an expiry nothing is done. The row is retried later, when the stream may be readable. */
export async function closeExpired(
  ports: CloseDuePorts,
  unreadable: Unreadable,
  pass: ClosingPass,
): Promise<RowOutcome> {
  const { grantId } = unreadable;
  if (!(await hasExpired(ports.grants, grantId, toInstant(ports.clock.now())))) return 'retry';
  if (pass.closings >= MOST_CLOSINGS) {
    ports.reportStopped(grantId);
    return 'retry';
  }
  pass.closings += 1;
  const target = await targetOf(ports, unreadable);
  await closeBeside(ports, { grantId, target }, { why: 'expired', cause: reconcilerCause(pass) });
  return 'retry';
}

/** The row is trusted if the grant's id is the hash of its content. The hash does not cover the expiry, and a false
 *  expiry can only end access. */
async function hasExpired(
  grants: Pick<GrantTable, 'read'>,
  grantId: GrantId,
  now: Instant,
): Promise<boolean> {
  const [row] = (await grants.read([grantId])).grants;
  if (!row || !canExpire(row.state) || row.expiresAt === undefined || row.expiresAt > now) return false;
  return provenTarget(grantId, [JSON.stringify(row)]) !== undefined;
}

/** Has the provisioner close what was announced beside a grant's stream, and look again every hour. Once the stream can be
 *  read, its grant is revoked there and the row of the stream beside it is done. */
export async function finishClosing(
  ports: CloseDuePorts,
  row: DueRow,
  pass: ClosingPass,
): Promise<RowOutcome> {
  const beside = await loadStream(ports, row.grantId);
  const revocation = unreadableRevocationOf(beside.events);
  if (revocation.state === 'none') {
    const isAbandoned = plusSeconds(row.dueAt, ABANDONED_SECONDS) <= toInstant(ports.clock.now());
    if (isAbandoned) await ports.grants.dropDue(row);
    return isAbandoned ? 'settled' : 'wait';
  }
  const grantId = grantBeside(row.grantId);
  const stream = grantId && (await readable(ports, grantId));
  if (!stream) {
    const { outcome } = await ports.provisioner.run(row.grantId, PROVISIONER_WAIT_MS);
    return outcome === 'settled' ? 'watch' : 'retry';
  }
  const outcome = await revokeInFull(ports, stream, pass);
  if (outcome === 'settled') await ports.grants.dropDue(row);
  return outcome;
}

async function revokeInFull(
  ports: CloseDuePorts,
  stream: GrantStream,
  pass: ClosingPass,
): Promise<RowOutcome> {
  const [event] = stream.grant ? decideRevocation(stream.grant, 'requested', { holds: false }).events : [];
  const revoked = event ? await appendEvent(ports, stream, { event, cause: reconcilerCause(pass) }) : stream;
  if (!revoked) return 'wait';
  await projectStream(ports, revoked);
  if (isAtRest(revoked.grant)) return 'settled';
  const { outcome } = await ports.provisioner.run(stream.grantId, PROVISIONER_WAIT_MS);
  return outcome === 'settled' ? 'settled' : 'retry';
}

/** A grant's stream, where this version can read all of it. */
async function readable(ports: StreamPorts, grantId: GrantId): Promise<GrantStream | undefined> {
  try {
    const stream = await loadStream(ports, grantId);
    return isReadOnly(stream) ? undefined : stream;
  } catch (error) {
    if (error instanceof UnreadableStream) return undefined;
    throw error;
  }
}

/** The cause of what the reconciler appends in a pass. */
export const reconcilerCause = ({ correlationId }: Pick<ClosingPass, 'correlationId'>): Cause => ({
  principal: { kind: 'system', id: 'reconciler' },
  correlationId,
  entryPoint: 'schedule',
});
