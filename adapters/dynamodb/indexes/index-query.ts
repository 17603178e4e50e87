import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { StreamId } from '../../../domain/shared/identifiers.ts';
import { type Item, textOf } from '../client.ts';

/** Partitions that each value of a few (all, a state, a template, an account, what is due) is spread over, by the id of
 *  the stream. One partition takes 1,000 write units a second; every query of such a value costs one read more. Our
 *  choice: two take far more than IAM lets anyone create. */
const SHARDS = ['0', '1'] as const;

/** The shard of a stream. */
export const shardOf = (grantId: StreamId): string =>
  SHARDS[(grantId.at(-1)?.charCodeAt(0) ?? 0) % SHARDS.length] ?? SHARDS[0];

/** The key of an index for a value that is spread over shards. */
export const shardedKey = (value: string, grantId: StreamId): string => keyIn(value, shardOf(grantId));

const keyIn = (value: string, shard: string): string => (value === '' ? shard : `${value}#${shard}`);

/** The keys under which a value is found. */
export const keysOf = (value: string, isSharded: boolean): string[] =>
  isSharded ? SHARDS.map((shard) => keyIn(value, shard)) : [value];

/** A read of an index (or of the table itself) in the order of its sort key; both bounds are inclusive. */
export type IndexRead = {
  index: string | undefined;
  key: string;
  values: readonly string[];
  sort: string;
  above: string;
  below: string;
  isAscending: boolean;
  limit: number;
};

/** The first `limit` items of all these partitions together, in order, and whether nothing follows them. */
export async function queryIndex(
  client: DynamoDBClient,
  table: string,
  read: IndexRead,
): Promise<{ items: Item[]; isComplete: boolean }> {
  // DynamoDB refuses a BETWEEN whose lower bound is above its upper bound.
  if (read.above > read.below) return { items: [], isComplete: true };
  const parts = await Promise.all(read.values.map((value) => queryPartition(client, table, read, value)));
  const sign = read.isAscending ? 1 : -1;
  const merged = parts
    .flatMap(({ items }) => items)
    .sort((a, b) => (textOf(a, read.sort) < textOf(b, read.sort) ? -sign : sign));
  return {
    items: merged.slice(0, read.limit),
    isComplete: merged.length <= read.limit && parts.every(({ isComplete }) => isComplete),
  };
}

// biome-ignore lint/complexity/useMaxParams: where, what, and one of its values.
async function queryPartition(client: DynamoDBClient, table: string, read: IndexRead, value: string) {
  const input: QueryCommandInput = {
    TableName: table,
    IndexName: read.index,
    KeyConditionExpression: '#key = :value AND #sort BETWEEN :above AND :below',
    ExpressionAttributeNames: { '#key': read.key, '#sort': read.sort },
    ExpressionAttributeValues: {
      ':value': { S: value },
      ':above': { S: read.above },
      ':below': { S: read.below },
    },
    ScanIndexForward: read.isAscending,
  };
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const LIMIT = read.limit - items.length;
    const page = await client.send(
      new QueryCommand({ ...input, Limit: LIMIT, ...(start ? { ExclusiveStartKey: start } : {}) }),
    );
    items.push(...(page.Items ?? []));
    // A page holds up to 1 MB, so it may be shorter than its limit.
    start = page.LastEvaluatedKey;
  } while (start && items.length < read.limit);
  return { items, isComplete: start === undefined };
}

/** The bounds of all that is sorted before, or after, a position. A position ends in an id, so nothing else begins with it. */
export const before = (position: string): string => {
  const end = position.length - 1;
  return `${position.slice(0, end)}${String.fromCharCode(position.charCodeAt(end) - 1)}~`;
};
export const behind = (position: string): string => `${position}~`;

/** Bounds of everything: each position begins with a year. */
export const FIRST = '0';
export const LAST = '~';
