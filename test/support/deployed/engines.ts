import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from '../../../sandbox/http/local-server.ts';
import { ROOT } from '../arch/infrastructure.ts';
import { answers, type Served, serve } from './process.ts';

/** The account of `sandbox/config.yaml`, which the engines take from the access key. */
export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

/** A running emulator of AWS. */
export type Engine = Served & { url: string; port: number };

const NODE = dirname(process.execPath);
const STARTED_WITHIN_MS = 300_000;

const environment = (dir: string, more: Record<string, string>): NodeJS.ProcessEnv => ({
  PATH: `${NODE}:${process.env.PATH}`,
  HOME: dir,
  TMPDIR: dir,
  ...more,
});

/** Where an engine keeps its files, and its port. */
export type Place = { dir: string; port: number };

/** A new folder below `dir`, and a free port. */
export async function placeIn(dir: string, name: string): Promise<Place> {
  const folder = join(dir, name);
  mkdirSync(folder, { recursive: true });
  return { dir: folder, port: await freePort() };
}

/** MiniStack as it is published. It runs functions in Node processes of its own. Calls without a signature, as those of an HTTP
 *  API, are for `account`. What is in all accounts outlives a stop: an engine that starts in the same place has it again. */
export async function startMinistack(bin: string, { dir, port }: Place, account = ACCOUNT): Promise<Engine> {
  const url = `http://127.0.0.1:${port}`;
  const served = await serve(
    [join(bin, 'python'), '-m', 'ministack'],
    {
      cwd: dir,
      log: join(dir, 'ministack.log'),
      env: environment(dir, {
        GATEWAY_PORT: String(port),
        BIND_HOST: '127.0.0.1',
        LAMBDA_EXECUTOR: 'local',
        LAMBDA_ASYNC_RETRY_BASE_SECONDS: '0.2',
        MINISTACK_ACCOUNT_ID: account,
        MINISTACK_REGION: REGION,
        AWS_ACCESS_KEY_ID: account,
        S3_DATA_DIR: join(dir, 's3'),
        PERSIST_STATE: '1',
        STATE_DIR: join(dir, 'state'),
      }),
    },
    { isUp: () => answers(`${url}/_ministack/health`), withinMs: STARTED_WITHIN_MS },
  );
  return { ...served, url, port };
}

/** LocalEmu with the patches of `test/deployed/engines/`. It judges every call against the function's role; `judgements` is the
 *  file of what it judged, one JSON line each. */
export async function startLocalemu(
  bin: string,
  { dir, port }: Place,
  { runtimeClient, judgements }: { runtimeClient: string; judgements: string },
): Promise<Engine> {
  const url = `http://127.0.0.1:${port}`;
  const served = await serve(
    [join(bin, 'python'), join(ROOT, 'test/deployed/engines/localemu_engine.py')],
    {
      cwd: dir,
      log: join(dir, 'localemu.log'),
      env: environment(dir, {
        GATEWAY_LISTEN: `127.0.0.1:${port}`,
        IAM_ENFORCEMENT: '1',
        ROOT_ACCESS_KEYS: ACCOUNT,
        CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES: '1',
        LAMBDA_RETRY_BASE_DELAY_SECONDS: '1',
        LOCALEMU_VOLUME_DIR: join(dir, 'volume'),
        SKIP_SSL_CERT_DOWNLOAD: '1',
        DISABLE_EVENTS: '1',
        PYTHONDONTWRITEBYTECODE: '1',
        FUNCTIONS_NODE: process.execPath,
        FUNCTIONS_RUNTIME_CLIENT: runtimeClient,
        JUDGEMENTS: judgements,
      }),
    },
    { isUp: () => answers(`${url}/_localemu/health`), withinMs: STARTED_WITHIN_MS },
  );
  return { ...served, url, port };
}
