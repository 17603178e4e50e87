import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamodbDeliveries } from '../../../adapters/dynamodb/claim-store.ts';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import type { Outgoing } from '../../../adapters/outgoing.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { deliveriesContract } from '../../contract/deliveries-contract.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { deliveriesTable } from '../../support/adapters/tables.ts';
import { FakeDeliveries } from '../../support/domain/fakes/claim-store.ts';
import { FakeClock } from '../../support/domain/fakes/store.ts';

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

deliveriesContract('over dynalite', async () => {
  await createTables(sandbox.url, [deliveriesTable('deliveries')]);
  const clock = new FakeClock();
  const handles = [dynamodbClient(), dynamodbClient()].map((client) => {
    clients.push(client);
    return dynamodbDeliveries(client, 'deliveries', clock);
  });
  return { handles, clock };
});

deliveriesContract('in memory', async () => {
  const clock = new FakeClock();
  const store = new FakeDeliveries(clock);
  return { handles: [store, store], clock };
});

test('a claim whose reply was lost is ours all the same, and nobody else’s', async () => {
  await createTables(sandbox.url, [deliveriesTable('lost-replies')]);
  let lost = 0;
  const losesFirst: Outgoing = async (_call, send) => {
    const reply = await send();
    lost += 1;
    if (lost > 1) return reply;
    throw Object.assign(new Error('the connection was closed'), { name: 'TimeoutError' });
  };
  const clock = new FakeClock();
  const until = new Date(clock.now() + 60_000).toISOString();
  const [ours, theirs] = [dynamodbClient(losesFirst), dynamodbClient()];
  clients.push(ours, theirs);
  expect(await dynamodbDeliveries(ours, 'lost-replies', clock).claim('once', until)).toBe(true);
  expect(lost).toBe(2);
  expect(await dynamodbDeliveries(theirs, 'lost-replies', clock).claim('once', until)).toBe(false);
  expect(await dynamodbDeliveries(ours, 'lost-replies', clock).claim('once', until)).toBe(false);
});
