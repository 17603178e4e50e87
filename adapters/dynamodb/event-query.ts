import type { DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { EventPage, EventQuery } from '../../domain/grants/stores.ts';
import { plusSeconds, startOfDay, utcDay } from '../../domain/shared/time.ts';
import { type Item, readPage, textOf } from './client.ts';
import { toEvent } from './event-item.ts';

/** The most days that one page of the audit log covers, and the days that are read in parallel. Our choice. */
const DAYS_PER_PAGE = 400;
const DAYS_AT_ONCE = 31;
const DAY_SECONDS = 86_400;

/** One partition of one index of the events table. Each index is sorted by `order`, which begins with the time. */
type Partition = { index: 'byDay' | 'byRepository' | 'byPrincipal'; value: string };

const keys = { byDay: 'day', byRepository: 'repository', byPrincipal: 'principal' } as const;

/** A page of events of all grants, newest first: from the partitions of the repositories or of the principal if these
 *  are given, else by day. `next` is the `order` below which the next page begins. */
export async function queryEvents(
  client: DynamoDBClient,
  table: string,
  query: EventQuery,
): Promise<EventPage> {
  // DynamoDB refuses a BETWEEN whose lower bound is above its upper bound.
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

/** Reads day by day, newest first. Empty days are read in parallel, so a quiet month costs one wait. */
async function walkDays(read: ReadPartition, query: EventQuery): Promise<EventPage> {
  const newest = query.after && query.after < query.to ? query.after : query.to;
  const days = daysBack(dayIn(newest), utcDay(query.from));
  const items: Item[] = [];
  // The first read is small, because most questions are about today.
  for (let first = 0, count = 2; first < days.length; first += count, count = DAYS_AT_ONCE) {
    const batch = days.slice(first, first + count);
    const pages = await Promise.all(batch.map((value) => read({ index: 'byDay', value }, query.limit)));
    for (const page of pages) {
      const room = query.limit - items.length;
      items.push(...page.items.slice(0, room));
      const isWhole = page.isComplete && page.items.length < room;
      if (isWhole) continue;
      const last = page.items.length >= room ? items.at(-1) : page.lastRead;
      return { events: items.map(toEvent), next: last && textOf(last, 'order') };
    }
  }
  const oldest = days.at(-1);
  // `S` sorts before the `T` that follows a day in every order, and after every order of the days before it.
  const next = oldest !== undefined && oldest > utcDay(query.from) ? `${oldest}S` : undefined;
  return { events: items.map(toEvent), next };
}

/** The UTC day that an order, or a place between two orders, begins with. */
const dayIn = (order: string): string => order.slice(0, 10);

/** The days from `newest` back to `oldest`, both included; at most `DAYS_PER_PAGE`. */
function daysBack(newest: string, oldest: string): string[] {
  const days: string[] = [];
  for (let day = newest; day >= oldest && days.length < DAYS_PER_PAGE; ) {
    days.push(day);
    day = utcDay(plusSeconds(startOfDay(day), -DAY_SECONDS));
  }
  return days;
}

/** Merges partitions by time. Below the last item of a partition that was not read to its end nothing is known, so no
 *  item below that horizon is returned yet. */
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

/** The greatest relevant text below `order`. BETWEEN includes its bounds, and a page must not begin with the last item
 *  of the previous one. */
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
    // An order is longer than the instant that it begins with, so an order at `to` sorts after it: `to` is exclusive.
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
