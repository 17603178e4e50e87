import type { GrantEvent } from '../../domain/grants/event.ts';
import { eventEntryOf, eventPosition } from '../../domain/grants/listing.ts';
import { readEvent, type StoredEvent } from '../../domain/grants/unreadable/stored-event.ts';
import type { StreamId } from '../../domain/shared/identifiers.ts';
import { type Item, textOf } from './client.ts';
import { shardOf } from './indexes/index-query.ts';

/** The event of an item. Its key counts, because a writer could otherwise present one grant's events as another's; no other
 *  attribute does. */
export const toEvent = (item: Item): StoredEvent =>
  readEvent({ grantId: textOf(item, 'grantId') as StreamId, seq: Number(item.seq?.N) }, item.event?.S ?? '');

/** The attributes of an event's item. Those beside `event` are derived from it, and only serve to find it. */
export function toAttributes(event: GrantEvent): Record<string, { S: string } | { N: string }> {
  const { grantId, seq, type, repositoryUuid, account, principal } = eventEntryOf(event);
  return {
    grantId: { S: grantId },
    seq: { N: String(seq) },
    event: { S: JSON.stringify(event) },
    shard: { S: shardOf(grantId) },
    order: { S: eventPosition(event) },
    type: { S: type },
    repository: { S: repositoryUuid },
    account: { S: account },
    principal: { S: principal },
  };
}
