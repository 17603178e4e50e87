import { join } from 'node:path';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { tableDefinitions } from '../../../sandbox/infrastructure.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

const deployed = tableDefinitions(ROOT, {
  accountId: '111122223333',
  partition: 'aws',
  region: 'eu-west-1',
  prefix: 'test',
  boundaryPolicy: 'boundary',
});

/** A deployed table under another name, so that each test has one of its own. */
function definition(
  table: 'test-events' | 'test-checkpoints' | 'test-grants' | 'test-claims',
  name: string,
): CreateTableCommandInput {
  const found = deployed.find(({ TableName }) => TableName === table);
  if (!found) throw new Error(`infrastructure/tables.yml has no ${table}`);
  return { ...found, TableName: name };
}

/** The table of the event log as it is deployed. */
export const eventsTable = (name: string): CreateTableCommandInput => definition('test-events', name);

/** The table of checkpoints as it is deployed. */
export const checkpointsTable = (name: string): CreateTableCommandInput =>
  definition('test-checkpoints', name);

/** The table of the read model as it is deployed. */
export const grantsTable = (name: string): CreateTableCommandInput => definition('test-grants', name);

/** The table of what was delivered, as it is deployed. */
export const claimsTable = (name: string): CreateTableCommandInput => definition('test-claims', name);
