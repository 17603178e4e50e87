import type { Grant } from '../../grants/grant.ts';
import type { StaleRow } from '../../grants/row.ts';
import { type UnreadableItem, UnreadableStream } from '../../grants/unreadable/stored-event.ts';
import type { StreamId } from '../../shared/identifiers.ts';
import { isReadOnly, loadStream, projectStream, type StreamPorts } from '../grant-stream.ts';

/** What reading the read model needs where a row in it is stale. */
export type StaleRowPorts = StreamPorts & {
  /** Takes each row, and each stream, that is not what this version wrote; the list goes on without. Never throws. */
  reportUnreadable(grantId: StreamId, cause: unknown): void;
};

/** The grants of stale rows, read from the log, and their rows projected again. A row of this version that could not be
 *  read is reported, too. A grant whose log cannot be read is reported, and `unreadable`. */
export async function readStale(
  ports: StaleRowPorts,
  stale: readonly StaleRow[],
): Promise<{ grants: Grant[]; unreadable: UnreadableItem[] }> {
  const read = await Promise.all(stale.map((row) => readOne(ports, row)));
  return {
    grants: read.flatMap((one) => ('unreadable' in one ? [] : [one])),
    unreadable: read.flatMap((one) => ('unreadable' in one ? [one] : [])),
  };
}

async function readOne(ports: StaleRowPorts, { grantId, reason }: StaleRow): Promise<Grant | UnreadableItem> {
  if (reason !== 'version') ports.reportUnreadable(grantId, new Error('the row is not what was written'));
  try {
    const stream = await loadStream(ports, grantId);
    if (!stream.grant) throw new UnreadableStream(grantId, 'the row has no events', []);
    // What a newer version wrote is shown as far as it is known, and its row stays what that version made of it.
    if (!isReadOnly(stream)) await projectStream(ports, stream);
    return stream.grant;
  } catch (error) {
    ports.reportUnreadable(grantId, error);
    const why = error instanceof UnreadableStream ? error.reason : 'its events could not be read now';
    return { grantId, unreadable: true, reason: why };
  }
}
