import * as z from 'zod';
import { canonicalHash, sha256Schema } from '../../shared/canonical-hash.ts';
import { type StreamId, streamIdSchema } from '../../shared/identifiers.ts';
import type { Principal } from '../../shared/principal.ts';
import { type EventFields, eventHash, type GrantEvent, STREAM_START, verifyLinks } from '../event.ts';
import { type Grant, grantSchema } from '../grant.ts';
import { evolve, replay } from './evolve.ts';

/** The number of what a checkpoint means. A change of `grantSchema`, a new type of event, or a change of what an event does
 *  to a grant takes the next one; checkpoints of another number are not used. */
const CHECKPOINT_VERSION = 7;

/** Causes that a checkpoint remembers. Our choice: more than the deliveries that Bitbucket, Slack and Lambda repeat. */
const REMEMBERED_CAUSES = 100;
/** Hexadecimal digits of each: 64 bits. Our choice: a hundred of them are 2 kB, which each read of the grant pays for. */
const CAUSE_DIGITS = 16;

/** Events from which the first checkpoint is due; most streams never have so many. */
const FIRST_CHECKPOINT_AT = 16;
/** Events that were read with the last checkpoint, its own among them, from which the next one is due. Our choice: a long
 *  stream is then read for the price of a new one. */
const NEXT_CHECKPOINT_AT = 10;
/** The newest events, which stay in front of a checkpoint, so that an answer which waits for its own events finds them. */
const KEPT_EVENTS = 4;

const checkpointSchema = z.strictObject({
  version: z.literal(CHECKPOINT_VERSION),
  grantId: streamIdSchema,
  seq: z.int().min(1),
  hash: sha256Schema,
  grant: grantSchema,
  causes: z.array(z.string().length(CAUSE_DIGITS)).max(REMEMBERED_CAUSES),
});

/** The grant as it was after the event `seq` with this hash, and hashes of the causes of the newest events up to it.
 *  It saves reading what is before; the log stays whole. */
export interface Checkpoint extends z.infer<typeof checkpointSchema> {}

/** What was read of a stream: all of it, or its last checkpoint and the events from that one's own on. */
export type StreamPart = { checkpoint: Checkpoint | undefined; events: readonly GrantEvent[] };

/** A stored checkpoint of this grant and version; undefined for anything else: then the whole stream is read. */
export function parseCheckpoint(grantId: StreamId, text: string): Checkpoint | undefined {
  try {
    const parsed = checkpointSchema.safeParse(JSON.parse(text)).data;
    return parsed?.grantId === grantId && parsed.grant.id === grantId ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** True where a checkpoint is of the log that was read from its event on: the first event is that event, unaltered. */
export const isCheckpointOf = ({ seq, hash }: Checkpoint, [first]: readonly GrantEvent[]): boolean =>
  first !== undefined && first.seq === seq && first.hash === hash && eventHash(first) === hash;

/** Checks what was read of a stream as `verifyChain` does the whole of one. */
export const verifyPart = (
  { checkpoint, events }: { checkpoint: Checkpoint | undefined; events: readonly EventFields[] },
  grantId: StreamId,
): string | undefined =>
  verifyLinks(
    events,
    grantId,
    checkpoint ? { seq: checkpoint.seq, prevHash: events[0]?.prevHash ?? '' } : STREAM_START,
  );

/** Folds what was read of a stream. */
export const replayPart = ({ checkpoint, events }: StreamPart): Grant | undefined =>
  checkpoint ? events.slice(1).reduce<Grant | undefined>(evolve, checkpoint.grant) : replay(events);

/** What identifies who caused an event, in which request. */
export const causeHash = (principal: Pick<Principal, 'kind' | 'id'>, correlationId: string): string =>
  canonicalHash([principal.kind, principal.id, correlationId]).slice(0, CAUSE_DIGITS);

/** True where the next checkpoint is due. */
export const needsCheckpoint = ({ checkpoint, events }: StreamPart): boolean =>
  events.length >= (checkpoint ? NEXT_CHECKPOINT_AT : FIRST_CHECKPOINT_AT);

/** The checkpoint that is due for what was read of a stream; undefined where none is. */
export function dueCheckpoint(part: StreamPart): Checkpoint | undefined {
  if (!needsCheckpoint(part)) return undefined;
  const covered = { ...part, events: part.events.slice(0, -KEPT_EVENTS) };
  const grant = replayPart(covered);
  const last = covered.events.at(-1);
  if (!grant || !last) return undefined;
  const causes = covered.events.map(({ principal, correlationId }) => causeHash(principal, correlationId));
  return {
    version: CHECKPOINT_VERSION,
    grantId: grant.id,
    seq: last.seq,
    hash: last.hash,
    grant,
    causes: [...new Set([...(part.checkpoint?.causes ?? []), ...causes])].slice(-REMEMBERED_CAUSES),
  };
}

/** What was read of a stream, from a later checkpoint of it on. */
export const fromCheckpoint = ({ events }: StreamPart, checkpoint: Checkpoint): StreamPart => ({
  checkpoint,
  events: events.filter(({ seq }) => seq >= checkpoint.seq),
});
