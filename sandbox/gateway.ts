import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfiguration } from '../adapters/settings/files.ts';
import type { SettingsSource } from '../adapters/settings/source.ts';
import { httpApiCors } from '../scripts/build/cors.ts';

/** The running local gateway: API Gateway and Lambda's invoke endpoint over the functions of `serverless.yml`. */
export type Gateway = { url: string; stop(): Promise<void>; ended: Promise<void> };

/** Milliseconds that the gateway may take to answer its first request, and to stop. */
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 3000;

/** A developer's own AWS settings must not reach the functions: they would call the real cloud. */
const foreign = /^(AWS_|BITBUCKET_|SANDBOX_|ROLEWRIGHT_|SLS_|SERVERLESS_)/;

/** Starts serverless-offline over `serverless.yml` and waits until it answers. `variables` is the functions'
 *  environment; everything that it prints goes to `<dir>/gateway.log`. Rejects with the end of that log. */
export async function startGateway(options: {
  source: SettingsSource;
  dir: string;
  port: number;
  lambdaPort: number;
  variables: Record<string, string>;
  /** Whether scheduled functions run automatically. */
  schedule: boolean;
  /** A file in `root` to use instead of `serverless.yml`. */
  serviceFile?: string;
}): Promise<Gateway> {
  const { source, dir, port, lambdaPort, variables, schedule, serviceFile = 'serverless.yml' } = options;
  const { root } = source;
  const logPath = join(dir, 'gateway.log');
  const buildFolder = join(dir, `build-${process.pid}-${port}`);
  mkdirSync(dir, { recursive: true });
  const own = Object.entries(process.env).filter(
    ([name]) => !foreign.test(name) || name === 'ROLEWRIGHT_LOG_LEVEL',
  );
  const child = spawn(
    process.execPath,
    [
      ...['exit-with-parent.ts', 'gateway-as-deployed.ts'].flatMap((file) => [
        '--import',
        fileURLToPath(new URL(file, import.meta.url)),
      ]),
      join(root, 'node_modules/serverless/bin/serverless.js'),
      'offline',
      ...['--config', serviceFile],
      ...['--stage', 'sandbox', '--httpPort', String(port), '--lambdaPort', String(lambdaPort)],
    ],
    {
      cwd: root,
      // A process group of its own: Ctrl-C in the terminal reaches only the starter, which then stops everything in
      // order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...Object.fromEntries(own),
        ...variables,
        ROLEWRIGHT_CONFIG: source.configuration,
        ROLEWRIGHT_ACCESS: source.access,
        SANDBOX_CORS: JSON.stringify(httpApiCors(readConfiguration(source).cors)),
        ...(schedule ? {} : { ROLEWRIGHT_SCHEDULE_OFF: 'true' }),
        ROLEWRIGHT_BUILD_FOLDER: relative(root, buildFolder),
        // The folder in which bundles find the files that they carry when deployed: Cedar.
        NODE_PATH: join(root, 'node_modules'),
        SLS_TELEMETRY_DISABLED: '1',
        SLS_NOTIFICATIONS_MODE: 'off',
      },
    },
  );
  const log = createWriteStream(logPath, { mode: 0o600 });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  // Another stack's gateway may answer on a taken port. Only this gateway's own output proves that it listens.
  let isListening = false;
  child.stdout?.on('data', (chunk: Buffer) => {
    isListening ||= chunk.includes('Server ready');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    isListening ||= chunk.includes('Server ready');
  });
  const listening = () => isListening;
  const ended = once(child, 'exit').then(() => {
    rmSync(buildFolder, { recursive: true, force: true });
  });
  const stop = async () => {
    signal(child, 'SIGTERM');
    await Promise.race([ended, wait(STOP_WITHIN_MS, undefined, { ref: false })]);
    signal(child, 'SIGKILL');
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  if (await answers(`${url}/healthz`, child, listening)) return { url, stop, ended };
  await stop();
  const tail = readFileSync(logPath, 'utf8').split('\n').slice(-30).join('\n');
  throw new Error(`the local gateway did not start; the end of ${relative(root, logPath)}:\n${tail}`);
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The process has just ended.
  }
}

async function answers(url: string, child: ChildProcess, listening: () => boolean): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    if (!listening()) {
      await wait(20);
      continue;
    }
    const isUp = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return true;
    await wait(50);
  }
  return false;
}
