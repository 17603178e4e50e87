import { type GrantEvent, parseEvent } from '../../domain/grants/event.ts';
import { utcDay } from '../../domain/shared/time.ts';
import { type Item, textOf } from './client.ts';

/** The event of an item. Throws if the item's key is not its event's: a writer could otherwise present one grant's
 *  events as another's. */
export function toEvent(item: Item): GrantEvent {
  const event = parseEvent(JSON.parse(textOf(item, 'event')));
  if (event.grantId === textOf(item, 'grantId') && String(event.seq) === item.seq?.N) return event;
  throw new Error(`the log holds an event of ${event.grantId} under another key`);
}

/** The sort key of the indexes: by time, across all grants. */
const orderOf = ({ at, grantId, seq }: GrantEvent): string =>
  `${at}#${grantId}#${String(seq).padStart(9, '0')}`;

/** The attributes of an event's item, in the order of the columns of the log's INSERT. */
export const toAttributes = (event: GrantEvent) => [
  { S: event.grantId },
  { N: String(event.seq) },
  { S: JSON.stringify(event) },
  { S: utcDay(event.at) },
  { S: event.data.repository.uuid },
  { S: `${event.principal.kind}:${event.principal.id}` },
  { S: event.type },
  { S: orderOf(event) },
];
