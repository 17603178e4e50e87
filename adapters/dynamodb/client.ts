import {
  type AttributeValue,
  DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type Outgoing, passThrough, watchClient } from '../outgoing.ts';

/** A DynamoDB client that closes a connection that stays silent. */
export function dynamodbClient(outgoing: Outgoing = passThrough): DynamoDBClient {
  const client = new DynamoDBClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000 },
  });
  return watchClient(client, 'DynamoDB', outgoing);
}

/** An item as DynamoDB sends it. */
export type Item = Record<string, AttributeValue>;

/** A string attribute of an item. Throws if the item lacks it, because then it is not one of ours. */
export function textOf(item: Item, name: string): string {
  const text = item[name]?.S;
  if (text === undefined) throw new Error(`the item has no text in ${name}`);
  return text;
}

/** The most reads for one page. Filters apply after a read, so a page may need several reads, and may stay short. */
const MOST_ROUNDS = 8;

/** Reads up to `limit` items of a query in its order, filtered by DynamoDB. `isComplete` is true if nothing follows. */
export async function readPage(
  client: DynamoDBClient,
  query: QueryCommandInput,
  limit: number,
): Promise<{ items: Item[]; isComplete: boolean; lastRead: Item | undefined }> {
  const items: Item[] = [];
  let start: Item | undefined;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const page = await client.send(
      new QueryCommand({
        ...query,
        Limit: Math.max(limit, 50),
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
    if (!start || items.length >= limit) break;
  }
  return {
    items: items.slice(0, limit),
    isComplete: start === undefined && items.length <= limit,
    lastRead: items.length > limit ? items[limit - 1] : (start ?? items.at(-1)),
  };
}
