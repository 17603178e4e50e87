import * as z from 'zod';
import { sha256Schema } from '../../shared/canonical-hash.ts';
import { type StreamId, streamIdSchema } from '../../shared/identifiers.ts';
import { instantSchema } from '../../shared/time.ts';
import { type EventFields, eventHash, type GrantEvent, parseEvent } from '../event.ts';
import { type EventEntry, eventEntryOf } from '../listing.ts';

/** What is shown instead of an item that could not be read: which one, and why. `seq` for an event. */
export const unreadableItemSchema = z
  .strictObject({
    grantId: z.string().describe('The stream that the item is stored under'),
    seq: z.int().optional().describe('The place in the stream, for an event'),
    unreadable: z.literal(true),
    reason: z.string(),
  })
  .meta({
    id: 'Unreadable',
    description: 'Stands for an item that could not be read; operators have a report',
  });

/** See `unreadableItemSchema`. */
export type UnreadableItem = z.infer<typeof unreadableItemSchema>;

/** An event with a valid hash, of a type or a shape that this version does not know. */
export interface UnknownEvent extends EventFields {}

/** An event as it lies in the log.
 *  - `known`: this version can act on it
 *  - `unknown`: a newer version wrote it; its hash is right
 *  - `unreadable`: it is no event, or not the one of its key */
export type StoredEvent =
  | { kind: 'known'; event: GrantEvent }
  | { kind: 'unknown'; event: UnknownEvent }
  | { kind: 'unreadable'; item: UnreadableItem };

const unknownSchema = z.strictObject({
  grantId: streamIdSchema,
  seq: z.int().min(1),
  at: instantSchema,
  type: z.string().regex(/^[A-Z][A-Za-z]{1,63}$/),
  principal: z.looseObject({ kind: z.string(), id: z.string() }),
  correlationId: z.string().min(1),
  entryPoint: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
  prevHash: sha256Schema,
  hash: sha256Schema,
});

/** Reads one stored event. Total: what cannot be read says so. Of a `known` event the hash is not verified here, because a
 *  stream is verified as a whole. */
export function readEvent({ grantId, seq }: EventKey, text: string): StoredEvent {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return unreadable({ grantId, seq }, 'it is not JSON');
  }
  const known = knownEvent(content);
  const event = known ?? unknownSchema.safeParse(content).data;
  if (!event) return unreadable({ grantId, seq }, 'it is not an event');
  if (event.grantId !== grantId || event.seq !== seq) {
    return unreadable({ grantId, seq }, 'it holds an event under another key');
  }
  if (known) return { kind: 'known', event: known };
  return isIntact(event)
    ? { kind: 'unknown', event }
    : unreadable({ grantId, seq }, 'its hash is not that of its content');
}

/** Where an event lies in the log. */
export type EventKey = { grantId: StreamId; seq: number };

/** The marker of an event. */
const unreadable = ({ grantId, seq }: EventKey, reason: string): StoredEvent & { kind: 'unreadable' } => ({
  kind: 'unreadable',
  item: { grantId, seq, unreadable: true, reason },
});

/** The event that an entry leads to. It is unreadable where it was altered, or where the entry claims anything else than its
 *  content. */
export function claimedBy(entry: EventEntry, stored: StoredEvent): StoredEvent {
  if (stored.kind === 'unreadable') return stored;
  const { event } = stored;
  if (!isIntact(event)) return unreadable(event, 'its hash is not that of its content');
  const lying = Object.entries(eventEntryOf(event)).find(
    ([name, value]) => entry[name as keyof EventEntry] !== value,
  );
  return lying ? unreadable(event, `it is listed with another ${lying[0]} than it has`) : stored;
}

/** True where the hash of an event is that of its content. */
function isIntact(event: EventFields): boolean {
  try {
    return eventHash(event) === event.hash;
  } catch {
    return false;
  }
}

function knownEvent(content: unknown): GrantEvent | undefined {
  try {
    return parseEvent(content);
  } catch {
    return undefined;
  }
}

/** Thrown where a stream cannot be read: nothing is decided on it. Its role can still be closed. `texts` are what could be
 *  read of it, as JSON. */
export class UnreadableStream extends Error {
  readonly grantId: StreamId;
  readonly reason: string;
  readonly texts: readonly string[];

  constructor(grantId: StreamId, reason: string, events: readonly object[]) {
    super(`the log of ${grantId} is broken: ${reason}`);
    this.name = 'UnreadableStream';
    this.grantId = grantId;
    this.reason = reason;
    this.texts = events.map((event) => JSON.stringify(event));
  }
}

/** A stream's stored events by kind, oldest first. `all` are the fields of each that could be read. Throws
 *  `UnreadableStream` where one could not be. */
export function sortStored(
  grantId: StreamId,
  stored: readonly StoredEvent[],
): { events: GrantEvent[]; unknown: UnknownEvent[]; all: EventFields[] } {
  const all = stored.flatMap((one): EventFields[] => (one.kind === 'unreadable' ? [] : [one.event]));
  const broken = stored.find((one) => one.kind === 'unreadable');
  if (broken) throw new UnreadableStream(grantId, `event ${broken.item.seq}: ${broken.item.reason}`, all);
  return {
    events: stored.flatMap((one) => (one.kind === 'known' ? [one.event] : [])),
    unknown: stored.flatMap((one) => (one.kind === 'unknown' ? [one.event] : [])),
    all,
  };
}
