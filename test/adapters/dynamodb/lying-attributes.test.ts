import { type AttributeValue, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import { dynamodbEventLog } from '../../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../../adapters/dynamodb/grant-table.ts';
import type { EventPartition, GrantPartition } from '../../../domain/grants/listing.ts';
import type { DueRow, EventLog, GrantTable } from '../../../domain/grants/stores.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { ACCOUNT, eventOf, grantIdNumber, grantOf, repositoryNumber } from '../../support/adapters/events.ts';
import { eventsTable, grantsTable } from '../../support/adapters/tables.ts';
import { asInstant } from '../../support/identifiers.ts';

const GRANT = grantIdNumber(1);
const DAY = {
  from: asInstant('2026-11-23T00:00:00.000Z'),
  to: asInstant('2026-11-24T00:00:00.000Z'),
  limit: 10,
};

let sandbox: DynamodbSandbox;
let client: DynamoDBClient;
let log: EventLog;
let table: GrantTable;
let names: { events: string; grants: string };
let made = 0;

beforeAll(async () => {
  sandbox = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: sandbox.url });
  client = dynamodbClient();
});

afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

beforeEach(async () => {
  made += 1;
  names = { events: `events-${made}`, grants: `grants-${made}` };
  await createTables(sandbox.url, [eventsTable(names.events), grantsTable(names.grants)]);
  log = dynamodbEventLog(client, names.events);
  table = dynamodbGrantTable(client, names.grants);
});

const overwrite = (TableName: string, key: Record<string, AttributeValue>, [name, value]: [string, string]) =>
  client.send(
    new UpdateItemCommand({
      TableName,
      Key: { grantId: { S: GRANT }, ...key },
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': { S: value } },
    }),
  );

describe('an event whose attributes claim what its content does not say', () => {
  test.each<[string, string, EventPartition]>([
    ['repository', repositoryNumber(2), { by: 'repository', value: repositoryNumber(2) }],
    ['principal', 'person:eve@acme.example', { by: 'principal', value: 'person:eve@acme.example' }],
    ['type', 'GrantRequested', { by: 'type', value: 'GrantRequested' }],
    ['account', '999999999999', { by: 'all' }],
    ['order', '2026-11-23T23:00:00.000Z#x', { by: 'all' }],
    ['event', '{"broken', { by: 'all' }],
    ['event', JSON.stringify({ ...eventOf(), correlationId: 'altered' }), { by: 'all' }],
  ])('%s is a marker where it is found by it, and hides no other event', async (name, value, partition) => {
    await log.append(eventOf());
    const other = eventOf({ grantId: grantIdNumber(2), repositoryUuid: repositoryNumber(2) });
    await log.append(other);
    await overwrite(names.events, { seq: { N: '1' } }, [name, value]);
    const found = async (of: EventPartition) => log.read((await log.entries(of, DAY)).entries);
    expect(await found(partition)).toContainEqual({
      kind: 'unreadable',
      item: { grantId: GRANT, seq: 1, unreadable: true, reason: expect.any(String) },
    });
    expect(await found({ by: 'all' })).toContainEqual({ kind: 'known', event: other });
  });

  test.each([
    '2026-11-23T09:30:00.000Z#a',
    '2026-11-23T23:00:00.000Z#z',
    '2026-11-23T09',
    '2026-11-23T09:30:00.000Z',
  ])('the order %s keeps no other event from its page', async (order) => {
    await log.append(eventOf());
    for (const n of [2, 3]) await log.append(eventOf({ grantId: grantIdNumber(n) }));
    await overwrite(names.events, { seq: { N: '1' } }, ['order', order]);
    const seen: string[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < 5; pages += 1) {
      const page = await log.entries({ by: 'all' }, { ...DAY, limit: 1, after });
      seen.push(...page.entries.map(({ grantId }) => grantId));
      after = page.position;
      if (page.isComplete) break;
    }
    expect(seen.sort()).toEqual([GRANT, grantIdNumber(2), grantIdNumber(3)].sort());
  });

  test('is still listed without the attributes that are no key', async () => {
    await log.append(eventOf());
    await client.send(
      new UpdateItemCommand({
        TableName: names.events,
        Key: { grantId: { S: GRANT }, seq: { N: '1' } },
        UpdateExpression: 'REMOVE account, repository',
      }),
    );
    const { entries } = await log.entries({ by: 'all' }, DAY);
    expect(await log.read(entries)).toMatchObject([{ kind: 'unreadable', item: { grantId: GRANT, seq: 1 } }]);
  });
});

