import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import { dynamodbEventLog } from '../../../adapters/dynamodb/event-log.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { eventLogContract } from '../../contract/event-log-contract.ts';
import { eventQueryContract } from '../../contract/event-query-contract.ts';
import { armFault, useAwsEnvironment } from '../../support/adapters/environment.ts';
import { eventOf, grantIdNumber } from '../../support/adapters/events.ts';
import { eventsTable } from '../../support/adapters/tables.ts';
import { eventsOf } from '../../support/domain/streams/stored.ts';

let sandbox: DynamodbSandbox;
const clients: DynamoDBClient[] = [];
let tables = 0;

beforeAll(async () => {
  sandbox = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: sandbox.url });
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await sandbox.close();
});

async function open() {
  tables += 1;
  const name = `events-${tables}`;
  await createTables(sandbox.url, [eventsTable(name)]);
  const [first, second] = [dynamodbClient(), dynamodbClient()];
  clients.push(first, second);
  return { log: dynamodbEventLog(first, name), second: dynamodbEventLog(second, name) };
}

eventLogContract('over dynalite', open);
eventQueryContract('over dynalite', open);

describe('the event log when DynamoDB is in trouble', () => {
  test('an append whose reply was lost is appended, once', async () => {
    const { log } = await open();
    await armFault(sandbox.url, { match: 'ExecuteStatement', effect: 'lostReply' });
    expect(await log.append(eventOf())).toBe('appended');
    expect(await eventsOf(log, grantIdNumber(1))).toEqual([eventOf()]);
  });

  test('an append whose every reply was lost is appended, once', async () => {
    const { log } = await open();
    await armFault(sandbox.url, { match: 'ExecuteStatement', effect: 'lostReply', times: 4 });
    expect(await log.append(eventOf())).toBe('appended');
    expect(await eventsOf(log, grantIdNumber(1))).toEqual([eventOf()]);
  });

  test('an append that lost its reply to another writer is taken', async () => {
    const { log, second } = await open();
    await second.append(eventOf({ correlationId: 'other' }));
    await armFault(sandbox.url, { match: 'ExecuteStatement', effect: 'lostReply', times: 4 });
    expect(await log.append(eventOf())).toBe('taken');
  });

  test('an append that was never done throws, and leaves the seq free', async () => {
    const { log } = await open();
    await armFault(sandbox.url, { match: 'ExecuteStatement', effect: 'forbid' });
    await expect(log.append(eventOf())).rejects.toMatchObject({ code: 'DENIED', certain: true });
    expect(await log.append(eventOf())).toBe('appended');
  });

  test('an append that nobody can look after is not certain to be without effect', async () => {
    const { log } = await open();
    await armFault(sandbox.url, { match: 'ExecuteStatement', effect: 'lostReply', times: 4 });
    await armFault(sandbox.url, { match: 'GetItem', effect: 'forbid' });
    await expect(log.append(eventOf())).rejects.toMatchObject({
      name: 'PortError',
      system: 'DynamoDB',
      certain: false,
    });
    expect(await eventsOf(log, grantIdNumber(1))).toHaveLength(1);
  });

  test('a passing failure of a read is tried again', async () => {
    const { log } = await open();
    await log.append(eventOf());
    for (const effect of ['throttle', 'error', 'drop']) {
      await armFault(sandbox.url, { match: 'Query', effect });
      expect(await eventsOf(log, grantIdNumber(1))).toHaveLength(1);
    }
  });
});
