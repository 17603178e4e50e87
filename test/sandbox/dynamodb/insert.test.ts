import {
  type DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTables, type DynamodbSandbox } from '../../../sandbox/dynamodb/server.ts';
import { dynamodbWorld, event, insert } from './world.ts';

let sandbox: DynamodbSandbox;
let client: DynamoDBClient;
beforeAll(async () => {
  ({ sandbox, client } = await dynamodbWorld());
});
afterAll(() => sandbox.close());

const read = (seq: number) =>
  client.send(
    new GetItemCommand({
      TableName: 'events',
      Key: { grantId: { S: 'gr_1' }, seq: { N: String(seq) } },
      ConsistentRead: true,
    }),
  );

describe('INSERT', () => {
  test('stores an item of any attribute types', async () => {
    const item = {
      ...event(1),
      list: { L: [{ N: '1' }, { M: { a: { BOOL: true } } }] },
      "o'clock": { S: '1' },
    };
    expect(await client.send(insert('events', item))).toMatchObject({ Items: [] });
    expect((await read(1)).Item).toEqual(item);
  });

  test('of a key that exists is DuplicateItem to the SDK, and leaves the item as it is', async () => {
    await client.send(insert('events', event(2)));
    await expect(client.send(insert('events', event(2, 'second')))).rejects.toMatchObject({
      name: 'DuplicateItem',
      message: 'Duplicate primary key exists in table',
      $metadata: { httpStatusCode: 400 },
    });
    expect((await read(2)).Item).toEqual(event(2));
  });

  test('sees an item that was put', async () => {
    await client.send(new PutItemCommand({ TableName: 'events', Item: event(3) }));
    await expect(client.send(insert('events', event(3)))).rejects.toMatchObject({ name: 'DuplicateItem' });
  });

  test('of one key, 20 at once, has exactly one winner', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => client.send(insert('events', event(4, `writer ${i}`)))),
    );
    const winners = results.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
    expect(winners).toHaveLength(1);
    const losers = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.name] : []));
    expect(losers).toEqual(Array(19).fill('DuplicateItem'));
    expect((await read(4)).Item).toEqual(event(4, `writer ${winners[0]}`));
  });

  test('goes by the key of its table, not by the first attributes', async () => {
    await createTables(sandbox.url, [
      {
        TableName: 'single',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    ]);
    await client.send(insert('single', { other: { S: 'x' }, id: { S: '1' } }));
    await client.send(insert('single', { other: { S: 'x' }, id: { S: '2' } }));
    await expect(client.send(insert('single', { other: { S: 'y' }, id: { S: '1' } }))).rejects.toMatchObject({
      name: 'DuplicateItem',
    });
  });

  test('into a table that is not there is ResourceNotFoundException', async () => {
    await expect(client.send(insert('nothing', event(1)))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('without a part of the key is ValidationException', async () => {
    const { seq: _, ...keyless } = event(1);
    await expect(client.send(insert('events', keyless))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

test.each([
  `SELECT * FROM "events"`,
  `UPDATE "events" SET body = ? WHERE grantId = ?`,
  `DELETE FROM "events" WHERE grantId = ?`,
  `INSERT INTO events VALUE {'grantId': ?}`,
  `INSERT INTO "events" VALUE {'grantId': 'gr_1'}`,
  `INSERT INTO "events" VALUE {'grantId': ?, 'grantId': ?}`,
  `INSERT INTO "events" VALUE {}`,
  `INSERT INTO "events" VALUE {'grantId': ?}; DELETE FROM "events"`,
])('every other statement is ValidationException: %s', async (Statement) => {
  const Parameters = [...Statement.matchAll(/\?/g)].map(() => ({ S: 'gr_1' }));
  await expect(
    client.send(new ExecuteStatementCommand({ Statement, ...(Parameters.length > 0 && { Parameters }) })),
  ).rejects.toMatchObject({ name: 'ValidationException' });
});

test('as many parameters as places are needed', async () => {
  const Statement = `INSERT INTO "events" VALUE {'grantId': ?, 'seq': ?}`;
  await expect(
    client.send(new ExecuteStatementCommand({ Statement, Parameters: [{ S: 'gr_1' }] })),
  ).rejects.toMatchObject({ name: 'ValidationException' });
});

test('an index gives what was inserted, in its own order', async () => {
  for (const seq of [20, 21, 22]) {
    await client.send(insert('events', { ...event(seq), day: { S: '2026-07-01' } }));
  }
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: 'events',
      IndexName: 'byDay',
      KeyConditionExpression: '#day = :day',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: { ':day': { S: '2026-07-01' } },
    }),
  );
  expect(Items.map(({ seq }) => seq?.N)).toEqual(['22', '21', '20']);
});

test('a request without a signature is refused', async () => {
  const response = await fetch(sandbox.url, {
    method: 'POST',
    headers: {
      'x-amz-target': 'DynamoDB_20120810.ExecuteStatement',
      'content-type': 'application/x-amz-json-1.0',
    },
    body: JSON.stringify(insert('events', event(9)).input),
  });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('MissingAuthenticationTokenException');
});
