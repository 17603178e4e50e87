import type { DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { EventPage, EventQuery } from '../domain/ports.ts';
import { toEpoch, toInstant, utcDay } from '../domain/time.ts';
import { type Item, readPage, textOf } from './dynamodb-client.ts';
import { toEvent } from './dynamodb-event-log.ts';

/** Days that one page of the audit log walks back at the most: an empty month costs 31 reads, not a time-out. */
const DAYS_PER_PAGE = 31;
const DAY_MS = 86_400_000;

/** One partition of one index of the events table; each index is sorted by `order`, which begins with the time. */
type Partition = { index: 'byDay' | 'byRepository' | 'byPrincipal'; value: string };

const keys = { byDay: 'day', byRepository: 'repository', byPrincipal: 'principal' } as const;

/** A page of events of all grants, newest first: over the partitions of the repositories or of the principal when these
 *  are given, else over days. `next` is the `order` below which the next page begins. */
export async function queryEvents(
  client: DynamoDBClient,
  table: string,
  query: EventQuery,
): Promise<EventPage> {
  // DynamoDB refuses a BETWEEN whose ends are the wrong way round.
  if (query.from >= query.to) return { events: [] };
  const read = (partition: Partition, limit: number) =>
    readPage(client, toQuery(table, partition, query), limit);
  const { repositoryUuids, principal } = query;
  if (repositoryUuids) {
    const partitions = [...new Set(repositoryUuids)].map((value) => ({
      index: 'byRepository' as const,
      value,
    }));
    return mergePartitions(partitions, read, query.limit);
  }
  if (principal) {
    const value = `${principal.kind}:${principal.id}`;
    return mergePartitions([{ index: 'byPrincipal', value }], read, query.limit);
  }
  return walkDays(read, query);
}

type ReadPartition = (partition: Partition, limit: number) => ReturnType<typeof readPage>;

async function walkDays(read: ReadPartition, query: EventQuery): Promise<EventPage> {
  const items: Item[] = [];
  const newest = query.after && query.after < query.to ? query.after : query.to;
  let day = utcDay(newest);
  for (let count = 0; day >= utcDay(query.from); count += 1) {
    if (count === DAYS_PER_PAGE) return { events: items.map(toEvent), next: `${day}U` };
    const page = await read({ index: 'byDay', value: day }, query.limit - items.length);
    items.push(...page.items);
    if (!page.isComplete || items.length === query.limit) {
      const last = page.isComplete ? items.at(-1) : page.lastRead;
      return { events: items.map(toEvent), next: last && textOf(last, 'order') };
    }
    day = utcDay(toInstant(toEpoch(`${day}T00:00:00.000Z`) - DAY_MS));
  }
  return { events: items.map(toEvent) };
}

/** Merges partitions by time. Of a partition that was not read to its end, nothing is known below its last item, so no
 *  item below that horizon may be shown yet. */
async function mergePartitions(
  partitions: Partition[],
  read: ReadPartition,
  limit: number,
): Promise<EventPage> {
  const pages = await Promise.all(partitions.map((partition) => read(partition, limit)));
  const horizons = pages.flatMap((page) =>
    page.isComplete || !page.lastRead ? [] : [textOf(page.lastRead, 'order')],
  );
  const horizon = horizons.sort().at(-1);
  const known = pages
    .flatMap((page) => page.items)
    .filter((item) => horizon === undefined || textOf(item, 'order') >= horizon)
    .sort((a, b) => (textOf(a, 'order') < textOf(b, 'order') ? 1 : -1));
  const items = known.slice(0, limit);
  const last = items.at(-1);
  const next = known.length > limit && last ? textOf(last, 'order') : horizon;
  return { events: items.map(toEvent), next };
}

/** The greatest text below `order` that matters: BETWEEN includes its ends, a page must not begin with the last item of
 *  the one before. */
function justBelow(order: string): string {
  const end = order.length - 1;
  return `${order.slice(0, end)}${String.fromCharCode(order.charCodeAt(end) - 1)}~`;
}

function toQuery(table: string, { index, value }: Partition, query: EventQuery): QueryCommandInput {
  const filters: string[] = [];
  const names: Record<string, string> = { '#key': keys[index], '#order': 'order' };
  const { from, to, after, principal, type } = query;
  const values: Item = {
    ':value': { S: value },
    ':from': { S: from },
    // An order is longer than the instant that it begins with, so one at `to` sorts after it: `to` is exclusive.
    ':to': { S: after !== undefined && after < to ? justBelow(after) : to },
  };
  if (principal && index !== 'byPrincipal') {
    filters.push('#principal = :principal');
    names['#principal'] = 'principal';
    values[':principal'] = { S: `${principal.kind}:${principal.id}` };
  }
  if (type !== undefined) {
    filters.push('#type = :type');
    names['#type'] = 'type';
    values[':type'] = { S: type };
  }
  return {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: '#key = :value AND #order BETWEEN :from AND :to',
    ...(filters.length > 0 ? { FilterExpression: filters.join(' AND ') } : {}),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ScanIndexForward: false,
  };
}
