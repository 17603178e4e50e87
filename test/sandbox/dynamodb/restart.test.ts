import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTables, startDynamodbSandbox } from '../../../sandbox/dynamodb/server.ts';
import { clientOf, dynamodbWorld, event, events, insert } from './world.ts';

let dir: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dynamodb-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = undefined;
  await rm(dir, { recursive: true });
});

async function storedSeqs(url: string): Promise<(string | undefined)[]> {
  const { Items = [] } = await clientOf(url).send(
    new QueryCommand({
      TableName: 'events',
      KeyConditionExpression: 'grantId = :id',
      ExpressionAttributeValues: { ':id': { S: 'gr_1' } },
      ConsistentRead: true,
    }),
  );
  return Items.map(({ seq }) => seq?.N);
}

/** A sandbox in a process of its own, on the same folder. */
async function sandboxProcess(): Promise<{ kill(): Promise<void>; url: string }> {
  const module = new URL('../../../sandbox/dynamodb/server.ts', import.meta.url);
  const script = `
    import { startDynamodbSandbox } from ${JSON.stringify(module.href)};
    const { url } = await startDynamodbSandbox({ port: 0, dir: ${JSON.stringify(dir)} });
    process.send(url);`;
  const started = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child = started;
  const [url] = await once(started, 'message');
  return {
    url,
    async kill() {
      started.kill('SIGKILL');
      await once(started, 'exit');
    },
  };
}

test('tables and items survive a restart', async () => {
  const first = await dynamodbWorld(dir);
  await first.client.send(insert('events', event(1)));
  await first.sandbox.close();

  const second = await startDynamodbSandbox({ port: 0, dir });
  await createTables(second.url, [events]);
  expect(await storedSeqs(second.url)).toEqual(['1']);
  await expect(clientOf(second.url).send(insert('events', event(1)))).rejects.toMatchObject({
    name: 'DuplicateItem',
  });
  await second.close();
});

test('one process has the folder, and killing it frees the folder with all that was answered', async () => {
  const { kill, url } = await sandboxProcess();
  await createTables(url, [events]);
  await clientOf(url).send(insert('events', event(1)));
  await expect(startDynamodbSandbox({ port: 0, dir })).rejects.toThrow(
    `another sandbox is running in ${dir}`,
  );

  await kill();

  const next = await startDynamodbSandbox({ port: 0, dir });
  expect(await storedSeqs(next.url)).toEqual(['1']);
  await next.close();
});

test('a second sandbox of the same process on the folder is refused', async () => {
  const first = await startDynamodbSandbox({ port: 0, dir });
  await expect(startDynamodbSandbox({ port: 0, dir })).rejects.toThrow(/another sandbox is running/);
  await first.close();
});

test('a port that is taken stops the start and leaves the folder free', async () => {
  const { port, close } = await startDynamodbSandbox({ port: 0 });
  await expect(startDynamodbSandbox({ port, dir })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const again = await startDynamodbSandbox({ port: 0, dir });
  await again.close();
  await close();
});

test('closing under load ends promptly and breaks nothing', async () => {
  const { sandbox, client } = await dynamodbWorld(dir);
  const sent = Array.from({ length: 50 }, (_, i) => client.send(insert('events', event(i + 1))));
  const writes = Promise.allSettled(sent);
  await Promise.race(sent);
  const start = performance.now();
  await sandbox.close();
  expect(performance.now() - start).toBeLessThan(1000);
  const confirmed = (await writes).flatMap(({ status }, i) =>
    status === 'fulfilled' ? [String(i + 1)] : [],
  );

  expect(confirmed.length).toBeGreaterThan(0);
  const again = await startDynamodbSandbox({ port: 0, dir });
  expect(await storedSeqs(again.url)).toEqual(expect.arrayContaining(confirmed));
  await again.close();
});

test('a table that another version made, with other indexes, is refused with what to do', async () => {
  const first = await startDynamodbSandbox({ port: 0, dir });
  await createTables(first.url, [events]);
  await createTables(first.url, [events]);
  const [index] = events.GlobalSecondaryIndexes ?? [];
  const others = [
    { ...events, GlobalSecondaryIndexes: [{ ...index, IndexName: 'byTime' }] },
    {
      ...events,
      GlobalSecondaryIndexes: [{ ...index, KeySchema: [{ AttributeName: 'at', KeyType: 'HASH' }] }],
    },
  ] as (typeof events)[];
  for (const other of others) {
    await expect(createTables(first.url, [other])).rejects.toThrow('npm run sandbox:reset');
  }
  await first.close();
});
