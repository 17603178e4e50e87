import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';

const POLL_MS = 5;

/** Creates the missing tables, and returns when all of them are ready, indexes included. An existing table is kept,
 *  whatever its definition. Idempotent, also after a crash. */
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
    await Promise.all(tables.map((table) => becomesActive(client, table.TableName)));
  } finally {
    client.destroy();
  }
}

async function becomesActive(client: DynamoDBClient, name: string | undefined): Promise<void> {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    const indexes = Table?.GlobalSecondaryIndexes ?? [];
    const states = [Table?.TableStatus, ...indexes.map((index) => index.IndexStatus)];
    if (states.every((state) => state === 'ACTIVE')) return;
    await wait(POLL_MS);
  }
}
