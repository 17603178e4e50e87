import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import { dynamodbGrantTable } from '../../../adapters/dynamodb/grant-table.ts';
import { dynamodbPassStore, dynamodbSweepStore } from '../../../adapters/dynamodb/pass-store.ts';
import { dynamodbSights } from '../../../adapters/dynamodb/sights.ts';
import { NOTHING_SWEPT, type SweepPosition } from '../../../domain/drift/sweeps.ts';
import type { RepositoryUuid } from '../../../domain/shared/identifiers.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { passStoreContract } from '../../contract/drift/pass-store-contract.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { FakePassStore } from '../../support/domain/fakes/inventory.ts';
import {
  asAccountId,
  asGrantId,
  asInstant,
  asRepositoryUuid,
  asWorkspaceUuid,
} from '../../support/identifiers.ts';

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

describe('sweeps in a table', () => {
  const workspace = asWorkspaceUuid('{922e118c-f34f-4226-a897-0e0afbec553d}');
  const lease = {
    owner: 'one',
    now: asInstant('2026-11-23T09:00:00.000Z'),
    until: asInstant('2026-11-23T09:05:00.000Z'),
  };
  const position: SweepPosition = {
    startedAt: asInstant('2026-11-23T08:00:00.000Z'),
    phase: 'missing',
    by: 'credential',
    account: 2,
    missing: [asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}')],
    found: { ...NOTHING_SWEPT, grants: 9 },
  };

  test('are kept beside the passes, and come back as they were', async () => {
    const { name } = await openTable();
    const sweeps = dynamodbSweepStore(client, name);
    expect(await sweeps.take(workspace, lease)).toEqual({});
    expect(await sweeps.take(workspace, { ...lease, owner: 'two' })).toBeUndefined();
    await sweeps.keep(workspace, 'one', { position });
    expect(await sweeps.take(workspace, lease)).toEqual({ position });
  });

  test('remember which repositories were seen, beside the ids of their grants', async () => {
    const { name } = await openTable();
    const sights = dynamodbSights(client, name);
    const [shop, web, gone] = [1, 2, 3].map((n) =>
      asRepositoryUuid(`{00000000-0000-4000-8000-00000000000${n}}`),
    ) as [RepositoryUuid, RepositoryUuid, RepositoryUuid];
    const grantId = asGrantId('gr_hrq6egvaok6463yco36ybujl4g');
    await dynamodbGrantTable(client, name).enrol(shop, grantId, []);
    const sight = { by: 'credential', at: position.startedAt };
    await sights.remember(shop, sight);
    await sights.remember(web, { by: 'former', at: position.startedAt });
    await sights.remember(web, sight);
    expect(await sights.recall([shop, web, gone])).toEqual(
      new Map([
        [shop, { enrolled: [grantId], sight }],
        [web, { enrolled: [], sight }],
      ]),
    );
    expect(await dynamodbGrantTable(client, name).listEnrolled(shop)).toEqual([grantId]);
  });
});

describe('passes as the unit tests have them', () => {
  passStoreContract(async () => new FakePassStore());
});
