import { setTimeout as wait } from 'node:timers/promises';
import type { EngineClient, Item } from './engine-client.ts';

type KeySchema = { AttributeName: string; KeyType: string }[];

type Description = {
  TableName: string;
  TableStatus: string;
  AttributeDefinitions: object[];
  KeySchema: KeySchema;
  GlobalSecondaryIndexes?: {
    IndexName: string;
    IndexStatus?: string;
    KeySchema: KeySchema;
    Projection: object;
  }[];
};

const POLL_MS = 2;

/** A copy of one table, with its indexes, on another engine. */
export type TableReplica = {
  table: string;
  keyNames: string[];
  /** The item with this key as the copy has it. */
  read(key: Item): Promise<Item | undefined>;
  /** Puts an item into the copy, or takes away the one with this key. */
  write(key: Item, item: Item | undefined): Promise<void>;
};

/** Copies the tables that have indexes from one engine to another. */
export async function copyIndexedTables(from: EngineClient, to: EngineClient): Promise<TableReplica[]> {
  const { TableNames } = await from<{ TableNames: string[] }>('ListTables', {});
  const replicas: TableReplica[] = [];
  for (const TableName of TableNames) {
    const { Table } = await from<{ Table: Description }>('DescribeTable', { TableName });
    if (!Table.GlobalSecondaryIndexes?.length) continue;
    await createLike(Table, to);
    const replica = replicaOf(Table, to);
    for (const item of await allItems(TableName, from)) await replica.write(keyOf(replica, item), item);
    replicas.push(replica);
  }
  return replicas;
}

/** The key of an item. */
export const keyOf = ({ keyNames }: Pick<TableReplica, 'keyNames'>, item: Item): Item =>
  Object.fromEntries(keyNames.map((name) => [name, item[name]]));

function replicaOf({ TableName, KeySchema }: Description, client: EngineClient): TableReplica {
  return {
    table: TableName,
    keyNames: KeySchema.map(({ AttributeName }) => AttributeName),
    read: (Key) => readItem(client, TableName, Key),
    async write(Key, item) {
      if (item) await client('PutItem', { TableName, Item: item });
      else await client('DeleteItem', { TableName, Key });
    },
  };
}

/** The item with this key, read with strong consistency. */
export async function readItem(
  client: EngineClient,
  TableName: string,
  Key: Item,
): Promise<Item | undefined> {
  return (await client<{ Item?: Item }>('GetItem', { TableName, Key, ConsistentRead: true })).Item;
}

async function createLike(source: Description, client: EngineClient): Promise<void> {
  const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes = [] } = source;
  const existing = await client<{ TableNames: string[] }>('ListTables', {});
  if (existing.TableNames.includes(TableName)) await drop(TableName, client);
  await client('CreateTable', {
    TableName,
    AttributeDefinitions,
    KeySchema,
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({
      IndexName: index.IndexName,
      KeySchema: index.KeySchema,
      Projection: index.Projection,
    })),
  });
  for (;;) {
    const { Table } = await client<{ Table: Description }>('DescribeTable', { TableName });
    const states = [Table.TableStatus, ...(Table.GlobalSecondaryIndexes ?? []).map((one) => one.IndexStatus)];
    if (states.every((state) => state === 'ACTIVE')) return;
    await wait(POLL_MS);
  }
}

async function drop(TableName: string, client: EngineClient): Promise<void> {
  await client('DeleteTable', { TableName });
  for (;;) {
    const { TableNames } = await client<{ TableNames: string[] }>('ListTables', {});
    if (!TableNames.includes(TableName)) return;
    await wait(POLL_MS);
  }
}

async function allItems(TableName: string, client: EngineClient): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await client<{ Items: Item[]; LastEvaluatedKey?: Item }>('Scan', {
      TableName,
      ConsistentRead: true,
      ...(start ? { ExclusiveStartKey: start } : {}),
    });
    items.push(...page.Items);
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}
