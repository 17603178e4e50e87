import { DeleteItemCommand, type DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTables, type DynamodbSandbox } from '../../../sandbox/dynamodb/server.ts';
import { clientOf, dynamodbWorld, event, events, insert } from './world.ts';

let sandbox: DynamodbSandbox;
let client: DynamoDBClient;
beforeAll(async () => {
  ({ sandbox, client } = await dynamodbWorld());
});
beforeEach(async () => {
  await send('DELETE', 'faults');
  const { grantId = { S: '' }, seq = { N: '0' } } = event(1);
  await client.send(new DeleteItemCommand({ TableName: 'events', Key: { grantId, seq } }));
  await send('DELETE', 'calls');
});
afterAll(() => sandbox.close());

async function send(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  const init = { method, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${sandbox.url}/sandbox/${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const arm = (fault: object) => send('POST', 'faults', fault);
const insertOne = () => client.send(insert('events', event(1)));
const count = async () => (await client.send(new ScanCommand({ TableName: 'events' }))).Count;

describe('a fault', () => {
  test.each([
    ['throttle', 'ThrottlingException', 400],
    ['error', 'InternalServerError', 500],
    ['forbid', 'AccessDeniedException', 400],
  ])('%s is %s to the SDK, and nothing was done', async (effect, name, httpStatusCode) => {
    await arm({ match: 'ExecuteStatement', effect });
    await expect(insertOne()).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    expect(await count()).toBe(0);
  });

  test('drop closes the connection, and nothing was done', async () => {
    await arm({ match: 'ExecuteStatement', effect: 'drop' });
    await expect(insertOne()).rejects.toThrow('socket hang up');
    expect(await count()).toBe(0);
  });

  test('lostReply closes the connection, and it was done', async () => {
    await arm({ match: 'ExecuteStatement', effect: 'lostReply' });
    await expect(insertOne()).rejects.toThrow('socket hang up');
    expect(await count()).toBe(1);
  });

  test('lostReply looks like a duplicate to a client that tries again', async () => {
    await arm({ match: 'ExecuteStatement', effect: 'lostReply' });
    const patient = clientOf(sandbox.url, 2);
    await expect(patient.send(insert('events', event(1)))).rejects.toMatchObject({ name: 'DuplicateItem' });
  });

  test('delay answers normally, later', async () => {
    await arm({ match: '*', effect: 'delay', delayMs: 30 });
    const start = performance.now();
    await insertOne();
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
  });

  test('hits its operation only, as often as told', async () => {
    await arm({ match: 'Query', effect: 'throttle', times: 2 });
    await insertOne();
    const query = new QueryCommand({
      TableName: 'events',
      KeyConditionExpression: 'grantId = :id',
      ExpressionAttributeValues: { ':id': { S: 'gr_1' } },
    });
    for (let i = 0; i < 2; i++) {
      await expect(client.send(query)).rejects.toMatchObject({ name: 'ThrottlingException' });
    }
    expect((await client.send(query)).Count).toBe(1);
  });

  test('that makes no sense is refused, and one that is armed can be cleared', async () => {
    for (const fault of [
      {},
      { match: '*', effect: 'propagation' },
      { match: '*', effect: 'drop', times: 0 },
    ]) {
      expect(await arm(fault)).toMatchObject({ status: 400, body: { errors: expect.any(Array) } });
    }
    expect(await arm({ match: '*', effect: 'drop' })).toEqual({ status: 200, body: { armed: true } });
    expect((await send('DELETE', 'faults')).status).toBe(204);
    await insertOne();
  });
});

test('the call log has every operation with its table, statements included', async () => {
  await insertOne();
  await count();
  const at = expect.stringMatching(/^\d{4}-.*Z$/);
  expect((await send('GET', 'calls')).body).toEqual({
    items: [
      { at, operation: 'ExecuteStatement', table: 'events' },
      { at, operation: 'Scan', table: 'events' },
    ],
  });
  expect((await send('DELETE', 'calls')).status).toBe(204);
  expect((await send('GET', 'calls')).body).toEqual({ items: [] });
});

test('tables that are there are left alone, and missing ones are ready when it returns', async () => {
  await insertOne();
  await createTables(sandbox.url, [events, { ...events, TableName: 'more' }]);
  expect(await count()).toBe(1);
  await client.send(insert('more', event(1)));
});

test('there is no other endpoint under /sandbox', async () => {
  expect((await send('GET', 'tables')).status).toBe(404);
});
