import { type GrantEvent, parseEvent } from '../domain/event.ts';
import { utcDay } from '../domain/time.ts';
import { type Item, textOf } from './dynamodb-client.ts';

/** The event inside an item. */
export const toEvent = (item: Item): GrantEvent => parseEvent(JSON.parse(textOf(item, 'event')));

/** Sorts events of all grants by time. */
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
