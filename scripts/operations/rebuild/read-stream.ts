import { type GrantEvent, STREAM_START, verifyLinks } from '../../../domain/grants/event.ts';
import { replay } from '../../../domain/grants/evolve/evolve.ts';
import type { EventLog, Naming } from '../../../domain/grants/stores.ts';
import { UnreadableStream } from '../../../domain/grants/unreadable/stored-event.ts';
import type { Clock } from '../../../domain/shared/clock.ts';
import type { StreamId } from '../../../domain/shared/identifiers.ts';
import { type GrantStream, loadWholeStream } from '../../../domain/use-cases/grant-stream.ts';

/** A stream, and why it cannot be read to its end, where it cannot. */
export type ReadStream = { stream: GrantStream; damage: string | undefined };

/** Reads a whole stream. Of one that cannot be read, the events before the first that is damaged: its row is the last that could be
 *  written before the damage, so its end is not lost. */
export async function readStream(
  ports: { log: Pick<EventLog, 'loadFrom'>; clock: Clock },
  grantId: StreamId,
): Promise<ReadStream> {
  try {
    return { stream: await loadWholeStream(ports, grantId), damage: undefined };
  } catch (error) {
    if (!(error instanceof UnreadableStream)) throw error;
    const events = await soundEvents(ports, grantId);
    const stream = {
      checkpoint: undefined,
      events,
      unknown: [],
      grantId,
      grant: replay(events),
      last: events.at(-1),
    };
    return { stream, damage: error.reason };
  }
}

async function soundEvents(
  { log }: { log: Pick<EventLog, 'loadFrom'> },
  grantId: StreamId,
): Promise<GrantEvent[]> {
  const sound: GrantEvent[] = [];
  let start = STREAM_START;
  for (const stored of await log.loadFrom(grantId, 1, Number.POSITIVE_INFINITY)) {
    if (stored.kind !== 'known' || verifyLinks([stored.event], grantId, start) !== undefined) break;
    sound.push(stored.event);
    start = { seq: stored.event.seq + 1, prevHash: stored.event.hash };
  }
  return sound;
}

/** The names that the events of a stream give repositories and projects, oldest first, each once. */
export function namesIn(events: readonly GrantEvent[]): Naming[] {
  const names = new Map<string, Naming>();
  const add = (naming: Naming) => names.set(`${naming.kind} ${naming.name} ${naming.uuid}`, naming);
  for (const { data } of events) {
    if ('repository' in data && data.repository) {
      add({ kind: 'repository', name: data.repository.fullName, uuid: data.repository.uuid });
    }
    if ('project' in data && data.project) {
      add({ kind: 'project', name: data.project.key, uuid: data.project.uuid });
    }
  }
  return [...names.values()];
}
