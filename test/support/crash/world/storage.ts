import {
  type AttributeValue,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { GrantEvent } from '../../../../domain/grants/event.ts';
import type { StreamId } from '../../../../domain/shared/identifiers.ts';

/** A row of the read model as it lies in the table. */
export type RawRow = Record<string, AttributeValue>;

/** No event. */
const SPOILED = '{"spoiled":';

/** The two tables, read and cleared without the product's adapters. */
export type RawStorage = {
  /** A stream, oldest first, without what was spoiled. */
  events(grantId: StreamId): Promise<GrantEvent[]>;
  /** Puts something into a stream that is no event. */
  spoil(grantId: StreamId, seq: number): Promise<void>;
  row(grantId: StreamId): Promise<RawRow | undefined>;
  /** Removes a stream's row, so many of its events, what repositories have enrolled and how far passes over drift are, so that
   *  the next run does not meet them. */
  forget(grantId: StreamId, events: number): Promise<void>;
  /** Deletes every event of a stream, as a log that was lost. */
  loseEvents(grantId: StreamId): Promise<void>;
  close(): void;
};

/** Opens the tables of a DynamoDB endpoint. */
export function rawStorage(endpoint: string, eventsTable: string, grantsTable: string): RawStorage {
  const client = new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'walk', secretAccessKey: 'walk' },
  });
  async function items(grantId: StreamId): Promise<RawRow[]> {
    const { Items } = await client.send(
      new QueryCommand({
        TableName: eventsTable,
        KeyConditionExpression: 'grantId = :id',
        ExpressionAttributeValues: { ':id': { S: grantId } },
        ConsistentRead: true,
      }),
    );
    return Items ?? [];
  }
  /** The keys of the items of repositories and of passes over drift. */
  async function enrolments(): Promise<RawRow[]> {
    const { Items = [] } = await client.send(
      new ScanCommand({
        TableName: grantsTable,
        FilterExpression: 'begins_with(grantId, :repository) OR begins_with(grantId, :pass)',
        ExpressionAttributeValues: { ':repository': { S: 'repository#' }, ':pass': { S: 'pass#' } },
        ProjectionExpression: 'grantId',
        ConsistentRead: true,
      }),
    );
    return Items;
  }
  return {
    async events(grantId) {
      const stored = (await items(grantId)).filter((item) => item.event?.S !== SPOILED);
      return stored.map((item) => JSON.parse(item.event?.S ?? 'null') as GrantEvent);
    },
    async spoil(grantId, seq) {
      const Item = { grantId: { S: grantId }, seq: { N: String(seq) }, event: { S: SPOILED } };
      await client.send(new PutItemCommand({ TableName: eventsTable, Item }));
    },
    async loseEvents(grantId) {
      for (const { seq } of await items(grantId)) {
        const Key = { grantId: { S: grantId }, seq: seq as AttributeValue };
        await client.send(new DeleteItemCommand({ TableName: eventsTable, Key }));
      }
    },
    async row(grantId) {
      const command = new GetItemCommand({
        TableName: grantsTable,
        Key: { grantId: { S: grantId } },
        ConsistentRead: true,
      });
      return (await client.send(command)).Item;
    },
    async forget(grantId, events) {
      for (const Key of await enrolments()) {
        await client.send(new DeleteItemCommand({ TableName: grantsTable, Key }));
      }
      const id = { grantId: { S: grantId } };
      const keys = Array.from({ length: events }, (_, i) => ({ ...id, seq: { N: String(i + 1) } }));
      for (let start = 0; start <= events; start += 24) {
        const requests = keys.slice(start, start + 24).map((Key) => ({ DeleteRequest: { Key } }));
        const RequestItems = {
          ...(requests.length > 0 ? { [eventsTable]: requests } : {}),
          ...(start === 0 ? { [grantsTable]: [{ DeleteRequest: { Key: id } }] } : {}),
        };
        if (Object.keys(RequestItems).length > 0)
          await client.send(new BatchWriteItemCommand({ RequestItems }));
      }
    },
    close: () => client.destroy(),
  };
}
