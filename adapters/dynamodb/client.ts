import { type AttributeValue, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { type Outgoing, passThrough, watchClient } from '../outgoing.ts';

/** A logger without `info` and `error`. Where they exist, the SDK has each call's input and output copied for them, also for
 *  its own silent one, which takes a quarter of the processor time of a query. Credential providers call the others. */
const SILENT = { trace() {}, debug() {}, warn() {} } as unknown as NonNullable<
  DynamoDBClientConfig['logger']
>;

/** A DynamoDB client that closes a connection that stays silent. */
export function dynamodbClient(outgoing: Outgoing = passThrough): DynamoDBClient {
  const client = new DynamoDBClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000 },
    logger: SILENT,
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
