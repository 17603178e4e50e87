import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readConfiguration } from '../../../adapters/settings/files.ts';
import { sourceOfBuild, sourceOfStage } from '../../../adapters/settings/source.ts';
import Deployable, {
  deploymentErrors,
  emulatorErrors,
  oneRunErrors,
  testOnlyErrors,
} from '../../../scripts/build/deployable.ts';
import { TEST_ONLY_MARKER } from '../../../scripts/build/emulator/test-only.ts';
import { localStageErrors, misplacedErrors } from '../../../scripts/build/placement.ts';
import { textOf } from '../../support/arch/infrastructure.ts';
import { packedZip } from '../../support/zip.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'deployable-'));
  mkdirSync(join(root, 'config'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** What the framework's provider of AWS says: where it deploys, with which credentials. */
const providerOf = ({ region = 'eu-central-1', accountId = '111122223333', partition = 'aws' } = {}) => ({
  getProvider: () => ({
    getRegion: () => region,
    getAccountInfo: async () => ({ accountId, partition }),
  }),
});

/** The errors of the settings as shipped, with another account. */
function errorsWith(id: string): string[] {
  const text = textOf('config/rolewright.yaml').replace('111122223333', id);
  writeFileSync(join(root, 'config', 'prod.yaml'), text);
  const source = sourceOfStage(root, 'prod');
  return deploymentErrors(source, readConfiguration(source));
}

test.each(['111122223333', '123456789012', '000000000000'])('example account %s is not deployed', (id) => {
  expect(errorsWith(id)).toEqual([
    `config/prod.yaml/accounts/0/id: ${id} is an example. Enter the id of your own AWS account.`,
  ]);
});

test("an account of one's own is deployed", () => {
  expect(errorsWith('730335287361')).toEqual([]);
});

test('settings for one run are not deployed', () => {
  expect(oneRunErrors({ ROLEWRIGHT_CONFIG: 'mine.yaml', ROLEWRIGHT_ACCESS: 'mine' })).toEqual([
    expect.stringContaining('ROLEWRIGHT_CONFIG is set'),
    expect.stringContaining('ROLEWRIGHT_ACCESS is set'),
  ]);
  expect(oneRunErrors({})).toEqual([]);
});

test('the stage of a build is the one that is deployed, whatever the commands’ variable says', () => {
  const stageOf = (stage: string | null | undefined) =>
    sourceOfBuild(root, { ROLEWRIGHT_STAGE: 'dev' }, stage).stage;
  expect([stageOf('prod'), stageOf(undefined), stageOf(null), stageOf('dev')]).toEqual([
    'prod',
    'prod',
    'prod',
    'dev',
  ]);
});

test.each(['prod', 'sandbox'])(
  'settings of stage %s as shipped are refused by every way to deploy',
  async (stage) => {
    writeFileSync(join(root, 'grants.zip'), packedZip('grants.mjs', 'the product'));
    const { hooks } = new Deployable(
      { ...providerOf(), serviceDir: root, service: { provider: { stage } } },
      { package: '.' },
    );
    const deploying = Object.keys(hooks).filter((name) => name.startsWith('before:deploy:'));
    expect(deploying).toEqual(['before:deploy:deploy', 'before:deploy:function:initialize']);
    for (const name of deploying) await expect(hooks[name]?.()).rejects.toThrow('is an example');
    const { plugins } = parse(textOf('serverless.yml').replaceAll(/!\w+/g, '')) as { plugins: string[] };
    expect(plugins.map((path) => join(ROOT, path))).toContain(join(ROOT, 'scripts/build/deployable.ts'));
  },
);

test('packaging fails if the marker of a test-only build is in a zip, and so does deploying it', async () => {
  const marked = `export const handler = "${TEST_ONLY_MARKER}";`;
  writeFileSync(join(root, 'audit.zip'), packedZip('handlers/audit.mjs', 'the product'));
  expect(testOnlyErrors(root)).toEqual([]);
  writeFileSync(join(root, 'grants.zip'), packedZip('handlers/grants.mjs', marked));
  expect(testOnlyErrors(root)).toEqual([expect.stringMatching(/grants\.zip is of a test-only build/)]);
  const service = { provider: { stage: 'prod' } };
  const { hooks } = new Deployable({ ...providerOf(), serviceDir: root, service }, { package: '.' });
  expect(hooks['after:package:finalize']).toThrow('is of a test-only build');
  await expect(hooks['before:deploy:deploy']?.()).rejects.toThrow('is of a test-only build');
});

test('a test-only build is not packaged into the folder of the product', () => {
  const service = { provider: { stage: 'sandbox' }, custom: { testOnly: true } };
  const packaging = (options: { package?: string }) =>
    new Deployable({ ...providerOf(), service }, options).hooks['before:package:cleanup'] as () => void;
  expect(packaging({})).toThrow('is the folder of the product');
  expect(packaging({ package: './.serverless/' })).toThrow('is the folder of the product');
  expect(packaging({ package: '.serverless-emulator' })).not.toThrow();
});

test.each([
  [{}, 'AWS_ENDPOINT_URL'],
  [{ AWS_ENDPOINT_URL: '' }, 'AWS_ENDPOINT_URL'],
  [{ AWS_ENDPOINT_URL: 'https://cloudformation.eu-central-1.amazonaws.com' }, 'AWS_ENDPOINT_URL'],
  [
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', AWS_ENDPOINT_URL_S3: 'https://s3.amazonaws.com' },
    'AWS_ENDPOINT_URL_S3',
  ],
])('a test-only build is not deployed with %j', (variables, name) => {
  expect(emulatorErrors(variables)).toEqual([
    expect.stringMatching(`^${name}: a test-only build is deployed to an emulator`),
  ]);
});

test('a test-only build is deployed to an emulator', () => {
  expect(emulatorErrors({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' })).toEqual([]);
});

test.each([
  [{ region: 'eu-west-1' }, 'region eu-west-1 is not eu-central-1'],
  [{ region: 'us-gov-west-1' }, 'region us-gov-west-1 is not eu-central-1'],
])('a build for %j is refused before it is packaged', (elsewhere, error) => {
  const { hooks } = new Deployable({ ...providerOf(elsewhere), service: { provider: { stage: 'prod' } } });
  expect(hooks['before:package:cleanup']).toThrow(error);
});

test('a build for the region of the hub is packaged', () => {
  const { hooks } = new Deployable({ ...providerOf(), service: { provider: { stage: 'prod' } } });
  expect(hooks['before:package:cleanup']).not.toThrow();
});

const undoing = ['before:rollback:rollback', 'before:rollback:function:rollback', 'before:remove:remove'];

test.each(
  undoing.flatMap(
    (hook) =>
      [
        [hook, { accountId: '730335287361' }, 'account 730335287361 is not 111122223333'],
        [hook, { partition: 'aws-cn' }, 'partition aws-cn is not aws'],
        [hook, { region: 'eu-west-1' }, 'region eu-west-1 is not eu-central-1'],
      ] as const,
  ),
)('%s with %j is refused', async (hook, elsewhere, error) => {
  const { hooks } = new Deployable({ ...providerOf(elsewhere), service: { provider: { stage: 'prod' } } });
  await expect(hooks[hook]?.()).rejects.toThrow(error);
});

test.each(undoing)('%s in the account of the hub is not refused', async (hook) => {
  const { hooks } = new Deployable({ ...providerOf(), service: { provider: { stage: 'prod' } } });
  await expect(hooks[hook]?.()).resolves.toBeUndefined();
});

test('credentials of another account than the hub’s deploy nothing', () => {
  writeFileSync(
    join(root, 'config', 'prod.yaml'),
    textOf('config/rolewright.yaml').replace('111122223333', '730335287361'),
  );
  const source = sourceOfStage(root, 'prod');
  const errorsIn = (account: string) =>
    misplacedErrors(source, readConfiguration(source), { account, partition: 'aws', region: 'eu-central-1' });
  expect(errorsIn('730335287361')).toEqual([]);
  expect(errorsIn('210987654321')).toEqual([
    "config/prod.yaml/accounts: account 210987654321 is not 730335287361, the hub in the configuration. Leave out --region, and use credentials of the hub's account; or correct the file.",
  ]);
});

test('the stage of the local stack is not deployed, whatever accounts its settings name', () => {
  expect(localStageErrors('sandbox')).toEqual([
    expect.stringContaining('--stage sandbox: is the local stack'),
  ]);
  expect(localStageErrors('prod')).toEqual([]);
});
