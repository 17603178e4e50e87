import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { readZip, unpack } from '../../scripts/build/zip.ts';
import {
  BARE_ANSWER,
  bareNameOf,
  packagedBareAnswer,
  packagedFunctions,
  withCredentialChain,
  withServiceFile,
} from '../service-file.ts';
import { median } from '../statistics.ts';

const run = promisify(execFile);

export const functionNames = [
  'grants',
  'revocations',
  'audit',
  'catalogue',
  'fallback',
  'webhooks',
  'slack',
  'explain',
  'worker',
  'provisioner',
  'reconciler',
] as const;
export type FunctionName = (typeof functionNames)[number];

/** The product's module; a usual module that imports and creates the same clients and does nothing else; and a stripped
 *  one, which is the usual one without the SDK's chain of credentials, as in the product. */
const kinds = ['product', 'usual', 'stripped'] as const;
export type ModuleKind = (typeof kinds)[number];

/** One function: bytes of its zip, and of Cedar's files in it; and milliseconds that its module takes to load. */
export type ModuleSize = { zip: number; cedar: number; loadMs: number };
export type ModuleFigures = Record<FunctionName, Record<ModuleKind, ModuleSize>>;

/** The environment variables of a module load; all others come from `serverless.yml` as deployed. */
const onLambda = {
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'BENCH',
  AWS_SECRET_ACCESS_KEY: 'bench',
};

/** Milliseconds that packaging all functions may take. */
const PACKAGED_WITHIN_MS = 120_000;

/** Where the packages of the product's functions are unpacked, and the module of one of them there. */
export const packagesIn = (dir: string): string => join(dir, 'ours');
export const modulePath = (packages: string, name: FunctionName): string =>
  join(packages, name, 'handlers', `${name}.mjs`);
export const bareAnswerPath = (packages: string): string =>
  join(packages, BARE_ANSWER, 'bench', 'bare', 'http.mjs');

type Packaged = {
  zip: number;
  cedar: number;
  folder: string;
  file: string;
  variables: Record<string, string>;
  loads: number[];
};

/** Packages every function and its bare counterparts with the settings of `serverless.yml`, and loads each archive's
 *  module in `rounds` fresh processes, the kinds in turn. */
export async function measureModules(root: string, dir: string, rounds: number): Promise<ModuleFigures> {
  const functions = packagedFunctions(functionNames);
  const [ours, usual] = [packagesIn(dir), join(dir, 'usual')];
  await withServiceFile({ root, functions: `${functions}${packagedBareAnswer}` }, (file) =>
    sls({ root, dir, file, packages: ours }),
  );
  await withServiceFile({ root, functions, edit: withCredentialChain }, (file) =>
    sls({ root, dir, file, packages: usual }),
  );
  unpackFunction(ours, BARE_ANSWER);
  const packaged = functionNames.map((name) => ({
    name,
    product: unpackFunction(ours, name),
    usual: unpackFunction(usual, bareNameOf(name)),
    stripped: unpackFunction(ours, bareNameOf(name)),
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const modules of packaged) {
      for (const kind of kinds) modules[kind].loads.push(await load(modules[kind]));
    }
  }
  const settle = ({ zip, cedar, loads }: Packaged): ModuleSize => ({ zip, cedar, loadMs: median(loads) });
  return Object.fromEntries(
    packaged.map(({ name, ...kindsOf }) => [
      name,
      {
        product: settle(kindsOf.product),
        usual: settle(kindsOf.usual),
        stripped: settle(kindsOf.stripped),
      },
    ]),
  ) as ModuleFigures;
}

async function sls({
  root,
  dir,
  file,
  packages,
}: Record<'root' | 'dir' | 'file' | 'packages', string>): Promise<void> {
  const build = join(dir, 'build');
  const script = join(root, 'node_modules/serverless/bin/serverless.js');
  try {
    await run(process.execPath, [script, 'package', '--config', file, '--package', packages], {
      cwd: root,
      timeout: PACKAGED_WITHIN_MS,
      // The settings of the local stack, which the packaged functions answer on.
      env: {
        ...process.env,
        ROLEWRIGHT_CONFIG: 'sandbox/config.yaml',
        ROLEWRIGHT_ACCESS: 'sandbox/access',
        ROLEWRIGHT_BUILD_FOLDER: relative(root, build),
        SLS_TELEMETRY_DISABLED: '1',
      },
    });
  } finally {
    rmSync(build, { recursive: true, force: true });
  }
}

function unpackFunction(packages: string, name: string): Packaged {
  const archive = readFileSync(join(packages, `${name}.zip`));
  const entries = readZip(archive);
  const folder = join(packages, name);
  unpack(entries, folder);
  const file = entries.find((entry) => entry.name.endsWith('.mjs'))?.name;
  if (!file) throw new Error(`the package of ${name} holds no module`);
  const cedar = entries.filter((entry) => entry.name.startsWith('node_modules/@cedar-policy/'));
  return {
    zip: archive.length,
    cedar: cedar.reduce((total, { packed }) => total + packed, 0),
    ...{ folder, file, variables: variablesOf(packages, name), loads: [] },
  };
}

type Template = {
  Resources: Record<string, { Properties: { Environment?: { Variables: Record<string, unknown> } } }>;
};

/** The environment that the function would be deployed with. */
function variablesOf(packages: string, name: string): Record<string, string> {
  const text = readFileSync(join(packages, 'cloudformation-template-update-stack.json'), 'utf8');
  const { Resources: resources } = JSON.parse(text) as Template;
  const resource = resources[`${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`];
  const variables = Object.entries(resource?.Properties.Environment?.Variables ?? {});
  return Object.fromEntries(
    variables.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

/** Milliseconds that one fresh process takes to import the module. */
async function load({ folder, file, variables }: Packaged): Promise<number> {
  const url = pathToFileURL(join(folder, file)).href;
  const script = `const began = performance.now();
    await import(${JSON.stringify(url)});
    process.stdout.write(String(performance.now() - began), () => process.exit(0));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    env: { ...onLambda, ...variables },
  });
  return Number(stdout);
}
