import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toAttributes } from '../../adapters/dynamodb/event-item.ts';
import { createTables, type DynamodbSandbox, startDynamodbSandbox } from '../../sandbox/dynamodb/server.ts';
import { useAwsEnvironment } from '../support/adapters/environment.ts';
import { eventsTable } from '../support/adapters/tables.ts';
import { ROOT, textOf } from '../support/arch/infrastructure.ts';

const OLD = 'rolewright-prod-events';
const CART = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';

/** The commands of the runbook that look for holds after the point in time. */
const [, commands = ''] =
  /^ +```sh\n((?:(?!```)[\s\S])*RepositoryHeld(?:(?!```)[\s\S])*)```/m.exec(textOf('docs/operations.md')) ??
  [];

let sandbox: DynamodbSandbox;
let client: DynamoDBClient;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rolewright-runbook-'));
  sandbox = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: sandbox.url });
  client = new DynamoDBClient({ endpoint: sandbox.url, region: 'eu-central-1' });
  await createTables(sandbox.url, [eventsTable(OLD)]);
});
afterAll(async () => {
  client.destroy();
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

/** The options of each call of `aws` that the commands make, in a shell. */
function callsOf(text: string): Record<string, string>[] {
  const aws = join(dir, 'aws');
  const calls = join(dir, 'calls');
  writeFileSync(aws, '#!/bin/sh\nprintf "%s\\n" "$@" >> "$CALLS"\nprintf "\\n" >> "$CALLS"\n');
  chmodSync(aws, 0o755);
  const env = { PATH: `${dir}:${process.env.PATH}`, CALLS: calls };
  expect(spawnSync('/bin/sh', ['-ec', text], { cwd: ROOT, env }).status).toBe(0);
  return readFileSync(calls, 'utf8')
    .trim()
    .split('\n\n')
    .map((call) => {
      const [service, operation, ...options] = call.split('\n');
      expect([service, operation]).toEqual(['dynamodb', 'query']);
      const pairs = options.flatMap((name, n) =>
        n % 2 === 0 ? [[name.replace('--', ''), options[n + 1] ?? '']] : [],
      );
      return Object.fromEntries(pairs);
    });
}

const held = (type: 'RepositoryHeld' | 'RepositoryReleased', seq: number, at: string) =>
  toAttributes({
    ...{ schema: 1, grantId: 'rp_aaaaaaaaaaaaaaaaaaaaaaaaaa', seq, at, type },
    principal: { kind: 'person', id: 'ada@acme.example' },
    correlationId: 'c',
    data: { repository: { uuid: CART, fullName: 'acme/cart' }, reason: 'Leaked', revoke: [] },
  } as never);

describe('the runbook of a restore', () => {
  test('finds the holds and releases of the old log after the point in time, with their repository', async () => {
    const events = [
      held('RepositoryHeld', 1, '2026-11-29T07:59:59.999Z'),
      held('RepositoryReleased', 2, '2026-11-29T08:00:00.000Z'),
      held('RepositoryHeld', 3, '2026-11-29T09:00:00.000Z'),
    ];
    for (const Item of events) await client.send(new PutItemCommand({ TableName: OLD, Item }));
    const found: (string | undefined)[][] = [];
    for (const call of callsOf(commands)) {
      const { Items: items = [] } = await client.send(
        new QueryCommand({
          TableName: call['table-name'],
          IndexName: call['index-name'],
          KeyConditionExpression: call['key-condition-expression'],
          ExpressionAttributeNames: JSON.parse(call['expression-attribute-names'] ?? ''),
          ExpressionAttributeValues: JSON.parse(call['expression-attribute-values'] ?? ''),
        }),
      );
      expect(call.query).toBe('Items[].[order.S,type.S,repository.S]');
      found.push(
        ...items.map(({ type, order, repository }) => [order?.S?.slice(0, 16), type?.S, repository?.S]),
      );
    }
    expect(found.sort()).toEqual([
      ['2026-11-29T08:00', 'RepositoryReleased', CART],
      ['2026-11-29T09:00', 'RepositoryHeld', CART],
    ]);
  });
});
