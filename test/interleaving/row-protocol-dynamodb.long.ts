import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamodbCheckpointStore } from '../../adapters/dynamodb/checkpoint-store.ts';
import { dynamodbClient } from '../../adapters/dynamodb/client.ts';
import { dynamodbEventLog } from '../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../adapters/dynamodb/grant-table.ts';
import { createTables, type DynamodbSandbox, startDynamodbSandbox } from '../../sandbox/dynamodb/server.ts';
import { useAwsEnvironment } from '../support/adapters/environment.ts';
import { checkpointsTable, eventsTable, grantsTable } from '../support/adapters/tables.ts';
import { GRANT_ID } from '../support/domain/samples.ts';
import { asks, type Decide, finishes, forgottenWork, revokes, stillClock, writer } from './row-world.ts';
import { someOrders, Turnstile } from './turnstile.ts';

const ORDERS = 10;
const SEED = 20_270_115;

let dynamodb: DynamodbSandbox;

beforeAll(async () => {
  dynamodb = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: dynamodb.url });
});
afterAll(() => dynamodb.close());

test.each<[string, Decide[], Decide[]]>([
  ['edges begin again what a provisioner ends', [asks], [finishes, asks, asks]],
  ['a grant that failed begins again under three hands', [asks, finishes], [asks, revokes, finishes]],
])('a row of the real table never forgets work when %s', async (name, before, writers) => {
  const client = dynamodbClient();
  let run = 0;
  await someOrders(ORDERS, SEED, async (choose) => {
    run += 1;
    const [events, grants, checkpoints] = ['events', 'grants', 'checkpoints'].map(
      (table) => `${name.length}-${run}-${table}`,
    ) as [string, string, string];
    const tables = [eventsTable(events), grantsTable(grants), checkpointsTable(checkpoints)];
    await createTables(dynamodb.url, tables);
    const ports = {
      clock: stillClock(),
      checkpoints: dynamodbCheckpointStore(client, checkpoints),
      log: dynamodbEventLog(client, events),
      grants: dynamodbGrantTable(client, grants),
    };
    for (const decide of before) await writer(ports, GRANT_ID, decide);
    const turnstile = new Turnstile();
    for (const [n, decide] of writers.entries()) {
      const guarded = {
        log: turnstile.guard(`${n}`, ports.log),
        grants: turnstile.guard(`${n}`, ports.grants),
      };
      void writer({ ...ports, ...guarded }, GRANT_ID, decide);
    }
    await turnstile.run(choose, async () => {
      expect(await forgottenWork(ports.log, ports.grants, GRANT_ID)).toBeUndefined();
    });
  });
  client.destroy();
});
