import type { Grant } from '../../grants/grant.ts';
import type { StaleRow } from '../../grants/row.ts';
import type { StreamId } from '../../shared/identifiers.ts';
import { loadStream, projectStream, type StreamPorts } from '../grant-stream.ts';

/** What reading the read model needs where a row in it is stale. */
export type StaleRowPorts = StreamPorts & {
  /** Takes each row, and each stream, that is not what this version wrote; the list goes on without. Never throws. */
  reportUnreadable(grantId: StreamId, cause: unknown): void;
};

/** The grants of stale rows, read from the log, and their rows projected again. A row of this version that could not be
 *  read is reported, too. A grant whose log cannot be read is reported and left out. */
export async function readStale(ports: StaleRowPorts, stale: readonly StaleRow[]): Promise<Grant[]> {
  const read = await Promise.all(stale.map((row) => readOne(ports, row)));
  return read.filter((grant) => grant !== undefined);
}

async function readOne(ports: StaleRowPorts, { grantId, reason }: StaleRow): Promise<Grant | undefined> {
  if (reason === 'content') ports.reportUnreadable(grantId, new Error('the row is not what was written'));
  try {
    const stream = await loadStream(ports, grantId);
    await projectStream(ports, stream);
    return stream.grant;
  } catch (error) {
    ports.reportUnreadable(grantId, error);
    return undefined;
  }
}
