import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamodbClaimStore } from '../../../adapters/dynamodb/claim-store.ts';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import type { Outgoing } from '../../../adapters/outgoing.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { claimStoreContract } from '../../contract/claim-store-contract.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { claimsTable } from '../../support/adapters/tables.ts';
import { FakeClaimStore } from '../../support/domain/fakes/claim-store.ts';
import { FakeClock } from '../../support/domain/fakes/store.ts';
import { asInstant } from '../../support/identifiers.ts';

let sandbox: DynamodbSandbox;
const clients: DynamoDBClient[] = [];

beforeAll(async () => {
  sandbox = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: sandbox.url });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await sandbox.close();
});

claimStoreContract('over dynalite', async () => {
  await createTables(sandbox.url, [claimsTable('deliveries')]);
  const clock = new FakeClock();
  const handles = [dynamodbClient(), dynamodbClient()].map((client) => {
    clients.push(client);
    return dynamodbClaimStore(client, 'deliveries', clock);
  });
  return { handles, clock };
});

claimStoreContract('in memory', async () => {
  const clock = new FakeClock();
  const store = new FakeClaimStore(clock);
  return { handles: [store, store], clock };
});

test('a claim whose reply was lost is ours all the same, and nobody else’s', async () => {
  await createTables(sandbox.url, [claimsTable('lost-replies')]);
  let lost = 0;
  const losesFirst: Outgoing = async (_call, send) => {
    const reply = await send();
    lost += 1;
    if (lost > 1) return reply;
    throw Object.assign(new Error('the connection was closed'), { name: 'TimeoutError' });
  };
  const clock = new FakeClock();
  const until = asInstant(new Date(clock.now() + 60_000).toISOString());
  const [ours, theirs] = [dynamodbClient(losesFirst), dynamodbClient()];
  clients.push(ours, theirs);
  expect(await dynamodbClaimStore(ours, 'lost-replies', clock).claim('once', until)).toBe(true);
  expect(lost).toBe(2);
  expect(await dynamodbClaimStore(theirs, 'lost-replies', clock).claim('once', until)).toBe(false);
  expect(await dynamodbClaimStore(ours, 'lost-replies', clock).claim('once', until)).toBe(false);
});
