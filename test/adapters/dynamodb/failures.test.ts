import {
  BatchGetItemCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { dynamodbEventLog } from '../../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../../adapters/dynamodb/grant-table.ts';
import type { GrantEvent } from '../../../domain/grants/event.ts';
import { eventEntryOf } from '../../../domain/grants/listing.ts';
import type { GrantId } from '../../../domain/shared/identifiers.ts';
import { ACCOUNT, eventOf, grantIdNumber, grantOf, repositoryNumber } from '../../support/adapters/events.ts';
import { everythingIn, rejectionOf, sdkError } from '../../support/adapters/failures.ts';
import { eventsOf } from '../../support/domain/streams/stored.ts';
import { asGrantId, asInstant } from '../../support/identifiers.ts';

const client = new DynamoDBClient({ region: 'eu-west-1' });
const dynamodb = mockClient(client);
const log = dynamodbEventLog(client, 'events');
const table = dynamodbGrantTable(client, 'grants');

const GRANT = grantIdNumber(1);
const REPOSITORY = repositoryNumber(1);
const NOW = asInstant('2026-11-23T09:00:00.000Z');
const time = { from: asInstant('2026-11-23T00:00:00.000Z'), to: NOW };

const calls: [name: string, call: () => Promise<unknown>][] = [
  ['load', () => eventsOf(log, GRANT)],
  ['append', () => log.append(eventOf())],
  ['entries of events', () => log.entries({ by: 'all' }, { ...time, limit: 1 })],
  ['entries of a stream', () => log.entries({ by: 'stream', value: GRANT }, { ...time, limit: 1 })],
  ['read of events', () => log.read([eventEntryOf(eventOf())])],
  ['markDue', () => table.markDue(GRANT, 1, NOW)],
  ['project', () => table.project({ grantId: GRANT, seq: 1, grant: grantOf() })],
  ['takeLease', () => table.takeLease(GRANT, 'one', NOW, NOW)],
  ['releaseLease', () => table.releaseLease(GRANT, 'one')],
  ['listDue', () => table.listDue(NOW, 1)],
  ['forgetDue', () => table.forgetDue({ grantId: GRANT, dueAt: NOW, dueSeq: 1, attempts: 0 })],
  ['entries of grants', () => table.entries({ by: 'all', value: '' }, { limit: 1 })],
  ['read of grants', () => table.read([GRANT])],
  ['rememberNames', () => table.rememberNames([{ kind: 'repository', name: 'acme/shop', uuid: REPOSITORY }])],
  ['bearersOf', () => table.bearersOf('repository', 'acme/shop')],
  ['enrol', () => table.enrol(REPOSITORY, GRANT, [])],
  ['listEnrolled', () => table.listEnrolled(REPOSITORY)],
  ['listLive', () => table.listLive(REPOSITORY, ACCOUNT)],
];

beforeEach(() => {
  dynamodb.reset();
});

const failures = [
  ['ThrottlingException', 'THROTTLED'],
  ['ProvisionedThroughputExceededException', 'THROTTLED'],
  ['AccessDeniedException', 'DENIED'],
  ['ResourceNotFoundException', 'UNAVAILABLE'],
  ['SomethingNew', 'UNAVAILABLE'],
] as const;

test.each(calls)('%s throws only errors of the port', async (_, call) => {
  for (const [name, code] of failures) {
    dynamodb.rejects(sdkError(name));
    const error = await rejectionOf(call());
    expect(error).toMatchObject({ name: 'PortError', system: 'DynamoDB', code });
    expect((error as Error).message).not.toContain('arn:');
  }
});

test('rows that did not fit into an answer are read again, and none is counted twice', async () => {
  const rows = [1, 2].map((n) => {
    const grant = grantOf({ n });
    return { grantId: { S: grant.id }, grant: { S: JSON.stringify(grant) } };
  });
  const ids = rows.map(({ grantId }) => grantId.S);
  dynamodb.on(GetItemCommand).resolves({ Item: { enrolled: { SS: ids } } });
  dynamodb
    .on(BatchGetItemCommand)
    .resolvesOnce({
      Responses: { grants: rows.slice(0, 1) },
      UnprocessedKeys: { grants: { Keys: [{ grantId: { S: ids[1] ?? '' } }] } },
    })
    .resolves({ Responses: { grants: rows.slice(1) } });
  expect((await table.listLive(REPOSITORY, ACCOUNT)).sort()).toEqual([...ids].sort());
});

/** An event's item as the log stores it, under a key of its own or another. */
const itemOf = (event: GrantEvent, key: { grantId?: GrantId; seq?: number } = {}) => ({
  grantId: { S: key.grantId ?? event.grantId },
  seq: { N: String(key.seq ?? event.seq) },
  event: { S: JSON.stringify(event) },
});

test('an event under the key of another grant or another seq is never taken for one of its stream', async () => {
  for (const key of [{ grantId: asGrantId('gr_aaaaaaaaaaaaaaaaaaaaaaaaaa') }, { seq: 7 }]) {
    dynamodb.on(QueryCommand).resolves({ Items: [itemOf(eventOf(), key)] });
    await expect(eventsOf(log, GRANT)).rejects.toThrow('under another key');
  }
});

test('a broken condition is an answer, not a failure', async () => {
  dynamodb.on(UpdateItemCommand).rejects(sdkError('ConditionalCheckFailedException'));
  expect(await table.takeLease(GRANT, 'one', NOW, NOW)).toBe(false);
  await table.markDue(GRANT, 1, NOW);
  await table.releaseLease(GRANT, 'one');
  await table.forgetDue({ grantId: GRANT, dueAt: NOW, dueSeq: 1, attempts: 0 });
  await table.project({ grantId: GRANT, seq: 1, grant: grantOf() });
});

test("a duplicate under both of AWS's names is taken by another event, or appended when it is ours", async () => {
  const [ours, other] = [eventOf(), eventOf({ correlationId: 'other' })];
  for (const name of ['DuplicateItem', 'DuplicateItemException']) {
    dynamodb.on(ExecuteStatementCommand).rejects(sdkError(name));
    dynamodb.on(GetItemCommand).resolves({ Item: itemOf(other) });
    expect(await log.append(ours)).toBe('taken');
    dynamodb.on(GetItemCommand).resolves({ Item: itemOf(ours) });
    expect(await log.append(ours)).toBe('appended');
  }
});

test('a stream, and a doubt about an append, are read consistently', async () => {
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  dynamodb.on(ExecuteStatementCommand).rejects(sdkError('DuplicateItem'));
  dynamodb.on(GetItemCommand).resolves({ Item: itemOf(eventOf()) });
  await eventsOf(log, GRANT);
  await log.append(eventOf());
  const reads = [...dynamodb.commandCalls(QueryCommand), ...dynamodb.commandCalls(GetItemCommand)];
  expect(reads.map(({ args }) => args[0].input.ConsistentRead)).toEqual([true, true]);
});

test('an item that is no event of ours is never taken for one', async () => {
  const broken = [
    { event: { S: '{"seq": 1' } },
    { event: { S: '{}' } },
    { event: { S: JSON.stringify({ ...eventOf(), type: 'GrantStolen' }) } },
    { event: { S: JSON.stringify({ ...eventOf(), more: 1 }) } },
    {},
  ];
  for (const item of broken) {
    dynamodb.on(QueryCommand).resolves({ Items: [item] });
    expect(everythingIn(await rejectionOf(eventsOf(log, GRANT)))).not.toBe('');
  }
});
