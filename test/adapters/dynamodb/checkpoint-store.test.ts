import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamodbCheckpointStore } from '../../../adapters/dynamodb/checkpoint-store.ts';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../sandbox/dynamodb/server.ts';
import { checkpointStoreContract } from '../../contract/checkpoint-store-contract.ts';
import { armFault, useAwsEnvironment } from '../../support/adapters/environment.ts';
import { checkpointsTable } from '../../support/adapters/tables.ts';
import { GRANT_ID } from '../../support/domain/samples.ts';

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
  const name = `checkpoints-${tables}`;
  await createTables(sandbox.url, [checkpointsTable(name)]);
  const [first, second] = [dynamodbClient(), dynamodbClient()];
  clients.push(first, second);
  return {
    store: dynamodbCheckpointStore(first, name),
    second: dynamodbCheckpointStore(second, name),
    async overwrite(grantId: string, { seq, version, text }: { seq: number; version: number; text: string }) {
      const Item = {
        grantId: { S: grantId },
        seq: { N: String(seq) },
        version: { N: String(version) },
        checkpoint: { S: text },
      };
      await first.send(new PutItemCommand({ TableName: name, Item }));
    },
  };
}

checkpointStoreContract('over dynalite', open);

describe('the checkpoints when DynamoDB is in trouble', () => {
  test.each(['GetItem', 'PutItem'])('a failed %s is a failure of DynamoDB', async (match) => {
    const { store } = await open();
    await armFault(sandbox.url, { match, effect: 'error', times: 9 });
    const call =
      match === 'GetItem' ? store.find(GRANT_ID) : store.keep({ grantId: GRANT_ID, seq: 1 } as never);
    await expect(call).rejects.toMatchObject({ system: 'DynamoDB' });
    await fetch(`${sandbox.url}/sandbox/faults`, { method: 'DELETE' });
  });
});
