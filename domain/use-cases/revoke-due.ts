import type { InstallationSwitch } from '../grants/containment/installation.ts';
import { installationStateOf } from '../grants/containment/installation.ts';
import { repositoryHoldOf } from '../grants/containment/repository-hold.ts';
import { decideRevocation } from '../grants/deciders/decide-revocation.ts';
import type { GrantEvent } from '../grants/event.ts';
import { evolve } from '../grants/evolve/evolve.ts';
import { canExpire, type Grant, isLive } from '../grants/grant.ts';
import type { DueRow, GrantTable } from '../grants/stores.ts';
import { grantBeside, unreadableRevocationOf } from '../grants/unreadable/revocation.ts';
import { UnreadableStream } from '../grants/unreadable/stored-event.ts';
import { provenTarget } from '../grants/unreadable/traces.ts';
import { isAtRest } from '../grants/work.ts';
import {
  type GrantId,
  INSTALLATION,
  type RepositoryUuid,
  repositoryStreamOf,
} from '../shared/identifiers.ts';
import { plusSeconds, seconds, toInstant } from '../shared/time.ts';
import { onlyUnreadable } from './access.ts';
import {
  type ClosingPorts,
  closeUnreadableRole,
  MOST_CLOSINGS,
  recordClosing,
  targetOf,
  type Unreadable,
} from './close-unreadable-role.ts';
import {
  appendEvent,
  type Cause,
  type GrantStream,
  isReadOnly,
  loadStream,
  loadWholeStream,
  projectStream,
  type StreamPorts,
} from './grant-stream.ts';
import { sideBySide } from './side-by-side.ts';
import { PROVISIONER_WAIT_MS } from './wait-for-provisioner.ts';

/** What revoking what is due needs. */
export type RevokeDuePorts = ClosingPorts & {
  /** Raises the alarm that no more unreadable grants are revoked in this pass. Never throws. */
  reportStopped(grantId: GrantId): void;
};

/** What recording the revokes of an incident needs. */
type RecordingPorts = Omit<ClosingPorts, 'provisioner'>;

/** What closing needs of a pass. `closings` are revokes of unreadable grants that it began. */
export type ClosingPass = { correlationId: string; closings: number };

/** Seconds after its due time for which a row may still await an event. Longer than any function runs (Lambda: 900), so
 *  the process that marked the row has ended by then and the event never comes. */
export const ABANDONED_SECONDS = seconds(900);

/** What became of a due row. `retry`: to be tried again, later each time. `wait`: to be looked at again soon. `watch`: to be
 *  looked at again in an hour. */
export type RowOutcome = 'settled' | 'retry' | 'wait' | 'watch';

/** Revokes an unreadable grant whose row says that it has expired; where a newer version wrote row and stream, what this version
 *  knows of the stream must say so as well as the row's due time. An unreadable stream alone is no cause to revoke:
 *  without an expiry nothing is done. The row is retried later, when the stream may be readable. */
export async function closeExpired(
  ports: RevokeDuePorts,
  unreadable: Unreadable & { known: Grant | undefined },
  pass: ClosingPass,
): Promise<RowOutcome> {
  const { grantId } = unreadable;
  if (!(await hasExpired(ports, unreadable))) return 'retry';
  if (pass.closings >= MOST_CLOSINGS) {
    ports.reportStopped(grantId);
    return 'retry';
  }
  pass.closings += 1;
  const target = await targetOf(ports, unreadable);
  await closeUnreadableRole(ports, { grantId, target, why: 'expired', cause: reconcilerCause(pass) });
  return 'retry';
}

/** The row is trusted if the grant's id is the hash of its content. The hash does not cover the expiry, and a false
 *  expiry can only end access. */
async function hasExpired(
  { grants, clock }: Pick<StreamPorts, 'grants' | 'clock'>,
  { grantId, known }: { grantId: GrantId; known: Grant | undefined },
): Promise<boolean> {
  const now = toInstant(clock.now());
  const { grants: rows, stale } = await grants.read([grantId]);
  const row = rows[0] ?? (stale.some(({ reason }) => reason === 'version') ? known : undefined);
  if (!row || !canExpire(row.state) || row.expiresAt === undefined || row.expiresAt > now) return false;
  return provenTarget(grantId, [JSON.stringify(row)]) !== undefined;
}

/** Has the provisioner close what was announced beside a grant's stream, and look again every hour. Once the stream can be
 *  read, its grant is revoked there and the row of the stream beside it is done. */
