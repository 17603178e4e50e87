import type { GrantEvent } from '../../../../domain/grants/event.ts';
import type { EventLog } from '../../../../domain/grants/stores.ts';
import type { StoredEvent } from '../../../../domain/grants/unreadable/stored-event.ts';
import type { StreamId } from '../../../../domain/shared/identifiers.ts';

/** The events of what was read, each of which must be known. */
export const knownIn = (stored: readonly StoredEvent[]): GrantEvent[] =>
  stored.map((one) => {
    if (one.kind === 'known') return one.event;
    throw new Error(`not a known event: ${JSON.stringify(one)}`);
  });

/** A whole stream, oldest first, of known events only. */
export const eventsOf = async (log: Pick<EventLog, 'loadFrom'>, grantId: StreamId): Promise<GrantEvent[]> =>
  knownIn(await log.loadFrom(grantId, 1, Number.POSITIVE_INFINITY));
