import { hasDuplicateMembers } from '../../adapters/tokens/duplicate-members.ts';
import { type EventFields, eventHash, ZERO_HASH } from '../../domain/grants/event.ts';
import { readEvent } from '../../domain/grants/unreadable/stored-event.ts';
import { streamIdSchema } from '../../domain/shared/identifiers.ts';

/** What an export holds, or the first thing in it that is wrong, as one sentence. `partial` are the streams of which the export
 *  lacks the beginning. */
export type Verification =
  | { ok: true; events: number; streams: number; partial: number }
  | { ok: false; wrong: string };

/** What is kept of an event until all were read. */
type Link = Pick<EventFields, 'seq' | 'at' | 'prevHash' | 'hash'>;

/** Verifies exported events, one a line, in any order: each hash, and that each event of a stream follows the one before it,
 *  without a gap or a fork. A stream that begins after its first event is verified from there on. A line that is there twice
 *  counts once. Holds a few fields of each event, never the events. */
export async function verifiedExport(lines: AsyncIterable<string>): Promise<Verification> {
  const streams = new Map<string, Map<number, Link>>();
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const read = linkOf(line);
    if ('wrong' in read) return { ok: false, wrong: `line ${number}: ${read.wrong}` };
    const { grantId, link } = read;
    const links = streams.get(grantId) ?? new Map<number, Link>();
    streams.set(grantId, links);
    const same = links.get(link.seq);
    if (same && same.hash !== link.hash) {
      return { ok: false, wrong: `line ${number}: ${grantId} has two events ${link.seq}` };
    }
    links.set(link.seq, link);
  }
  return verifiedStreams(streams);
}

function verifiedStreams(streams: Map<string, Map<number, Link>>): Verification {
  let events = 0;
  let partial = 0;
  for (const [grantId, links] of [...streams].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const sorted = [...links.values()].sort((a, b) => a.seq - b.seq);
    const wrong = wrongLink(sorted);
    if (wrong !== undefined) return { ok: false, wrong: `${grantId}: ${wrong}` };
    events += sorted.length;
    if (sorted[0]?.seq !== 1) partial += 1;
  }
  return { ok: true, events, streams: streams.size, partial };
}

/** The first event of a stream that does not follow the one before it. */
function wrongLink(links: readonly Link[]): string | undefined {
  for (const [n, { seq, at, prevHash }] of links.entries()) {
    const before = links[n - 1];
    if (!before) {
      if (seq === 1 && prevHash !== ZERO_HASH) return 'event 1 does not begin the stream';
      continue;
    }
    if (seq !== before.seq + 1) return `event ${before.seq + 1} is missing`;
    if (prevHash !== before.hash) return `event ${seq} does not follow the one before it`;
    if (at < before.at) return `event ${seq} is dated before the one before it`;
  }
  return undefined;
}

function linkOf(line: string): { grantId: string; link: Link } | { wrong: string } {
  const key = keyIn(line);
  if (!key) return { wrong: 'it is not an event' };
  // Two readers could read two events.
  if (hasDuplicateMembers(line)) return { wrong: 'it names a field more than once' };
  const stored = readEvent(key, line);
  const name = `event ${key.seq} of ${key.grantId}`;
  if (stored.kind === 'unreadable') return { wrong: `${name}: ${stored.item.reason}` };
  const { seq, at, prevHash, hash } = stored.event;
  // All that the line holds is hashed, also what no reader of events takes notice of.
  if (eventHash(JSON.parse(line)) !== hash) return { wrong: `${name} was altered` };
  return { grantId: key.grantId, link: { seq, at, prevHash, hash } };
}

/** Where a line says that its event lies. */
function keyIn(line: string) {
  try {
    const { grantId, seq } = JSON.parse(line) as { grantId?: unknown; seq?: unknown };
    const stream = streamIdSchema.safeParse(grantId).data;
    return stream && Number.isSafeInteger(seq) ? { grantId: stream, seq: seq as number } : undefined;
  } catch {
    return undefined;
  }
}
