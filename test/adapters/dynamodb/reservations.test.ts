import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import { dynamodbReservations } from '../../../adapters/dynamodb/reservations.ts';
import type { Reservation, Reservations, ReservedResource } from '../../../domain/planning/reservation.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { grantIdNumber, repositoryNumber } from '../../support/adapters/events.ts';
import { rejectionOf, sdkError } from '../../support/adapters/failures.ts';
import { FakeReservations } from '../../support/domain/fakes/reservations.ts';
import { asAccountId } from '../../support/identifiers.ts';

const resource = (over: Partial<ReservedResource> = {}): ReservedResource => ({
  account: asAccountId('111122223333'),
  type: 's3BucketName',
  value: 'shop-state',
  ...over,
});
const reservation = (over: Partial<Reservation> = {}): Reservation => ({
  grantId: grantIdNumber(1),
  repository: repositoryNumber(1),
  template: 'terraform-state',
  apart: 'shop',
  ...over,
});

let sandbox: DynamodbSandbox;
let client: DynamoDBClient;
beforeAll(async () => {
  sandbox = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: sandbox.url });
  client = dynamodbClient();
  await createTables(sandbox.url, [
    {
      TableName: 'reserved',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'grantId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'grantId', KeyType: 'HASH' }],
    },
  ]);
});
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

describe.each<[string, () => Reservations]>([
  ['over dynalite', () => dynamodbReservations(client, 'reserved')],
  ['in memory', () => new FakeReservations()],
])('reservations %s', (_, open) => {
  test('are those of one resource, each once, until they are released, once or twice', async () => {
    const store = open();
    const [first, second] = [reservation(), reservation({ grantId: grantIdNumber(2), apart: undefined })];
    await store.reserve(resource(), first);
    await store.reserve(resource(), first);
    await store.reserve(resource(), {
      grantId: grantIdNumber(2),
      repository: repositoryNumber(1),
      template: 'terraform-state',
    });
    const found = await store.of(resource());
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining([first, { ...second, apart: undefined }]));
    for (const other of [
      { account: asAccountId('444455556666') },
      { type: 'dynamodbTableName' as const },
      { value: 'x' },
    ]) {
      expect(await store.of(resource(other))).toEqual([]);
    }
    await store.release(resource(), first);
    await store.release(resource(), first);
    expect(await store.of(resource())).toEqual([
      { grantId: grantIdNumber(2), repository: repositoryNumber(1), template: 'terraform-state' },
    ]);
  });
});

test('a reservation that cannot be read lets nothing be granted', async () => {
  await client.send(
    new UpdateItemCommand({
      TableName: 'reserved',
      Key: { grantId: { S: 'holds#111122223333#s3BucketName#broken' } },
      UpdateExpression: 'ADD reservations :one',
      ExpressionAttributeValues: { ':one': { SS: ['{'] } },
    }),
  );
  const asked = dynamodbReservations(client, 'reserved').of(resource({ value: 'broken' }));
  expect(await rejectionOf(asked)).toMatchObject({ name: 'PortError', code: 'REJECTED' });
});

test('an outage of the table is an error of the port', async () => {
  const broken = new DynamoDBClient({ region: 'eu-west-1' });
  mockClient(broken).rejects(sdkError('ThrottlingException'));
  const store = dynamodbReservations(broken, 'reserved');
  const calls = [
    () => store.reserve(resource(), reservation()),
    () => store.of(resource()),
    () => store.release(resource(), reservation()),
  ];
  for (const call of calls) {
    expect(await rejectionOf(call())).toMatchObject({ name: 'PortError', code: 'THROTTLED' });
  }
});
