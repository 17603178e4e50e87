import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import { dynamodbRequesterGroups } from '../../../adapters/dynamodb/requester-groups.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { requesterGroupsContract } from '../../contract/requester-groups-contract.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { rejectionOf, sdkError } from '../../support/adapters/failures.ts';
import { claimsTable } from '../../support/adapters/tables.ts';
import { FakeRequesterGroups } from '../../support/domain/fakes/requester-groups.ts';
import { GRANT_ID } from '../../support/domain/samples.ts';
import { asInstant } from '../../support/identifiers.ts';

let sandbox: DynamodbSandbox;
let client: DynamoDBClient;
beforeAll(async () => {
  sandbox = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: sandbox.url });
  client = dynamodbClient();
  await createTables(sandbox.url, [claimsTable('claims')]);
});
afterAll(async () => {
  client.destroy();
  await sandbox.close();
});

requesterGroupsContract('over dynalite', async () => dynamodbRequesterGroups(client, 'claims'));
const inMemory = new FakeRequesterGroups();
requesterGroupsContract('in memory', async () => inMemory);

const key = { grantId: GRANT_ID, planHash: 'h', requester: { kind: 'person' as const, id: 'ada' } };

test('an outage of the table is an error of the port', async () => {
  const broken = new DynamoDBClient({ region: 'eu-west-1' });
  mockClient(broken).rejects(sdkError('ThrottlingException'));
  const groups = dynamodbRequesterGroups(broken, 'claims');
  const calls = [
    () => groups.keep(key, [], asInstant('2026-12-31T00:00:00.000Z')),
    () => groups.find(key),
    () => groups.forget(key),
  ];
  for (const call of calls) {
    expect(await rejectionOf(call())).toMatchObject({ name: 'PortError', code: 'THROTTLED' });
  }
});
