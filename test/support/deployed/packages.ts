import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../arch/infrastructure.ts';
import { ACCOUNT, REGION } from './engines.ts';

const run = promisify(execFile);
const SLS = join(ROOT, 'node_modules/serverless/bin/serverless.js');
const EMULATOR = ['--config', 'serverless.emulator.mjs', '--stage', 'sandbox'];
const WITHIN_MS = 600_000;

/** The name of the test-only stack. */
export const STACK = 'rolewright-emulator-sandbox';

/** A resource of a CloudFormation template. */
export type Resource = {
  Type: string;
  DeletionPolicy?: string;
  DependsOn?: string[];
  Properties: Record<string, unknown>;
};

export type Template = { Resources: Record<string, Resource>; Outputs?: Record<string, unknown> };

async function sls(args: string[], variables: Record<string, string>): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    SLS_TELEMETRY_DISABLED: '1',
    SLS_NOTIFICATIONS_MODE: 'off',
    ...variables,
  };
  const options = { cwd: ROOT, env, timeout: WITHIN_MS, maxBuffer: 32_000_000 };
  try {
    const { stdout, stderr } = await run(process.execPath, [SLS, ...args], options);
    return `${stdout}${stderr}`;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`sls ${args.join(' ')} failed:\n${stdout}${stderr}`.slice(-6000));
  }
}

/** What `sls` and the commands of administrators need to work with an account of an engine. */
export const credentials = (url: string, account = ACCOUNT) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: account,
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: REGION,
});

/** How an installation differs from the local stack's: the tables that it uses, by the parameters of `serverless.yml`, and the
 *  account of the hub with the file of its configuration. */
export type Variation = { params?: Record<string, string>; account?: string; configuration?: string };

const paramsOf = ({ params = {} }: Variation) =>
  Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);

const settingsOf = ({ configuration }: Variation) =>
  configuration ? { ROLEWRIGHT_CONFIG: configuration, ROLEWRIGHT_ACCESS: 'sandbox/access' } : {};

/** `npm run package:emulator` into `folder`, for an engine and stand-ins. */
export const packageEmulator = (
  folder: string,
  { engine, bitbucket, slack }: { engine: string; bitbucket: string; slack: string },
  variation: Variation = {},
): Promise<string> =>
  sls(['package', ...EMULATOR, '--package', folder, ...paramsOf(variation)], {
    AWS_ENDPOINT_URL: engine,
    SANDBOX_BITBUCKET_URL: bitbucket,
    SANDBOX_SLACK_URL: slack,
    ROLEWRIGHT_BUILD_FOLDER: relative(ROOT, join(folder, '..', 'build')),
    ...settingsOf(variation),
  });

/** `npm run package` for a stage, with another configuration and Region, into `folder`. */
export const packageProduct = (
  folder: string,
  { stage, region, configuration }: { stage: string; region: string; configuration: string },
): Promise<string> =>
  sls(['package', '--stage', stage, '--region', region, '--package', folder], {
    ROLEWRIGHT_CONFIG: configuration,
    ROLEWRIGHT_BUILD_FOLDER: relative(ROOT, join(folder, '..', 'build')),
  });

/** `sls deploy` of a package. Returns what it printed. */
export const deploy = (folder: string, url: string, variation: Variation = {}): Promise<string> =>
  sls(['deploy', ...EMULATOR, '--package', folder, ...paramsOf(variation)], {
    ...credentials(url, variation.account),
    ...settingsOf(variation),
  });

/** `sls remove`. */
export const remove = (url: string): Promise<string> => sls(['remove', ...EMULATOR], credentials(url));

let copies = 0;

const TEMPLATE = 'cloudformation-template-update-stack.json';
const STATE = 'serverless-state.json';

/** The template of a package. */
export const templateOf = (folder: string): Template =>
  JSON.parse(readFileSync(join(folder, TEMPLATE), 'utf8')) as Template;

/** A property of a resource. Throws where the template has no such resource. */
export function propertyOf<T>({ Resources }: Template, id: string, property: string): T {
  const resource = Resources[id];
  if (!resource) throw new Error(`the template has no ${id}`);
  return resource.Properties[property] as T;
}

/** A copy of a package with another template, as a later deployment would bring it; `change` also gets the folder of the
 *  copy, to change its zips. */
export function changedPackage(
  folder: string,
  to: string,
  change: (template: Template, copy: string) => void,
): string {
  cpSync(folder, to, { recursive: true });
  const template = templateOf(folder);
  change(template, to);
  const state = JSON.parse(readFileSync(join(to, STATE), 'utf8'));
  state.service.provider.compiledCloudFormationTemplate = template;
  const directory: string = state.package.artifactDirectoryName;
  copies += 1;
  // A new folder in the bucket, because CloudFormation takes code as unchanged while its key is.
  const renewed = directory.replace(/\d+(?=-\d{4}-)/, (instant) => String(Number(instant) + copies));
  for (const [name, value] of [
    [TEMPLATE, template],
    [STATE, state],
  ] as const) {
    writeFileSync(join(to, name), JSON.stringify(value).replaceAll(directory, renewed));
  }
  return to;
}
