import {
  type EntryPoint,
  type EventFields,
  eventHash,
  type GrantEvent,
  type NewEvent,
  proveReadable,
  ZERO_HASH,
} from '../grants/event.ts';
import {
  causeHash,
  isCheckpointOf,
  needsCheckpoint,
  replayPart,
  type StreamPart,
  verifyPart,
} from '../grants/evolve/checkpoint.ts';
import { evolve } from '../grants/evolve/evolve.ts';
import { canExpire, type Grant, waitingRequest } from '../grants/grant.ts';
import type { GrantRow } from '../grants/row.ts';
import type { CheckpointStore, EventLog, GrantTable, Naming } from '../grants/stores.ts';
import { sortStored, type UnknownEvent, UnreadableStream } from '../grants/unreadable/stored-event.ts';
import { isAtRest } from '../grants/work.ts';
import type { Notifier } from '../messaging/ports.ts';
import type { Clock } from '../shared/clock.ts';
import type { StreamId } from '../shared/identifiers.ts';
import { isSamePrincipal, type Principal } from '../shared/principal.ts';
import { type Instant, plusSeconds, seconds, toInstant } from '../shared/time.ts';

/** Seconds after which unfinished work is looked at again. Our choice: longer than the provisioner's time limit, so
 *  that no second run looks at a grant while a first one works on it. */
const WORK_DUE_SECONDS = seconds(60);

/** A grant's stream as it was read: the fold of its events and the end of the chain. `events` begin at the checkpoint,
 *  where there is one. A stream with `unknown` events, which a newer version wrote, is read-only: the fold leaves them
 *  out. */
export type GrantStream = StreamPart & {
  grantId: StreamId;
  grant: Grant | undefined;
  last: Pick<EventFields, 'seq' | 'at' | 'hash'> | undefined;
  unknown: readonly UnknownEvent[];
};

/** True for a stream on which this version may decide nothing. */
export const isReadOnly = ({ unknown }: Pick<GrantStream, 'unknown'>): boolean => unknown.length > 0;

/** True where the provisioner must keep a checkpoint of the stream. One of a read-only stream would hide what makes it so. */
export const owesCheckpoint = (stream: GrantStream): boolean =>
  !isReadOnly(stream) && needsCheckpoint(stream);

/** Who caused an event, through which endpoint. */
export type Cause = { principal: Principal; correlationId: string; entryPoint: EntryPoint };

/** What the use cases need to read and write a stream. */
export type StreamPorts = {
  log: EventLog;
  checkpoints: Pick<CheckpointStore, 'find'>;
  grants: GrantTable;
  clock: Clock;
  /** Has people notified of each appended event; none where nobody is. */
  notifier?: Notifier | undefined;
};

/** True if this principal and correlation id have already written to a stream and nothing is in progress. A
 *  redelivered message must not undo later decisions. */
export const isDoneBy = (
  { checkpoint, events, grant }: GrantStream,
  { principal, correlationId }: Pick<Cause, 'principal' | 'correlationId'>,
): boolean =>
  isAtRest(grant) &&
  (events.some(
    (event) => event.correlationId === correlationId && isSamePrincipal(event.principal, principal),
  ) ||
    checkpoint?.causes.includes(causeHash(principal, correlationId)) === true);

/** Seconds by which clocks of two functions may differ. Our choice; Lambda keeps them within one. */
const CLOCK_DIFFERENCE_SECONDS = seconds(300);

/** Events since the last checkpoint, and characters of their JSON, beyond which only a revoke is accepted until the
 *  provisioner has kept the next checkpoint. Our choice: on one core 9 MB were read and verified in 3 s. */
const LONGEST_STREAM = 5000;
const LARGEST_STREAM = 4_000_000;
/** A number of events that cannot be too large together: each holds at most two documents within IAM's limits. */
const SMALL_STREAM = 100;

/** True for a stream that only a revoke may extend for now: one caller could make ten thousand requests before the
 *  next checkpoint, and a grant whose log is too long to read could not be revoked. */
