import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';

const POLL_MS = 5;

/** Creates the missing tables, and returns when all of them are ready, indexes included. Idempotent, also after a crash.
 *  Throws, and says what to do, where a table that exists has other indexes: another version made it. */
export async function createTables(endpoint: string, tables: CreateTableCommandInput[]): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  });
  try {
    const present = new Set((await client.send(new ListTablesCommand({}))).TableNames);
    const missing = tables.filter((table) => !present.has(String(table.TableName)));
    await Promise.all(missing.map((table) => client.send(new CreateTableCommand(table))));
    await Promise.all(tables.map((table) => becomesActive(client, table)));
  } finally {
    client.destroy();
  }
}

async function becomesActive(client: DynamoDBClient, wanted: CreateTableCommandInput): Promise<void> {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: wanted.TableName }));
    const indexes = Table?.GlobalSecondaryIndexes ?? [];
    if (shapesOf(indexes) !== shapesOf(wanted.GlobalSecondaryIndexes ?? [])) {
      throw new Error(
        `The table ${wanted.TableName} was made by another version of Rolewright. Run npm run sandbox:reset, which deletes the sandbox's state.`,
      );
    }
    const states = [Table?.TableStatus, ...indexes.map((index) => index.IndexStatus)];
    if (states.every((state) => state === 'ACTIVE')) return;
    await wait(POLL_MS);
  }
}

/** Names and keys of indexes, in an order of their own. */
const shapesOf = (indexes: readonly { IndexName?: string | undefined; KeySchema?: unknown }[]): string =>
  indexes
    .map(({ IndexName, KeySchema }) => JSON.stringify([IndexName, KeySchema]))
    .sort()
    .join();
