import {
  type EntryPoint,
  eventHash,
  type GrantEvent,
  type NewEvent,
  verifyChain,
  ZERO_HASH,
} from '../grants/event.ts';
import { evolve, type Grant, replay, waitingRequest, workOf } from '../grants/grant.ts';
import type { EventLog, GrantTable } from '../grants/stores.ts';
import type { Clock } from '../shared/clock.ts';
import { isSamePrincipal, type Principal } from '../shared/principal.ts';
import { type Instant, plusSeconds, toInstant } from '../shared/time.ts';

/** Seconds after which unfinished work is looked at again. Our choice: longer than the provisioner's time limit, so
 *  that nobody looks at a grant that somebody is still working on. */
const WORK_DUE_SECONDS = 60;

/** A grant's stream as it was read: the fold of its events and the last of them. */
export type GrantStream = {
  grantId: string;
  grant: Grant | undefined;
  last: GrantEvent | undefined;
  events: readonly GrantEvent[];
};

/** Who caused an event, through which endpoint. */
export type Cause = { principal: Principal; correlationId: string; entryPoint: EntryPoint };

/** What the use cases need to read and write a stream. */
export type StreamPorts = {
  log: EventLog;
  grants: GrantTable;
  clock: Clock;
  /** Told of a stream after each event that was appended to it, that event being the last. Never throws: what is appended
   *  is so, whoever hears of it. */
  notify?: ((events: readonly GrantEvent[]) => Promise<void>) | undefined;
};

/** True where this very cause has written to a stream already, and the grant is at rest since: a message that comes again,
 *  perhaps long after, must not undo what others have decided meanwhile. */
export const isDoneBy = (
  { events, grant }: GrantStream,
  { principal, correlationId }: Pick<Cause, 'principal' | 'correlationId'>,
): boolean =>
  workOf(grant) === 'rest' &&
  events.some(
    (event) => event.correlationId === correlationId && isSamePrincipal(event.principal, principal),
  );

/** Seconds by which clocks of two functions may differ at the most. Our choice; Lambda keeps them within one. */
const CLOCK_DIFFERENCE_SECONDS = 300;

/** Events of one stream, and characters of their JSON, beyond which only a revoke is taken. Our choice: on one core 9 MB
 *  were read and verified in 3 s; and a small event for each run of a busy pipeline lasts for months. */
const LONGEST_STREAM = 5000;
const LARGEST_STREAM = 4_000_000;
/** Events that are not too large together, whatever they hold: two documents within IAM's limits each, and the rest. */
const SMALL_STREAM = 100;

/** True for a stream that is not to be added to but by a revoke: whoever can ask can also ask ten thousand times, and a
 *  log that is too long to read could not be revoked. */
export const isFull = (events: readonly GrantEvent[]): boolean =>
  events.length >= LONGEST_STREAM ||
  (events.length > SMALL_STREAM && JSON.stringify(events).length > LARGEST_STREAM);

/** Reads a grant. Throws when the chain is broken, of another grant, or dated in the future: nothing is decided on a log
 *  that somebody altered. */
export async function loadStream(
  { log, clock }: Pick<StreamPorts, 'log' | 'clock'>,
  grantId: string,
): Promise<GrantStream> {
  const events = await log.load(grantId);
  const latest = toInstant(clock.now() + CLOCK_DIFFERENCE_SECONDS * 1000);
  const isAhead = (events.at(-1)?.at ?? '') > latest;
  const fieldError =
    verifyChain(events, grantId) ?? (isAhead ? 'its last event is dated in the future' : undefined);
  if (fieldError) throw new Error(`the log of ${grantId} is broken: ${fieldError}`);
  return { grantId, grant: replay(events), last: events.at(-1), events };
}

/** Appends one event, and before it, where the grant was at rest, says in the read model that work will be due: so no
 *  death of the process can lose an event that needs work. Returns the stream after it, or `undefined` when another
 *  writer was faster; then the stream must be read and the decision made again. */
export async function appendEvent(
  ports: StreamPorts,
  stream: GrantStream,
  { event, cause }: { event: NewEvent; cause: Cause },
): Promise<GrantStream | undefined> {
  const now = toInstant(ports.clock.now());
  const seq = (stream.last?.seq ?? 0) + 1;
  const body = {
    ...event,
    ...cause,
    grantId: stream.grantId,
    seq,
    // Clocks of two functions differ; the log's order does not.
    at: stream.last && stream.last.at > now ? stream.last.at : now,
    prevHash: stream.last?.hash ?? ZERO_HASH,
  };
  const hashed: GrantEvent = { ...body, hash: eventHash(body) };
  if (workOf(stream.grant) === 'rest') {
    await ports.grants.markDue(stream.grantId, seq, plusSeconds(now, WORK_DUE_SECONDS));
  }
  const grant = evolve(stream.grant, hashed);
  // What is not found through its repository is not counted, not renamed, and not revoked when the repository is deleted.
  if (seq === 1) await ports.grants.enrol(hashed.data.repository.uuid, stream.grantId);
  if ((await ports.log.append(hashed)) === 'taken') return undefined;
  const events = [...stream.events, hashed];
  await ports.notify?.(events);
  return { grantId: stream.grantId, grant, last: hashed, events };
}

/** Writes the read model's row of a stream, with the time at which the grant is due again. */
export async function projectStream(ports: StreamPorts, stream: GrantStream): Promise<void> {
  const { grant, last } = stream;
  if (!grant || !last) return;
  const dueAt = dueAtOf(grant, toInstant(ports.clock.now()));
  await ports.grants.project({ grantId: grant.id, seq: last.seq, grant, dueAt });
}

function dueAtOf(grant: Grant, now: Instant): Instant | undefined {
  if (workOf(grant) !== 'rest') return plusSeconds(now, WORK_DUE_SECONDS);
  const expiresAt = grant.state === 'active' ? grant.expiresAt : undefined;
  const lapsesAt = waitingRequest(grant)?.proposal?.lapsesAt;
  return [expiresAt, lapsesAt].filter((at) => at !== undefined).sort()[0];
}
