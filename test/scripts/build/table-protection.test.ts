import { DescribeTableCommand, DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import TableProtection, { foreignTables } from '../../../scripts/build/table-protection.ts';
import { resourcesOf, serverless } from '../../support/arch/infrastructure.ts';

const dynamodb = mockClient(DynamoDBClient);
afterAll(() => dynamodb.restore());
const custom = { eventsTable: 'rolewright-prod-events', grantsTable: 'rolewright-prod-grants' };
const deployed = () =>
  new TableProtection({
    service: { custom },
    getProvider: () => ({ getAwsSdkV3Config: async () => ({ region: 'eu-central-1' }) }),
  }).hooks['after:deploy:deploy']?.();
const protectedNow = () => dynamodb.commandCalls(UpdateTableCommand).map(({ args: [{ input }] }) => input);

beforeEach(() => {
  dynamodb.reset();
});

test('a deployment that has succeeded protects the log and the read model from deletion', async () => {
  dynamodb.on(DescribeTableCommand).resolves({ Table: { DeletionProtectionEnabled: false } });
  dynamodb.on(UpdateTableCommand).resolves({});
  await deployed();
  expect(protectedNow()).toEqual([
    { TableName: 'rolewright-prod-events', DeletionProtectionEnabled: true },
    { TableName: 'rolewright-prod-grants', DeletionProtectionEnabled: true },
  ]);
});

test('tables in use have names that the boundary keeps from granted roles, or nothing is packaged', () => {
  const own = { eventsTable: 'rolewright-prod-events-restored', grantsTable: 'rolewright-prod-grants' };
  const all = {
    ...own,
    checkpointsTable: 'rolewright-prod-checkpoints',
    claimsTable: 'rolewright-prod-claims',
  };
  expect(foreignTables({ prefix: 'rolewright-prod', ...all })).toEqual([]);
  for (const foreign of ['restored-events', 'rolewright-dev-events', 'rolewright-production-events']) {
    expect(foreignTables({ prefix: 'rolewright-prod', ...all, eventsTable: foreign })).toEqual([
      expect.stringContaining(`--param eventsTable=${foreign}: the name must begin with rolewright-prod-`),
    ]);
  }
});

test('tables that are protected are not changed', async () => {
  dynamodb.on(DescribeTableCommand).resolves({ Table: { DeletionProtectionEnabled: true } });
  await deployed();
  expect(protectedNow()).toEqual([]);
});

test('a table that cannot be protected fails the command', async () => {
  dynamodb.on(DescribeTableCommand).resolves({ Table: {} });
  dynamodb.on(UpdateTableCommand).rejects(new Error('AccessDeniedException'));
  await expect(deployed()).rejects.toThrow('AccessDenied');
});

test('the template itself protects no table, so a first deployment that fails is undone whole', () => {
  for (const { Properties } of Object.values(resourcesOf('tables.yml'))) {
    expect(Properties).not.toHaveProperty('DeletionProtectionEnabled');
  }
  expect((serverless as unknown as { plugins: string[] }).plugins).toContain(
    './scripts/build/table-protection.ts',
  );
});