export const isFull = (events: readonly GrantEvent[]): boolean =>
  events.length >= LONGEST_STREAM ||
  (events.length > SMALL_STREAM && JSON.stringify(events).length > LARGEST_STREAM);

/** What was read of a stream with the events of other versions in it. */
export type ReadPart = StreamPart &
  Pick<GrantStream, 'unknown'> & {
    /** The fields of every event that was read, in order. */
    all: readonly EventFields[];
  };

/** What reading a stream needs. */
export type StreamReading = {
  log: Pick<EventLog, 'loadFrom'>;
  checkpoints: Pick<CheckpointStore, 'find'>;
  clock: Clock;
};

/** Reads a grant, from its last checkpoint on where there is one that the log confirms. Throws `UnreadableStream`
 *  when an event cannot be read, or the chain is broken, of another grant, or dated in the future: no decision is
 *  made on an altered log. */
export async function loadStream(ports: StreamReading, grantId: StreamId): Promise<GrantStream> {
  return verified(ports, grantId, await readPart(ports, grantId));
}

/** Reads a grant's whole stream. Throws as `loadStream` does. */
export async function loadWholeStream(
  ports: Pick<StreamReading, 'log' | 'clock'>,
  grantId: StreamId,
): Promise<GrantStream> {
  return verified(ports, grantId, await readWhole(ports, grantId));
}

/** What there is to read of a stream, unverified. A checkpoint that does not fit the log is not used. Throws
 *  `UnreadableStream` when an event cannot be read. */
export async function readPart(
  { log, checkpoints }: Pick<StreamReading, 'log' | 'checkpoints'>,
  grantId: StreamId,
): Promise<ReadPart> {
  const checkpoint = await checkpoints.find(grantId);
  if (checkpoint) {
    const stored = await log.loadFrom(grantId, checkpoint.seq, Number.POSITIVE_INFINITY);
    const read = sortStored(grantId, stored);
    if (isCheckpointOf(checkpoint, read.events)) return { checkpoint, ...read };
  }
  return readWhole({ log }, grantId);
}

async function readWhole({ log }: Pick<StreamReading, 'log'>, grantId: StreamId): Promise<ReadPart> {
  const stored = await log.loadFrom(grantId, 1, Number.POSITIVE_INFINITY);
  return { checkpoint: undefined, ...sortStored(grantId, stored) };
}

function verified({ clock }: Pick<StreamReading, 'clock'>, grantId: StreamId, part: ReadPart): GrantStream {
  const { all, unknown, checkpoint, events } = part;
  const latest = plusSeconds(toInstant(clock.now()), CLOCK_DIFFERENCE_SECONDS);
  const last = all.at(-1);
  const isAhead = (last?.at ?? '') > latest;
  const fieldError =
    verifyPart({ checkpoint, events: all }, grantId) ??
    (isAhead ? 'its last event is dated in the future' : undefined);
  const grant = replayPart(part);
  const isHeadless = last !== undefined && !grant && grantId.startsWith('gr_');
  const reason = fieldError ?? (isHeadless ? 'it does not begin with a request' : undefined);
  if (reason !== undefined) throw new UnreadableStream(grantId, reason, all);
  return { checkpoint, events, unknown, grantId, grant, last };
}

/** The time of the next event of a stream: now, or the time of its last event if that is later. Clocks of two
 *  functions differ, and times in a stream must not decrease. */
export function nextInstant({ clock }: Pick<StreamPorts, 'clock'>, { last }: GrantStream): Instant {
  const now = toInstant(clock.now());
  return last && last.at > now ? last.at : now;
}

/** Appends one event, dated now; see `appendEventAt`. */
export const appendEvent = (
  ports: StreamPorts,
  stream: GrantStream,
  { event, cause }: { event: NewEvent; cause: Cause },
): Promise<GrantStream | undefined> =>
  appendEventAt(ports, stream, { event, cause, at: nextInstant(ports, stream) });

