import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { type SettingsSource, sourceOfBuild } from '../../adapters/settings/source.ts';
import { StartFailure } from '../../adapters/settings/start-failure.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Placement } from '../../domain/configuration/placement.ts';
import { isLocalOrigin } from './emulator/start-checks.ts';
import { EXAMPLE_ACCOUNTS, TEST_ONLY_MARKER } from './emulator/test-only.ts';
import { localStageErrors, misplacedErrors } from './placement.ts';
import { readZip } from './zip.ts';

/** What forbids a deployment of settings that are otherwise sound, as lines with the file and the field. */
export const deploymentErrors = (
  { configuration: path }: SettingsSource,
  { accounts }: Pick<Configuration, 'accounts'>,
): string[] =>
  accounts.flatMap(({ id }, n) =>
    EXAMPLE_ACCOUNTS.has(id)
      ? [`${path}/accounts/${n}/id: ${id} is an example. Enter the id of your own AWS account.`]
      : [],
  );

/** Settings for one run are not deployed: the next deployment would not have them. */
export const oneRunErrors = (variables: NodeJS.ProcessEnv): string[] =>
  ['ROLEWRIGHT_CONFIG', 'ROLEWRIGHT_ACCESS']
    .filter((name) => variables[name])
    .map(
      (name) =>
        `${name} is set: it is for one run. Unset it, and keep the stage's settings in config/ and access/.`,
    );

/** What forbids a deployment of a test-only build: it goes to an emulator on this machine alone. */
export function emulatorErrors(variables: NodeJS.ProcessEnv): string[] {
  const endpoints = Object.keys(variables).filter((name) => /^AWS_ENDPOINT_URL(_\w+)?$/.test(name));
  const remote = endpoints.filter((name) => !isLocalOrigin(variables[name] ?? ''));
  return variables.AWS_ENDPOINT_URL === undefined || remote.length > 0
    ? [
        `${remote[0] ?? 'AWS_ENDPOINT_URL'}: a test-only build is deployed to an emulator. Set AWS_ENDPOINT_URL to the origin of one on this machine, e.g. http://127.0.0.1:4566.`,
      ]
    : [];
}

/** An error for each zip in `folder` that is of a test-only build. */
export const testOnlyErrors = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.zip'))
    .filter((name) =>
      readZip(readFileSync(join(folder, name))).some(({ content }) => content.includes(TEST_ONLY_MARKER)),
    )
    .map(
      (name) =>
        `${join(folder, name)} is of a test-only build. Delete the folder, and package again with npm run package.`,
    );

const ROOT = join(import.meta.dirname, '..', '..');

const PRODUCT_PACKAGE = '.serverless';

/** The part of the framework that is read here. Its provider has the credentials that it deploys with. */
type Serverless = {
  serviceDir?: string;
  service: {
    provider: { stage?: string };
    custom?: { testOnly?: boolean };
    package?: { path?: string };
  };
  getProvider(name: 'aws'): {
    getRegion(): string;
    getAccountInfo(): Promise<{ accountId: string; partition: string }>;
  };
};

function refuse(errors: string[]): void {
  if (errors.length > 0) throw new StartFailure(errors);
}

/** The plugin of `serverless.yml` that refuses a deployment before anything is sent to AWS, packaged now or earlier, and
 *  keeps test-only builds and packages of the product apart. It refuses a region other than the hub's at each build, and
 *  credentials of another account before each deployment, rollback and removal. */
export default class Deployable {
  readonly hooks: Record<string, () => void | Promise<void>>;

  constructor(serverless: Serverless, options: { package?: string } = {}) {
    const { service, serviceDir = '.' } = serverless;
    const given = options.package ?? service.package?.path ?? PRODUCT_PACKAGE;
    this.hooks =
      service.custom?.testOnly === true
        ? testOnlyHooks(given)
        : productHooks(serverless, resolve(serviceDir, given));
  }
}

function testOnlyHooks(given: string): Deployable['hooks'] {
  const deployed = () => refuse(emulatorErrors(process.env));
  return {
    'before:package:cleanup': () =>
      refuse(
        basename(given) === PRODUCT_PACKAGE
          ? [
              `${given} is the folder of the product. Package a test-only build with npm run package:emulator.`,
            ]
          : [],
      ),
    'before:deploy:deploy': deployed,
    'before:deploy:function:initialize': deployed,
  };
}

function productHooks(serverless: Serverless, folder: string): Deployable['hooks'] {
  const source = sourceOfBuild(ROOT, process.env, serverless.service.provider.stage);
  const misplaced = (placement: Partial<Placement>) =>
    refuse(misplacedErrors(source, readConfiguration(source), placement));
  const inAccount = async () => {
    const provider = serverless.getProvider('aws');
    const { accountId: account, partition } = await provider.getAccountInfo();
    misplaced({ account, partition, region: provider.getRegion() });
  };
  const settings = () => [
    ...localStageErrors(source.stage),
    ...oneRunErrors(process.env),
    ...deploymentErrors(source, readConfiguration(source)),
  ];
  return {
    'before:package:cleanup': () => misplaced({ region: serverless.getProvider('aws').getRegion() }),
    'after:package:finalize': () => refuse(testOnlyErrors(folder)),
    'before:deploy:deploy': async () => {
      refuse([...settings(), ...testOnlyErrors(folder)]);
      await inAccount();
    },
    'before:deploy:function:initialize': async () => {
      refuse(settings());
      await inAccount();
    },
    'before:rollback:rollback': inAccount,
    'before:rollback:function:rollback': inAccount,
    'before:remove:remove': inAccount,
  };
}
