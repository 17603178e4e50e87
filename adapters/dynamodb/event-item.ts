import { type GrantEvent, parseEvent } from '../../domain/grants/event.ts';
import { eventEntryOf, eventPosition } from '../../domain/grants/listing.ts';
import { type Item, textOf } from './client.ts';
import { shardOf } from './indexes/index-query.ts';

/** The event of an item. Throws if the item's key is not its event's: a writer could otherwise present one grant's
 *  events as another's. */
export function toEvent(item: Item): GrantEvent {
  const event = parseEvent(JSON.parse(textOf(item, 'event')));
  if (event.grantId === textOf(item, 'grantId') && String(event.seq) === item.seq?.N) return event;
  throw new Error(`the log holds an event of ${event.grantId} under another key`);
}

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
