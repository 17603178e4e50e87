import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamodbClient } from '../../adapters/dynamodb-client.ts';
import { dynamodbDeliveries } from '../../adapters/dynamodb-deliveries.ts';
import { createTables, type DynamodbSandbox, startDynamodbSandbox } from '../../sandbox/dynamodb/server.ts';
import { useAwsEnvironment } from '../support/adapter-environment.ts';
import { deliveriesTable } from '../support/adapter-tables.ts';
import { FakeClock } from '../support/domain-fake-store.ts';

let sandbox: DynamodbSandbox;
const clients: DynamoDBClient[] = [];
const clock = new FakeClock();

beforeAll(async () => {
  sandbox = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: sandbox.url });
  await createTables(sandbox.url, [deliveriesTable('deliveries')]);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await sandbox.close();
});

const open = () => {
  const client = dynamodbClient();
  clients.push(client);
  return dynamodbDeliveries(client, 'deliveries', clock);
};
const inSeconds = (seconds: number) => new Date(clock.now() + seconds * 1000).toISOString();

describe('a claim', () => {
  test('is given to one of many who ask at once', async () => {
    const doors = Array.from({ length: 8 }, open);
    const given = await Promise.all(doors.map((door) => door.claim('once', inSeconds(60))));
    expect(given.filter(Boolean)).toHaveLength(1);
  });

  test('is given again after its time, and not a second before', async () => {
    const door = open();
    await door.claim('timed', inSeconds(60));
    clock.advance(59_000);
    expect(await door.claim('timed', inSeconds(60))).toBe(false);
    clock.advance(1000);
    expect(await door.claim('timed', inSeconds(60))).toBe(true);
  });

  test('that was given back is free', async () => {
    const door = open();
    await door.claim('returned', inSeconds(60));
    await door.release('returned');
    expect(await open().claim('returned', inSeconds(60))).toBe(true);
  });

  test('keeps where its message stands, for every reader at once', async () => {
    const door = open();
    await door.claim('message', inSeconds(60));
    expect(await open().findMessage('message')).toBe(undefined);
    await door.keepMessage('message', { channel: 'C1', ts: '1.000001' });
    expect(await open().findMessage('message')).toEqual({ channel: 'C1', ts: '1.000001' });
  });

  test('that is not there keeps nothing', async () => {
    await expect(open().keepMessage('nothing', { channel: 'C1', ts: '1.0' })).rejects.toThrow('UpdateItem');
    expect(await open().findMessage('nothing')).toBe(undefined);
  });
});
