import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build, type Plugin } from 'esbuild';
import type { readEnvironment } from '../../../../handlers/composition/environment.ts';
import { testOnlyBundle } from '../../../../scripts/build/emulator/bundle.ts';
import { TEST_ONLY_MARKER } from '../../../../scripts/build/emulator/test-only.ts';
import { ROOT } from '../../../support/arch/infrastructure.ts';

let dir: string;
let product: typeof readEnvironment;
let testOnly: typeof readEnvironment;

/** What reads the environment, bundled as it is packaged. */
async function bundled(name: string, plugins: Plugin[]): Promise<typeof readEnvironment> {
  const outfile = join(dir, `${name}.mjs`);
  const entryPoints = [join(ROOT, 'handlers/composition/environment.ts')];
  await build({ entryPoints, outfile, plugins, bundle: true, platform: 'node', format: 'esm' });
  return (await import(pathToFileURL(outfile).href)).readEnvironment;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'test-only-'));
  product = await bundled('product', []);
  testOnly = await bundled('test-only', [testOnlyBundle]);
});
afterAll(() => rmSync(dir, { recursive: true }));

const deployed = {
  INSTALLATION: 'rolewright-prod',
  EVENTS_TABLE: 'events',
  CHECKPOINTS_TABLE: 'checkpoints',
  GRANTS_TABLE: 'grants',
  CLAIMS_TABLE: 'claims',
  PROVISIONER_FUNCTION: 'provisioner',
  WORKER_FUNCTION: 'worker',
  RECONCILER_FUNCTION: 'reconciler',
  BITBUCKET_CREDENTIAL_PARAMETERS: '/rolewright/prod/bitbucket',
  BITBUCKET_ADMIN_CREDENTIAL_PARAMETERS: '/rolewright/prod/bitbucket-admin',
  BITBUCKET_WEBHOOK_SECRET_PARAMETERS: '/rolewright/prod/webhook-secret',
  FROZEN_PARAMETER: '/rolewright/prod/frozen',
  CURSOR_KEYS_PARAMETER: '/rolewright/prod/cursor-keys',
  SLACK_BOT_TOKEN_PARAMETER: '/rolewright/prod/slack-bot-token',
  SLACK_SIGNING_SECRET_PARAMETER: '/rolewright/prod/slack-signing-secret',
};
const onLambda = { ...deployed, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
const emulated = {
  EMULATOR_ACCOUNT: '111122223333',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
  SANDBOX_BITBUCKET_URL: 'http://127.0.0.1:4010',
  SANDBOX_SLACK_URL: 'http://127.0.0.1:4040',
};
const secrets = {
  BITBUCKET_CREDENTIALS: '{}',
  BITBUCKET_ADMIN_CREDENTIALS: '{}',
  BITBUCKET_WEBHOOK_SECRETS: '{}',
  CURSOR_KEYS: 'x',
  SLACK_BOT_TOKEN: 'x',
  SLACK_SIGNING_SECRET: 'x',
};

/** The error lines that reading throws. */
function errorsOf(read: typeof readEnvironment, variables: NodeJS.ProcessEnv): string[] {
  try {
    read(variables);
    return [];
  } catch (error) {
    return [...(error as { errors: string[] }).errors].sort();
  }
}

test('the marker is in a test-only bundle, and in no other', () => {
  const holds = (name: string) => readFileSync(join(dir, `${name}.mjs`), 'utf8').includes(TEST_ONLY_MARKER);
  expect([holds('product'), holds('test-only')]).toEqual([false, true]);
});

test('the product does not start on Lambda with an endpoint of a sandbox or an emulator', () => {
  expect(errorsOf(product, onLambda)).toEqual([]);
  const { EMULATOR_ACCOUNT: _, ...endpoints } = emulated;
  const given = { ...endpoints, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:4020' };
  expect(errorsOf(product, { ...onLambda, ...given })).toEqual(
    Object.keys(given)
      .map((name) => `${name}: must not be set on Lambda`)
      .sort(),
  );
  expect(product(onLambda)).toMatchObject({ isOnLambda: true });
});

test('a test-only build starts on an emulated Lambda, which it takes every environment for', () => {
  for (const variables of [
    { ...onLambda, ...emulated },
    { ...deployed, ...emulated },
  ]) {
    expect(testOnly(variables)).toMatchObject({ isOnLambda: true, sandboxUrl: 'http://127.0.0.1:4010' });
  }
});

test('a test-only build starts neither elsewhere nor with endpoints elsewhere', () => {
  const aws = { ...emulated, AWS_ENDPOINT_URL_IAM: 'https://iam.amazonaws.com' };
  expect(errorsOf(testOnly, { ...onLambda, ...aws })).toEqual([
    'AWS_ENDPOINT_URL_IAM: a test-only build calls emulators and stand-ins on this machine only',
  ]);
  const elsewhere = { ...emulated, EMULATOR_ACCOUNT: '730335287361' };
  expect(errorsOf(testOnly, { ...onLambda, ...elsewhere })).toEqual([
    'EMULATOR_ACCOUNT: a test-only build does not start in account 730335287361',
  ]);
  expect(errorsOf(testOnly, onLambda).length).toBeGreaterThan(0);
});

test.each(['product', 'test-only'])('the %s build takes no secret from a variable on Lambda', (name) => {
  const read = name === 'product' ? product : testOnly;
  const variables = name === 'product' ? onLambda : { ...onLambda, ...emulated };
  expect(errorsOf(read, { ...variables, ...secrets })).toEqual(
    Object.keys(secrets)
      .map((secret) => `${secret}: must not be set on Lambda`)
      .sort(),
  );
});
