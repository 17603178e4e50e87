import {
  DescribeKinesisStreamingDestinationCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetResourcePolicyCommand,
  paginateScan,
  ScanCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { toEvent } from '../../../adapters/dynamodb/event-item.ts';
import { type EventFields, verifyChain } from '../../../domain/grants/event.ts';

/** A table as the template has it. */
export type WantedTable = {
  TableName: string;
  KeySchema: { AttributeName: string; KeyType: string }[];
  GlobalSecondaryIndexes?: { IndexName: string }[];
};

/** What is at a table's name: nothing; a table without items; one that may be adopted; or one that may not, and why. */
export type KeptTable =
  | { kind: 'absent' | 'empty' | 'sound'; name: string }
  | { kind: 'refused'; name: string; reasons: string[] };

/** Looks at a table that a removed stack has left. It is refused where others may read or write it beside the functions: by a
 *  resource policy, a stream or a replica; or where its keys are other ones. Changes nothing. */
export async function lookAtTable(client: DynamoDBClient, wanted: WantedTable): Promise<KeptTable> {
  const { TableName: name } = wanted;
  const table = await described(client, name);
  if (!table) return { kind: 'absent', name };
  const reasons = [
    ...shapeErrors(table, wanted),
    ...(await outsiders(client, table)),
    ...(table.TableStatus === 'ACTIVE' ? [] : [`it is ${table.TableStatus}: wait until it is ACTIVE`]),
  ];
  if (reasons.length > 0) return { kind: 'refused', name, reasons };
  const { Items: items = [] } = await client.send(
    new ScanCommand({ TableName: name, Limit: 1, ConsistentRead: true }),
  );
  return { kind: items.length === 0 ? 'empty' : 'sound', name };
}

async function described(client: DynamoDBClient, tableName: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table;
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

function shapeErrors(table: TableDescription, wanted: WantedTable): string[] {
  const keys = (
    schema: readonly { AttributeName?: string | undefined; KeyType?: string | undefined }[] = [],
  ) => schema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join();
  const indexes = (list: readonly { IndexName?: string | undefined }[] = []) =>
    list
      .map(({ IndexName }) => IndexName)
      .sort()
      .join();
  return [
    ...(keys(table.KeySchema) === keys(wanted.KeySchema) ? [] : ['its keys are not those of this version']),
    ...(indexes(table.GlobalSecondaryIndexes) === indexes(wanted.GlobalSecondaryIndexes)
      ? []
      : ['its indexes are not those of this version']),
  ];
}

/** What lets others than the account's own roles read or write the table. */
async function outsiders(client: DynamoDBClient, table: TableDescription): Promise<string[]> {
  const { TableName, TableArn: RESOURCE_ARN, Replicas: replicas = [], StreamSpecification: stream } = table;
  const { KinesisDataStreamDestinations: destinations = [] } = await client.send(
    new DescribeKinesisStreamingDestinationCommand({ TableName }),
  );
  const isSentOn = destinations.some(({ DestinationStatus: status }) => status !== 'DISABLED');
  return [
    ...((await hasPolicy(client, RESOURCE_ARN)) ? ['it has a resource policy: delete the policy'] : []),
    ...(stream?.StreamEnabled || isSentOn ? ['it has a stream: switch the stream off'] : []),
    ...(replicas.length > 0 ? ['it has a replica: delete the replica'] : []),
  ];
}

async function hasPolicy(client: DynamoDBClient, resourceArn: string | undefined): Promise<boolean> {
  try {
    await client.send(new GetResourcePolicyCommand({ ResourceArn: resourceArn }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'PolicyNotFoundException') return false;
    throw error;
  }
}

/** The first error of each stream of a log, as lines; empty where every chain is whole. Reads the whole table, consistently. */
export async function brokenChains(client: DynamoDBClient, tableName: string): Promise<string[]> {
  const streams = new Map<string, EventFields[]>();
  const errors: string[] = [];
  for await (const { Items: items = [] } of paginateScan(
    { client },
    { TableName: tableName, ConsistentRead: true },
  )) {
    for (const item of items) {
      const stored = toEvent(item);
      if (stored.kind === 'unreadable') {
        errors.push(`${item.grantId?.S}: event ${item.seq?.N} cannot be read: ${stored.item.reason}`);
        continue;
      }
      const { grantId } = stored.event;
      streams.set(grantId, [...(streams.get(grantId) ?? []), stored.event]);
    }
  }
  for (const [grantId, events] of streams) {
    const error = verifyChain(events.sort((one, other) => one.seq - other.seq));
    if (error) errors.push(`${grantId}: ${error}`);
  }
  return errors;
}
