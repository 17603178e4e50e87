import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Item } from '../client.ts';

/** Keys of one BatchGetItem. Source: Amazon DynamoDB API Reference. */
const MOST_KEYS = 100;

/** The items of these keys, as far as there are any, in no order. */
export async function readItems(
  client: DynamoDBClient,
  table: string,
  { keys, isConsistent }: { keys: readonly Item[]; isConsistent: boolean },
): Promise<Item[]> {
  const items: Item[] = [];
  let left = [...keys];
  while (left.length > 0) {
    const REQUEST_ITEMS = { [table]: { Keys: left.slice(0, MOST_KEYS), ConsistentRead: isConsistent } };
    const answer = await client.send(new BatchGetItemCommand({ RequestItems: REQUEST_ITEMS }));
    items.push(...(answer.Responses?.[table] ?? []));
    // An answer holds up to 16 MB; what did not fit comes back.
    left = [...(answer.UnprocessedKeys?.[table]?.Keys ?? []), ...left.slice(MOST_KEYS)];
  }
  return items;
}