/** Appends one event, dated when it was decided. If the grant was at rest, its row is first marked as due, so a crash
 *  cannot lose the work that the event needs; nor, for the same reason, the messages about it. Returns the stream after it, or `undefined` when another writer was
 *  faster; then the stream must be read and the decision made again. */
export async function appendEventAt(
  ports: StreamPorts,
  stream: GrantStream,
  { event, cause, at }: { event: NewEvent; cause: Cause; at: Instant },
): Promise<GrantStream | undefined> {
  const seq = (stream.last?.seq ?? 0) + 1;
  const body = {
    ...event,
    ...cause,
    grantId: stream.grantId,
    seq,
    at,
    prevHash: stream.last?.hash ?? ZERO_HASH,
  };
  const hashed: GrantEvent = { ...body, hash: eventHash(body) };
  if (isReadOnly(stream)) throw new Error(`${event.type} on a stream that a newer version has written`);
  proveReadable(hashed);
  if (isAtRest(stream.grant)) {
    const now = toInstant(ports.clock.now());
    await ports.grants.markDue(stream.grantId, seq, plusSeconds(now, WORK_DUE_SECONDS));
  }
  const grant = evolve(stream.grant, hashed);
  // What is not found through its repository is not counted, not renamed, and not revoked when the repository is deleted.
  const names = newNames(stream.grant, hashed);
  if (grant && hashed.type === 'GrantRequested' && seq === 1) {
    await ports.grants.enrol(hashed.data.repository.uuid, grant.id, names);
  } else if (names.length > 0) await ports.grants.rememberNames(names);
  const part = { checkpoint: stream.checkpoint, events: [...stream.events, hashed] };
  await ports.notifier?.prepare(part);
  if ((await ports.log.append(hashed)) === 'taken') return undefined;
  await ports.notifier?.notify(part);
  return { ...part, grantId: stream.grantId, grant, last: hashed, unknown: stream.unknown };
}

/** The names that an event brings into its stream; a stream beside an unreadable one brings none. */
function newNames(grant: Grant | undefined, { type, data }: GrantEvent): Naming[] {
  if ((!grant && type !== 'GrantRequested') || !('repository' in data)) return [];
  const { repository } = data;
  const project = 'project' in data ? data.project : undefined;
  const known = grant?.request.intent.project;
  const isKnown = known !== undefined && known.key === project?.key && known.uuid === project.uuid;
  return [
    ...(grant?.repositoryNames.includes(repository.fullName)
      ? []
      : [{ kind: 'repository' as const, name: repository.fullName, uuid: repository.uuid }]),
    ...(project && !isKnown ? [{ kind: 'project' as const, name: project.key, uuid: project.uuid }] : []),
  ];
}

/** Writes the read model's row of a stream, with the time at which the grant is due again: soon, where the provisioner
 *  must keep a checkpoint. */
export async function projectStream(ports: StreamPorts, stream: GrantStream): Promise<void> {
  const row = rowOf(stream, toInstant(ports.clock.now()));
  if (row) await ports.grants.project(row);
}

/** The row of a stream as it is projected at `now`; undefined for a stream without a grant. */
export function rowOf(stream: GrantStream, now: Instant): GrantRow | undefined {
  const { grant, last } = stream;
  if (!grant || !last) return undefined;
  const dueAt = owesCheckpoint(stream) ? plusSeconds(now, WORK_DUE_SECONDS) : dueAtOf(grant, now);
  return { grantId: grant.id, seq: last.seq, grant, dueAt };
}

function dueAtOf(grant: Grant, now: Instant): Instant | undefined {
  if (!isAtRest(grant)) return plusSeconds(now, WORK_DUE_SECONDS);
  const expiresAt = canExpire(grant.state) ? grant.expiresAt : undefined;
  const lapsesAt = waitingRequest(grant)?.proposal?.lapsesAt;
  return [expiresAt, lapsesAt].filter((at) => at !== undefined).sort()[0];
}
