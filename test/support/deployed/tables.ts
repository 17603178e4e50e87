import {
  type AttributeValue,
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateScan,
  RestoreTableToPointInTimeCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

/** Every item of a table. */
export async function itemsOf(client: DynamoDBClient, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    items.push(...Items);
  }
  return items;
}

/** Restores a table as it is now, as a table of another name. Returns that name. */
export async function restored(client: DynamoDBClient, SourceTableName: string): Promise<string> {
  const TargetTableName = `${SourceTableName}-restored`;
  await client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName,
      TargetTableName,
      UseLatestRestorableTime: true,
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName: TargetTableName });
  return TargetTableName;
}

/** A table with its indexes and items in another account, as AWS Backup restores it there. */
export async function copied(from: DynamoDBClient, to: DynamoDBClient, TableName: string): Promise<void> {
  const { Table } = await from.send(new DescribeTableCommand({ TableName }));
  await to.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: Table?.KeySchema,
      AttributeDefinitions: Table?.AttributeDefinitions,
      GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
    }),
  );
  await waitUntilTableExists({ client: to, maxWaitTime: 60 }, { TableName });
  for (const Item of await itemsOf(from, TableName)) await to.send(new PutItemCommand({ TableName, Item }));
}
