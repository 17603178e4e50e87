import { type CreateTableCommandInput, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { dynamodbCheckpointStore } from '../../adapters/dynamodb/checkpoint-store.ts';
import { dynamodbClaimStore } from '../../adapters/dynamodb/claim-store.ts';
import { dynamodbClient } from '../../adapters/dynamodb/client.ts';
import { dynamodbEventLog } from '../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../adapters/dynamodb/grant-table.ts';
import { createTables } from '../../sandbox/dynamodb/server.ts';
import { tableDefinitions } from '../../sandbox/infrastructure.ts';
import { checkpointStoreContract } from '../contract/checkpoint-store-contract.ts';
import { claimStoreContract } from '../contract/claim-store-contract.ts';
import { eventLogContract } from '../contract/event-log-contract.ts';
import { eventQueryContract } from '../contract/event-query-contract.ts';
import { grantDueContract } from '../contract/grant-due-contract.ts';
import { grantListContract } from '../contract/grant-list-contract.ts';
import { grantTableContract } from '../contract/grant-table-contract.ts';
import { useAwsEnvironment } from '../support/adapters/environment.ts';
import { FakeClock } from '../support/domain/fakes/store.ts';
import { startDynamodbLocal } from '../support/dynamodb-local.ts';
import { asAccountId } from '../support/identifiers.ts';

// The very suites that run over dynalite, over AWS's own engine and the tables of infrastructure/tables.yml.
let engine: Awaited<ReturnType<typeof startDynamodbLocal>>;
const clients: DynamoDBClient[] = [];
let tables = 0;

beforeAll(async () => {
  engine = await startDynamodbLocal();
  useAwsEnvironment({ dynamodb: engine.url });
}, 60_000);

afterAll(async () => {
  for (const client of clients) client.destroy();
  await engine.close();
});

async function newTable(
  kind: 'events' | 'checkpoints' | 'grants' | 'claims',
): Promise<{ name: string; handles: DynamoDBClient[] }> {
  tables += 1;
  const prefix = `conformance-${tables}`;
  const names = {
    accountId: asAccountId('111122223333'),
    partition: 'aws',
    region: 'eu-west-1',
    prefix,
    boundaryPolicy: 'boundary',
  };
  const wanted = (table: CreateTableCommandInput) => table.TableName === `${prefix}-${kind}`;
  await createTables(engine.url, tableDefinitions(process.cwd(), names).filter(wanted));
  const handles = [dynamodbClient(), dynamodbClient()];
  clients.push(...handles);
  return { name: `${prefix}-${kind}`, handles };
}

async function openLog() {
  const { name, handles } = await newTable('events');
  const [log, second] = handles.map((client) => dynamodbEventLog(client, name));
  if (!log || !second) throw new Error('two handles were made');
  return { log, second };
}

async function openTable() {
  const { name, handles } = await newTable('grants');
  const [table, second] = handles.map((client) => dynamodbGrantTable(client, name));
  if (!table || !second) throw new Error('two handles were made');
  return { table, second };
}

const NAME = 'over DynamoDB Local';
eventLogContract(NAME, openLog);
eventQueryContract(NAME, openLog);
checkpointStoreContract(NAME, async () => {
  const { name, handles } = await newTable('checkpoints');
  const [store, second] = handles.map((client) => dynamodbCheckpointStore(client, name));
  if (!store || !second) throw new Error('two handles were made');
  return {
    store,
    second,
    async overwrite(grantId, { seq, version, text }) {
      const Item = {
        grantId: { S: grantId },
        seq: { N: String(seq) },
        version: { N: String(version) },
        checkpoint: { S: text },
      };
      await handles[0]?.send(new PutItemCommand({ TableName: name, Item }));
    },
  };
});
grantTableContract(NAME, openTable);
grantDueContract(NAME, openTable);
grantListContract(NAME, openTable);
claimStoreContract(NAME, async () => {
  const { name, handles } = await newTable('claims');
  const clock = new FakeClock();
  return { handles: handles.map((client) => dynamodbClaimStore(client, name, clock)), clock };
});
