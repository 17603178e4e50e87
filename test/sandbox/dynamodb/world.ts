import {
  type AttributeValue,
  type CreateTableCommandInput,
  DynamoDBClient,
  ExecuteStatementCommand,
} from '@aws-sdk/client-dynamodb';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';

/** A table as the event log's: a key of two parts, and an index by day. */
export const events: CreateTableCommandInput = {
  TableName: 'events',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'grantId', AttributeType: 'S' },
    { AttributeName: 'seq', AttributeType: 'N' },
    { AttributeName: 'day', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'grantId', KeyType: 'HASH' },
    { AttributeName: 'seq', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byDay',
      KeySchema: [
        { AttributeName: 'day', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

export type Item = Record<string, AttributeValue>;

/** The item of the event with this number; `at` and `day` derive from it. */
export function event(seq: number, body = 'first'): Item {
  return {
    seq: { N: String(seq) },
    grantId: { S: 'gr_1' },
    day: { S: '2026-06-01' },
    at: { S: `2026-06-01T00:00:00.${String(100 - seq).padStart(3, '0')}Z` },
    body: { S: body },
  };
}

/** A client of the endpoint; `maxAttempts` 1 shows each fault instead of trying again. */
export function clientOf(endpoint: string, maxAttempts = 1): DynamoDBClient {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  return new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts });
}

/** The PartiQL INSERT of an item. */
export function insert(table: string, item: Item): ExecuteStatementCommand {
  const fields = Object.keys(item).map((name) => `'${name.replaceAll("'", "''")}': ?`);
  return new ExecuteStatementCommand({
    Statement: `INSERT INTO "${table}" VALUE {${fields.join(', ')}}`,
    Parameters: Object.values(item),
  });
}

/** A sandbox with the table of events. */
export async function dynamodbWorld(
  dir?: string,
): Promise<{ sandbox: DynamodbSandbox; client: DynamoDBClient }> {
  const sandbox = await startDynamodbSandbox({ port: 0, ...(dir === undefined ? {} : { dir }) });
  await createTables(sandbox.url, [events]);
  return { sandbox, client: clientOf(sandbox.url) };
}
