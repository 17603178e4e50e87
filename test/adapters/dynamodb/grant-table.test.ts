import { type AttributeValue, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import { dynamodbGrantTable } from '../../../adapters/dynamodb/grant-table.ts';
import { ROW_VERSION } from '../../../domain/grants/row.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { grantDueContract } from '../../contract/grant-due-contract.ts';
import { grantListContract } from '../../contract/grant-list-contract.ts';
import { grantTableContract } from '../../contract/grant-table-contract.ts';
import { armFault, useAwsEnvironment } from '../../support/adapters/environment.ts';
import { ACCOUNT, grantIdNumber, grantOf, repositoryNumber } from '../../support/adapters/events.ts';
import { grantsTable } from '../../support/adapters/tables.ts';
import { asInstant } from '../../support/identifiers.ts';
import { listAll } from '../../support/stores/listed.ts';

const GRANT = grantIdNumber(1);
const EARLY = asInstant('2026-11-23T09:00:00.000Z');
const LATER = asInstant('2026-11-23T09:10:00.000Z');

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
  const name = `grants-${tables}`;
  await createTables(sandbox.url, [grantsTable(name)]);
  const [first, other] = [dynamodbClient(), dynamodbClient()];
  clients.push(first, other);
  const overwrite = (attribute: string, value: AttributeValue) =>
    first.send(
      new UpdateItemCommand({
        TableName: name,
        Key: { grantId: { S: GRANT } },
        UpdateExpression: 'SET #attribute = :value',
        ExpressionAttributeNames: { '#attribute': attribute },
        ExpressionAttributeValues: { ':value': value },
      }),
    );
  return {
    overwrite,
    table: dynamodbGrantTable(first, name),
    second: dynamodbGrantTable(other, name),
  };
}

grantTableContract('over dynalite', open);
grantDueContract('over dynalite', open);
grantListContract('over dynalite', open);

describe('a row that this version did not write', () => {
  const unknownState = JSON.stringify({ ...grantOf(), state: 'asleep' });
  const unknownField = JSON.stringify({ ...grantOf(), nickname: 'Bob' });
  const ofAnother = JSON.stringify(grantOf({ n: 2 }));

  test.each<[string, string, AttributeValue, string]>([
    ["of an older shape's number", 'v', { N: String(ROW_VERSION - 1) }, 'version'],
    ["of a newer shape's number", 'v', { N: String(ROW_VERSION + 1) }, 'version'],
    ['without a number', 'v', { S: String(ROW_VERSION) }, 'version'],
    ['whose grant is no JSON', 'grant', { S: '{' }, 'content'],
    ['whose grant is in no known state', 'grant', { S: unknownState }, 'content'],
    ['whose grant has a field too many', 'grant', { S: unknownField }, 'content'],
    ['whose grant is another', 'grant', { S: ofAnother }, 'content'],
  ])('%s is listed as stale, and no other with it', async (_, attribute, value, reason) => {
    const { table, overwrite } = await open();
    await table.project({ grantId: GRANT, seq: 3, grant: grantOf() });
    await table.project({ grantId: grantIdNumber(2), seq: 3, grant: grantOf({ n: 2 }) });
    await overwrite(attribute, value);
    expect(await table.read([GRANT, grantIdNumber(2)])).toMatchObject({
      grants: [grantOf({ n: 2 })],
      stale: [{ grantId: GRANT, reason }],
    });
  });

  test('is what this version writes, once it is projected again', async () => {
    const { table, overwrite } = await open();
    await table.project({ grantId: GRANT, seq: 3, grant: grantOf() });
    await overwrite('v', { N: '0' });
    await table.project({ grantId: GRANT, seq: 3, grant: grantOf() });
    expect(await table.read([GRANT])).toMatchObject({ grants: [grantOf()], stale: [] });
  });

  test('counts against its repository as its state says, and so does one of an unknown state', async () => {
    const { table, overwrite } = await open();
    await table.enrol(repositoryNumber(1), GRANT, []);
    await table.project({ grantId: GRANT, seq: 3, grant: grantOf() });
    await overwrite('grant', { S: '{' });
    expect(await table.listLive(repositoryNumber(1), ACCOUNT)).toEqual([GRANT]);
    await overwrite('state', { S: 'asleep' });
    expect(await table.listLive(repositoryNumber(1), ACCOUNT)).toEqual([GRANT]);
    await overwrite('state', { S: 'revoked' });
    expect(await table.listLive(repositoryNumber(1), ACCOUNT)).toEqual([]);
  });
});

describe('the grant table when DynamoDB is in trouble', () => {
  const lostReply = { match: 'UpdateItem', effect: 'lostReply' };

  test('a lease whose reply was lost is taken', async () => {
    const { table } = await open();
    await table.markDue(GRANT, 1, EARLY);
    await armFault(sandbox.url, lostReply);
    expect(await table.takeLease(GRANT, 'one', EARLY, LATER)).toBe(true);
  });

  test('a mark and a projection whose replies were lost are done', async () => {
    const { table } = await open();
    const due = async () => (await table.listDue(LATER, 10)).map(({ dueAt }) => dueAt);
    await armFault(sandbox.url, lostReply);
    await table.markDue(GRANT, 1, EARLY);
    expect(await due()).toEqual([EARLY]);
    await armFault(sandbox.url, lostReply);
    await table.project({ grantId: GRANT, seq: 1, grant: grantOf(), dueAt: LATER });
    expect(await due()).toEqual([LATER]);
    expect(await listAll(table)).toEqual([grantOf()]);
  });

  test('a failure throws, also where a broken condition would only be false', async () => {
    const { table } = await open();
    await armFault(sandbox.url, { match: 'UpdateItem', effect: 'forbid' });
    await expect(table.takeLease(GRANT, 'one', EARLY, LATER)).rejects.toMatchObject({
      code: 'DENIED',
    });
  });
});