export async function finishClosing(
  ports: RevokeDuePorts,
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
  ports: RevokeDuePorts,
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

/** Finishes the revoke of a repository's grants that a dead process left behind: the intent of each is recorded in its own stream, which is
 *  then worked on like any other. The row of a repository without such work is dropped. */
export async function finishIncident(ports: RecordingPorts, row: DueRow, cause: Cause): Promise<RowOutcome> {
  const { events, last } = await loadWholeStream(ports, row.grantId);
  const { open } = repositoryHoldOf(events);
  const uuid = repositoryIn(events);
  if (uuid) await markHold(ports, uuid, { events, last });
  if (open) await recordRevokes(ports, open.repository.uuid, { cause, holds: false });
  const isAwaiting = !last || row.dueSeq > last.seq;
  const isAbandoned = plusSeconds(row.dueAt, ABANDONED_SECONDS) <= toInstant(ports.clock.now());
  if (isAwaiting && !isAbandoned) return 'wait';
  await ports.grants.dropDue(row);
  return 'settled';
}

/** Marks a repository for lists as held, or as not held, as its stream says it. Idempotent. */
export const markHold = (
  { grants }: { grants: Pick<GrantTable, 'markRepositoryHold'> },
  repositoryUuid: RepositoryUuid,
  { events, last }: Pick<GrantStream, 'events' | 'last'>,
): Promise<void> =>
  grants.markRepositoryHold(repositoryUuid, { seq: last?.seq ?? 0, hold: repositoryHoldOf(events).hold });

/** The repository whose stream it is. */
const repositoryIn = (events: readonly GrantEvent[]): RepositoryUuid | undefined =>
  events.flatMap(({ type, data }) => (type === 'RepositoryHeld' ? [data.repository.uuid] : []))[0];

/** Brings the installation's stream and its switch into agreement: a freeze that was announced takes effect, and one that was
 *  ended is recorded. Says whether the installation is frozen. Idempotent, and safe to be done by several at once. */
export async function recordInstallation(
  ports: StreamPorts & { installation: InstallationSwitch },
  cause: Cause,
): Promise<boolean> {
  for (;;) {
    const stream = await loadWholeStream(ports, INSTALLATION);
    const logged = installationStateOf(stream.events);
    if (logged.state === 'open') return false;
    if (logged.state === 'requested') {
      const { principal, at, data } = logged.request;
      await ports.installation.freeze({ by: `${principal.kind}:${principal.id}`, at, reason: data.reason });
    } else if (await ports.installation.frozenNow()) return true;
    const type = logged.state === 'requested' ? 'InstallationFrozen' : 'InstallationThawed';
    await appendEvent(ports, stream, { event: { type, data: {} }, cause });
  }
}

/** Works on the row of the installation, which stays due while it is frozen, so that its thaw is recorded. */
export async function followInstallation(
  ports: StreamPorts & { installation: InstallationSwitch },
  row: DueRow,
  cause: Cause,
): Promise<RowOutcome> {
  if (await recordInstallation(ports, cause)) return 'wait';
  const { last } = await loadWholeStream(ports, INSTALLATION);
  const isAbandoned = plusSeconds(row.dueAt, ABANDONED_SECONDS) <= toInstant(ports.clock.now());
  if ((!last || row.dueSeq > last.seq) && !isAbandoned) return 'wait';
  await ports.grants.dropDue(row);
  return 'settled';
}

/** Revokes that are recorded at the same time. Our choice. */
const RECORDED_SIDE_BY_SIDE = 10;

/** Records the intent of every revoke that an incident of a repository has listed, and that it is done: beside its stream where
 *  that cannot be read, or a newer version has written to it. A grant that was requested again since is left alone. Idempotent, and safe to be done by several at once. */
export async function recordRevokes(
  ports: RecordingPorts,
  repositoryUuid: RepositoryUuid,
  terms: { cause: Cause; holds: boolean },
): Promise<void> {
  for (;;) {
    const stream = await loadWholeStream(ports, repositoryStreamOf(repositoryUuid));
    const { open } = repositoryHoldOf(stream.events);
    if (!open) return;
    const { repository, reason, revoke } = open;
    await sideBySide(revoke, { width: RECORDED_SIDE_BY_SIDE }, (listed) =>
      recordRevoke(ports, listed, { ...terms, reason }),
    );
    const event = { type: 'RepositoryRevoked' as const, data: { repository } };
    if (await appendEvent(ports, stream, { event, cause: terms.cause })) return;
  }
}

async function recordRevoke(
  ports: RecordingPorts,
  { grantId, seq }: { grantId: GrantId; seq: number },
  { cause, holds, reason }: { cause: Cause; holds: boolean; reason: string },
): Promise<void> {
  for (;;) {
    const stream = await loadStream(ports, grantId).catch(onlyUnreadable);
    // It was listed as one that may be revoked, so it is closed although it cannot be read any more.
    if (stream instanceof UnreadableStream || isReadOnly(stream)) {
      const target = await targetOf(ports, { grantId, texts: [] });
      return recordClosing(ports, { grantId, target, why: 'requested', cause });
    }
    if (!stream.grant) return;
    if (stream.grant.request.seq > seq && (await hasEndedSince(ports, grantId, seq))) return;
    const [event] = decideRevocation(stream.grant, 'requested', { reason, holds }).events;
    if (!event) return;
    const appended = await appendEvent(ports, stream, { event, cause });
    if (appended) return projectStream(ports, appended);
  }
}

/** True where a grant that was live at `seq` has ended since: what is live now was requested anew. A change of it, by a machine
 *  perhaps, is no new request. */
async function hasEndedSince(ports: StreamPorts, grantId: GrantId, seq: number): Promise<boolean> {
  const stream = await loadWholeStream(ports, grantId).catch(onlyUnreadable);
  if (stream instanceof UnreadableStream) return false;
  let grant: Grant | undefined;
  return stream.events.some((event) => {
    grant = evolve(grant, event);
    return event.seq > seq && grant !== undefined && !isLive(grant.state);
  });
}
