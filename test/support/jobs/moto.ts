import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../../../sandbox/http/local-server.ts';
import { VENV } from '../../../scripts/jobs/install.ts';

/** A running moto server. `reset` empties its account. */
export type Moto = { url: string; reset(): Promise<void>; close(): Promise<void> };

const START_WITHIN_MS = 60_000;

/** Starts moto's server on a free port of 127.0.0.1, as the account 111122223333. */
export async function startMoto(root: string): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env.PATH,
    MOTO_ACCOUNT_ID: '111122223333',
    MOTO_SQS_ENDPOINT_STRATEGY: 'dynamic',
  };
  const command = join(root, VENV, 'bin', 'moto_server');
  const child = spawn(command, ['-H', '127.0.0.1', '-p', String(port)], { env, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const answers = await fetch(`${url}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) break;
    if (Date.now() > deadline || child.exitCode !== null) throw new Error('moto did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    async reset() {
      await fetch(`${url}/moto-api/reset`, { method: 'POST' });
    },
    async close() {
      child.kill();
      await ended;
    },
  };
}
