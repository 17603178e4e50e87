import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import { dynamodbPassStore } from '../../../adapters/dynamodb/pass-store.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { passStoreContract } from '../../contract/drift/pass-store-contract.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { FakePassStore } from '../../support/domain/fakes/inventory.ts';
import { asAccountId, asInstant } from '../../support/identifiers.ts';

let sandbox: DynamodbSandbox;
let client: DynamoDBClient;
let tables = 0;
beforeAll(async () => {
  sandbox = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: sandbox.url });
  client = dynamodbClient();
});
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

async function openTable() {
  tables += 1;
  const name = `passes-${tables}`;
  await createTables(sandbox.url, [
    {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'grantId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'grantId', KeyType: 'HASH' }],
    },
  ]);
  return { name, store: dynamodbPassStore(client, name) };
}

describe('passes in a table', () => {
  passStoreContract(async () => (await openTable()).store);

  test('whose item was altered begin anew', async () => {
    const { name, store } = await openTable();
    const account = asAccountId('111122223333');
    await client.send(
      new UpdateItemCommand({
        TableName: name,
        Key: { grantId: { S: `pass#drift#${account}` } },
        UpdateExpression: 'SET passPosition = :position, nextPassAt = :at',
        ExpressionAttributeValues: { ':position': { S: '{"phase":"all"}' }, ':at': { S: 'soon' } },
      }),
    );
    const lease = {
      owner: 'one',
      now: asInstant('2026-11-23T09:00:00.000Z'),
      until: asInstant('2026-11-23T09:05:00.000Z'),
    };
    expect(await store.take(account, lease)).toEqual({});
  });
});

describe('passes as the unit tests have them', () => {
  passStoreContract(async () => new FakePassStore());
});
