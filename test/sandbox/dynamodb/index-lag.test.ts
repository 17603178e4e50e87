import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { clientOf, event, events, insert } from './world.ts';

const LAG = 2000;

let sandbox: DynamodbSandbox;
let client: DynamoDBClient;
let clock: number;
beforeEach(async () => {
  clock = 1_800_000_000_000;
  sandbox = await startDynamodbSandbox({ port: 0, now: () => clock });
  await createTables(sandbox.url, [events]);
  client = clientOf(sandbox.url);
  await client.send(insert('events', event(1)));
});
afterEach(async () => {
  client.destroy();
  await sandbox.close();
});

async function arm(match: string, times = 1) {
  const body = JSON.stringify({ match, effect: 'indexLag', times, delayMs: LAG });
  expect((await fetch(`${sandbox.url}/sandbox/faults`, { method: 'POST', body })).status).toBe(200);
}

const table = { TableName: 'events' };
const keyOf = (seq: number) => ({ grantId: { S: 'gr_1' }, seq: { N: String(seq) } });
/** The numbers and bodies that the index shows, in its order. */
async function indexed(more: Partial<QueryCommandInput> = {}): Promise<string[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      ...table,
      IndexName: 'byDay',
      KeyConditionExpression: '#day = :day',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: { ':day': { S: '2026-06-01' } },
      ...more,
    }),
  );
  return Items.map((item) => `${item.seq?.N} ${item.body?.S}`);
}
const read = async (seq: number) =>
  (await client.send(new GetItemCommand({ ...table, Key: keyOf(seq), ConsistentRead: true }))).Item?.body?.S;
const put = (seq: number, body: string) =>
  client.send(new PutItemCommand({ ...table, Item: event(seq, body) }));
const update = (seq: number, body: string) =>
  client.send(
    new UpdateItemCommand({
      ...table,
      Key: keyOf(seq),
      UpdateExpression: 'SET body = :body',
      ExpressionAttributeValues: { ':body': { S: body } },
    }),
  );

describe('a write under indexLag', () => {
  test.each<[string, () => Promise<unknown>, after: string[]]>([
    ['ExecuteStatement', () => client.send(insert('events', event(2))), ['2 first', '1 first']],
    ['PutItem', () => put(2, 'put'), ['2 put', '1 first']],
    ['UpdateItem', () => update(1, 'updated'), ['1 updated']],
    ['DeleteItem', () => client.send(new DeleteItemCommand({ ...table, Key: keyOf(1) })), []],
    [
      'BatchWriteItem',
      () =>
        client.send(
          new BatchWriteItemCommand({
            RequestItems: {
              events: [{ PutRequest: { Item: event(2, 'put') } }, { DeleteRequest: { Key: keyOf(1) } }],
            },
          }),
        ),
      ['2 put'],
    ],
  ])('%s is shown by the index once the time has passed', async (operation, write, after) => {
    await arm(operation);
    await write();
    expect(await indexed()).toEqual(['1 first']);
    clock += LAG - 1;
    expect(await indexed()).toEqual(['1 first']);
    clock += 1;
    expect(await indexed()).toEqual(after);
  });

  test('is in the table at once', async () => {
    await arm('PutItem');
    await put(2, 'put');
    expect(await read(2)).toBe('put');
    expect(await indexed()).toEqual(['1 first']);
  });

  test('holds back later writes to the same item, and none to others', async () => {
    await arm('PutItem');
    await put(2, 'put');
    clock += LAG / 2;
    await update(2, 'updated');
    await update(1, 'updated');
    expect(await indexed()).toEqual(['1 updated']);
    clock += LAG / 2;
    expect(await indexed()).toEqual(['2 updated', '1 updated']);
  });

  test('moves an item from one part of the index to another late', async () => {
    await arm('PutItem');
    await client.send(new PutItemCommand({ ...table, Item: { ...event(1), day: { S: '2026-06-02' } } }));
    const next = { ExpressionAttributeValues: { ':day': { S: '2026-06-02' } } };
    expect(await indexed()).toEqual(['1 first']);
    expect(await indexed(next)).toEqual([]);
    clock += LAG;
    expect(await indexed()).toEqual([]);
    expect(await indexed(next)).toEqual(['1 first']);
  });

  test('that fails changes nothing', async () => {
    await arm('ExecuteStatement');
    await expect(client.send(insert('events', event(1, 'other')))).rejects.toThrow();
    expect(await indexed()).toEqual(['1 first']);
  });

  test('is limited to as many as are wanted, and counts no call that has no index', async () => {
    await arm('*', 2);
    await read(1);
    await put(2, 'put');
    await put(3, 'put');
    await put(4, 'put');
    expect(await indexed()).toEqual(['4 put', '1 first']);
  });
});

describe('a read under indexLag', () => {
  test('shows the index as it was so long ago, once', async () => {
    await arm('Query');
    clock += 1;
    await put(2, 'put');
    expect(await indexed()).toEqual(['1 first']);
    expect(await indexed()).toEqual(['2 put', '1 first']);
  });

  test('goes back and forth with what is wanted', async () => {
    await arm('Query', 3);
    await put(2, 'put');
    expect(await indexed()).toEqual(['1 first']);
    clock += LAG;
    await client.send(new DeleteItemCommand({ ...table, Key: keyOf(1) }));
    expect(await indexed()).toEqual(['2 put', '1 first']);
    await put(1, 'again');
    expect(await indexed()).toEqual(['2 put', '1 first']);
    expect(await indexed()).toEqual(['2 put', '1 again']);
  });

  test('pages through the same index', async () => {
    await arm('Query', 10);
    await put(2, 'put');
    const page = await client.send(
      new QueryCommand({
        ...table,
        IndexName: 'byDay',
        KeyConditionExpression: '#day = :day',
        ExpressionAttributeNames: { '#day': 'day' },
        ExpressionAttributeValues: { ':day': { S: '2026-06-01' } },
        Limit: 1,
      }),
    );
    expect(page.Items?.map((item) => item.seq?.N)).toEqual(['1']);
    expect(await indexed({ ExclusiveStartKey: page.LastEvaluatedKey })).toEqual([]);
  });
});

test('indexLag is for DynamoDB alone, and propagation is not for it', async () => {
  const body = JSON.stringify({ match: '*', effect: 'propagation' });
  const answer = await fetch(`${sandbox.url}/sandbox/faults`, { method: 'POST', body });
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { errors: ['/effect: propagation is for IAM only'] },
  ]);
});