describe('a row whose attributes claim what its entry does not say', () => {
  test.each<[string, string, GrantPartition]>([
    ['repository', repositoryNumber(2), { by: 'repository', value: repositoryNumber(2) }],
    ['requester', 'person:eve@acme.example', { by: 'requester', value: 'person:eve@acme.example' }],
    ['environment', 'Production', { by: 'environment', value: 'Production' }],
    ['changed', '2026-11-22T00:00:00.000Z#x', { by: 'all', value: '' }],
    ['changed', `2099-01-01T00:00:00.000Z#${GRANT}`, { by: 'template', value: 's3-static-site' }],
  ])('%s is unreadable where it is found by it: its grant is read from the log', async (name, value, of) => {
    await table.project({ grantId: GRANT, seq: 1, grant: grantOf() });
    await table.project({ grantId: grantIdNumber(2), seq: 1, grant: grantOf({ n: 2 }) });
    await overwrite(names.grants, {}, [name, value]);
    const { entries, unreadable } = await table.entries(of, { limit: 10 });
    expect([entries.map(({ grantId }) => grantId), unreadable]).toEqual([
      expect.not.arrayContaining([GRANT]),
      [GRANT],
    ]);
    const all = await table.entries({ by: 'all', value: '' }, { limit: 10 });
    expect(all.entries.map(({ grantId }) => grantId)).toContain(grantIdNumber(2));
  });
});

describe('the live grants of a repository are counted by what their rows hold', () => {
  const repository = repositoryNumber(1);
  beforeEach(async () => {
    for (const n of [1, 2]) {
      const grant = grantOf({ n, repositoryUuid: repository });
      await table.enrol(repository, grantIdNumber(n), []);
      await table.project({ grantId: grantIdNumber(n), seq: 1, grant });
    }
  });

  test.each<[string, string]>([
    ['state', 'revoked'],
    ['state', 'no state'],
    ['askedAt', '2099-01-01T00:00:00.000Z'],
    ['grant', '{"state":"revoked"}'],
  ])('not by %s %s', async (name, value) => {
    await overwrite(names.grants, {}, [name, value]);
    expect(await table.listLive(repository, ACCOUNT)).toEqual([GRANT, grantIdNumber(2)]);
  });

  test('and one that was enrolled with another repository is not counted there', async () => {
    await table.enrol(repositoryNumber(2), GRANT, []);
    expect(await table.listLive(repositoryNumber(2), ACCOUNT)).toEqual([]);
  });
});

describe('a due time that no writer of ours wrote', () => {
  const due = async (limit: number) => {
    const seen: string[] = [];
    for (let last: DueRow | undefined, pages = 0; pages < 9; pages += 1) {
      const rows = await table.listDue(DAY.to, limit, last);
      seen.push(...rows.map(({ grantId }) => grantId));
      last = rows.at(-1);
      if (!last) return seen;
    }
    throw new Error(`the pages have no end: ${seen}`);
  };

  test.each(['2026', '2026-11-23T00:00:00.000Z', `2026-11-23T00:00:00.000Z#${grantIdNumber(9)}`, '1 2 3'])(
    '%s is listed once, hides no other, and can be dropped and postponed',
    async (dueAt) => {
      await table.markDue(grantIdNumber(2), 1, asInstant('2026-11-23T09:00:00.000Z'));
      await table.markDue(grantIdNumber(3), 1, asInstant('2026-11-23T10:00:00.000Z'));
      await overwrite(names.grants, {}, ['due', '0']);
      await overwrite(names.grants, {}, ['dueAt', dueAt]);
      for (const limit of [1, 2, 10]) {
        expect((await due(limit)).sort()).toEqual([GRANT, grantIdNumber(2), grantIdNumber(3)].sort());
      }
      const [row] = await table.listDue(DAY.to, 1);
      if (!row) throw new Error('a row was expected');
      await table.dropDue(row);
      expect(await due(10)).not.toContain(GRANT);
    },
  );
});

describe('an item beside the rows that holds what no writer of ours wrote', () => {
  const set = (grantId: string, name: string, value: AttributeValue) =>
    client.send(
      new UpdateItemCommand({
        TableName: names.grants,
        Key: { grantId: { S: grantId } },
        UpdateExpression: 'SET #name = :value',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: { ':value': value },
      }),
    );

  test('keeps none of a repository’s other grants from being found and counted', async () => {
    const repository = repositoryNumber(1);
    await table.project({ grantId: GRANT, seq: 1, grant: grantOf({ repositoryUuid: repository }) });
    await set(`repository#${repository}`, 'enrolled', { SS: ['no grant', '', GRANT].filter(Boolean) });
    expect(await table.listEnrolled(repository)).toEqual([GRANT]);
    expect(await table.listLive(repository, ACCOUNT)).toEqual([GRANT]);
    await set(`repository#${repository}`, 'enrolled', { S: 'no set' });
    expect(await table.listEnrolled(repository)).toEqual([]);
  });

  test('keeps no other bearer of a name from being found', async () => {
    const repository = repositoryNumber(1);
    const bearers = [{ S: '{no uuid}' }, { N: '1' }, { S: repository }];
    await set('name#repository#acme/shop', 'bearers', { L: bearers });
    await set('name#project#shop', 'bearers', { L: [{ S: 'SHOP' }] });
    expect(await table.bearersOf('repository', 'acme/shop')).toEqual([repository]);
    expect(await table.bearersOf('project', 'SHOP')).toEqual([]);
  });
});
