import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import {
  type EventEntry,
  type EventPartition,
  eventPosition,
  NO_TARGET,
} from '../../../domain/grants/listing.ts';
import type { Reading, Span } from '../../../domain/grants/stores.ts';
import { claimedBy, type StoredEvent } from '../../../domain/grants/unreadable/stored-event.ts';
import { accountIdSchema, repositoryUuidSchema, type StreamId } from '../../../domain/shared/identifiers.ts';
import type { Instant } from '../../../domain/shared/time.ts';
import { type Item, textOf } from '../client.ts';
import { toEvent } from '../event-item.ts';
import { readItems } from './batch-read.ts';
import { before, type IndexRead, keysOf, queryIndex } from './index-query.ts';

/** A partition of an index. */
type IndexedPartition = Exclude<EventPartition, { by: 'stream' }>;

/** How a part of a partition is read within a span of time. An order is longer than the instant that it begins with, so an
 *  order at `to` is sorted after it: `to` is exclusive. */
function eventReadOf(partition: IndexedPartition, reading: Reading & Span): IndexRead {
  const { from, to, after, limit } = reading;
  const bounds = { above: from, below: after !== undefined && after < to ? before(after) : to };
  const shared = { ...bounds, sort: 'order', isAscending: false, limit };
  switch (partition.by) {
    case 'all':
      return { ...shared, index: 'byTime', key: 'shard', values: keysOf('', true) };
    case 'repository':
      return { ...shared, index: 'byRepository', key: 'repository', values: [partition.value] };
    case 'principal':
      return { ...shared, index: 'byPrincipal', key: 'principal', values: [partition.value] };
    case 'type':
      return { ...shared, index: 'byType', key: 'type', values: [partition.value] };
  }
}

/** The entry of an index item, unverified. A missing or malformed attribute gives no repository and no account. An
 *  event is shown only if its own content agrees with the entry. */
export const toEventEntry = (item: Item): EventEntry => ({
  grantId: textOf(item, 'grantId') as StreamId,
  seq: Number(item.seq?.N),
  // Of whatever text the index is sorted by, so that paging goes on behind it; nothing is shown by it.
  at: (item.order?.S ?? '').split('#')[0] as Instant,
  type: item.type?.S ?? '',
  repositoryUuid: repositoryUuidSchema.safeParse(item.repository?.S).data ?? NO_TARGET.repositoryUuid,
  account: accountIdSchema.safeParse(item.account?.S).data ?? NO_TARGET.account,
  principal: item.principal?.S ?? '',
});

/** The first items of a partition within a span, newest first. */
export const queryEvents = (
  client: DynamoDBClient,
  table: string,
  { partition, ...reading }: Reading & Span & { partition: EventPartition },
): Promise<{ items: Item[]; isComplete: boolean }> =>
  partition.by === 'stream'
    ? queryStream(client, table, { ...reading, stream: partition.value })
    : queryIndex(client, table, eventReadOf(partition, reading));

/** The position of the last item of a read. In an index it is the sort key, whatever the item's content says, so that
 *  the next read continues after it. In a stream it is the `seq`. */
export function endOf({ by }: EventPartition, items: readonly Item[]): string | undefined {
  const last = items.at(-1);
  return last && (by === 'stream' ? eventPosition(toEventEntry(last)) : textOf(last, 'order'));
}

/** The first items of one stream within a span, newest first, from the table itself. Times of a stream never decrease. */
async function queryStream(
  client: DynamoDBClient,
  table: string,
  { stream, from, to, after, limit }: Reading & Span & { stream: string },
): Promise<{ items: Item[]; isComplete: boolean }> {
  const seq = after === undefined ? undefined : String(Number(after.split('#').at(-1)));
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const command: QueryCommand = new QueryCommand({
      TableName: table,
      KeyConditionExpression: `grantId = :stream${seq === undefined ? '' : ' AND seq < :seq'}`,
      FilterExpression: '#order BETWEEN :from AND :to',
      ProjectionExpression: 'grantId, seq, #order, #type, repository, account, principal',
      ExpressionAttributeNames: { '#order': 'order', '#type': 'type' },
      ExpressionAttributeValues: {
        ':stream': { S: stream },
        ':from': { S: from },
        ':to': { S: to },
        ...(seq === undefined ? {} : { ':seq': { N: seq } }),
      },
      ScanIndexForward: false,
      ...(start ? { ExclusiveStartKey: start } : {}),
    });
    const page = await client.send(command);
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start && items.length <= limit);
  return { items: items.slice(0, limit), isComplete: start === undefined && items.length <= limit };
}

/** The events of these entries in their order, as far as there are any. An entry is derived from its event: where it claims
 *  anything else, or the event was altered, neither is shown. */
export async function readEvents(
  client: DynamoDBClient,
  table: string,
  entries: readonly EventEntry[],
): Promise<StoredEvent[]> {
  const keys = entries.map(({ grantId, seq }) => ({ grantId: { S: grantId }, seq: { N: String(seq) } }));
  const keyOf = ({ grantId, seq }: Item) => `${grantId?.S}/${seq?.N}`;
  const found = new Map<string, Item>();
  // The index may be ahead of the copy of the table that is read first.
  for (const isConsistent of [false, true]) {
    const missing = keys.filter((key) => !found.has(keyOf(key)));
    const items = await readItems(client, table, { keys: missing, isConsistent });
    for (const item of items) found.set(keyOf(item), item);
  }
  return entries.flatMap((entry, n) => {
    const item = found.get(keyOf(keys[n] ?? {}));
    return item ? [claimedBy(entry, toEvent(item))] : [];
  });
}
