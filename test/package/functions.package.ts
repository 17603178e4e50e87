import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../sandbox/bitbucket/server.ts';
import { readZip, unpack, type ZipEntry } from '../../scripts/build/zip.ts';
import { callsByFunction, unreachedCommands } from '../support/arch/adapter-calls.ts';
import { functions, ROOT } from '../support/arch/infrastructure.ts';
import { PACKAGED_WITHIN_MS, packageTemplate } from '../support/arch/package-template.ts';
import type { PackagedTemplate } from '../support/arch/packaged-template.ts';
import { commandsIn, commandsOf } from '../support/arch/sent-commands.ts';

const run = promisify(execFile);
let dir: string;
let bitbucket: BitbucketSandbox;
const zips = new Map<string, ZipEntry[]>();

/** Packages the stack as it is deployed, into a folder below `dir`. Returns the folder. */
async function packaged(name: string, args: readonly string[] = []): Promise<string> {
  const folder = join(dir, name);
  const script = join(ROOT, 'node_modules/serverless/bin/serverless.js');
  const build = { ROLEWRIGHT_BUILD_FOLDER: relative(ROOT, join(dir, 'build')), SLS_TELEMETRY_DISABLED: '1' };
  await run(process.execPath, [script, 'package', '--package', folder, ...args], {
    cwd: ROOT,
    timeout: PACKAGED_WITHIN_MS,
    env: { PATH: process.env.PATH, ...build },
  });
  return folder;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rolewright-package-'));
  bitbucket = await startBitbucketSandbox({ port: 0, dir: join(dir, 'bitbucket') });
  const packages = await packaged('packages');
  for (const name of Object.keys(functions())) {
    zips.set(name, readZip(readFileSync(join(packages, `${name}.zip`))));
  }
}, PACKAGED_WITHIN_MS);

afterAll(async () => {
  await bitbucket.close();
  rmSync(dir, { recursive: true, force: true });
});

const carriesCedar = (name: string) =>
  (zips.get(name) ?? []).some((entry) => entry.name.endsWith('cedar_wasm_bg.wasm'));

test('a function carries Cedar exactly when it decides who may do what', () => {
  const names = [...zips.keys()];
  const deciding = names.filter((name) =>
    zips.get(name)?.some(({ content }) => content.includes('cedar-wasm/nodejs')),
  );
  expect(names.filter(carriesCedar)).toEqual(deciding);
  expect(deciding.sort()).toEqual(['audit', 'explain', 'grants', 'revocations', 'worker']);
});

test('no function holds another source of credentials than its environment', () => {
  const foreign = [
    'credential_process',
    'sso_session',
    'source_profile',
    'AWS_CONTAINER_CREDENTIALS',
    'security-credentials',
  ];
  const held = [...zips].flatMap(([name, entries]) =>
    foreign
      .filter((text) => entries.some(({ content }) => content.includes(text)))
      .map((text) => [name, text]),
  );
  expect(held).toEqual([]);
  expect(zips.get('grants')?.some(({ content }) => content.includes('AWS_SESSION_TOKEN'))).toBe(true);
});

/** What a deployment of the stack creates. */
const templateIn = (folder: string): PackagedTemplate =>
  JSON.parse(readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'));
const template = () => templateIn(join(dir, 'packages'));

/** A template without the names of the functions' archives. */
const withoutArchives = (text: string) => JSON.parse(text.replaceAll(/"S3Key":"[^"]*"/g, '"S3Key":""'));

/** Parameters of an account whose owners demand something of every role and key, and of restored tables. */
const governed = [
  'functionRoleBoundary=arn:aws:iam::111122223333:policy/company-boundary',
  'functionRolePath=/platform/',
  'functionRolePrefix=acme-',
  'functionRoleTags=team=platform',
  'encryptionKey=arn:aws:kms:eu-central-1:111122223333:key/5a8b2c1d-0000-4000-8000-000000000001',
  'eventsTable=rolewright-prod-events-restored',
].flatMap((param) => ['--param', param]);

test.each([
  ['as it is', []],
  ['in a governed account', governed],
])(
  'the template %s is the one whose permissions are proved',
  async (_, args) => {
    const deployed = args.length === 0 ? template() : templateIn(await packaged('governed', args));
    const proved = await packageTemplate({ stage: 'prod', configuration: 'config/rolewright.yaml', args });
    expect(withoutArchives(JSON.stringify(proved))).toEqual(withoutArchives(JSON.stringify(deployed)));
  },
  PACKAGED_WITHIN_MS,
);

test.each(Object.keys(callsByFunction))(
  'the bundle of %s sends the commands of its calls, and what else it holds is listed',
  (name) => {
    const code = zips
      .get(name)
      ?.find((entry) => entry.name === `handlers/${name}.mjs`)
      ?.content.toString();
    const held = commandsIn(code ?? '');
    expect([...commandsOf(name)].filter((command) => !held.has(command))).toEqual([]);
    const unlisted = [...held].filter((command) => !commandsOf(name).has(command)).sort();
    expect(unlisted).toEqual(Object.keys(unreachedCommands[name] ?? {}).sort());
  },
);

/** The environment that a function would be deployed with, as far as it is known before. */
function variablesOf(resource: string): Record<string, string> {
  const { Environment } = template().Resources[resource]?.Properties ?? {};
  const known = Object.entries<unknown>(
    (Environment as { Variables: Record<string, unknown> }).Variables,
  ).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(known) as Record<string, string>;
}

test('every packaged function starts from its zip alone, and has loaded Cedar from there when it carries it', async () => {
  for (const name of zips.keys()) {
    const folder = join(dir, 'started', name);
    unpack(zips.get(name) ?? [], folder);
    const file = join(folder, `handlers/${name}.mjs`);
    const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
      const { createRequire } = await import('node:module');
      const cedar = () => createRequire(${JSON.stringify(file)})('@cedar-policy/cedar-wasm/nodejs');
      const before = Object.keys(createRequire(${JSON.stringify(file)}).cache).some((path) => path.includes('cedar'));
      console.log(typeof handler, before, ${carriesCedar(name)} ? cedar().getCedarVersion() : 'none');
      process.exit(0);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: folder,
      env: {
        ...variablesOf(`${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`),
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_REGION: 'eu-central-1',
      },
    });
    expect([name, stdout.trim()]).toEqual([
      name,
      expect.stringMatching(carriesCedar(name) ? /^function true \d+\.\d+\.\d+$/ : /^function false none$/),
    ]);
  }
});

test('the packaged function decides, from its zip alone', async () => {
  const folder = join(dir, 'grants');
  unpack(zips.get('grants') ?? [], folder);
  expect(existsSync(join(folder, 'access'))).toBe(false);
  const token = async (email: string) => {
    const response = await fetch(`${bitbucket.url}/sandbox/person-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email }),
    });
    return ((await response.json()) as { token: string }).token;
  };
  const body = { repository: 'acme/shop', template: 'none-of-ours', parameters: {} };
  const ask = async (email: string) => ({
    version: '2.0',
    routeKey: 'POST /v1/grants',
    rawQueryString: '',
    rawPath: '/v1/grants',
    headers: { authorization: `Bearer ${await token(email)}`, 'content-type': 'application/json' },
    requestContext: { http: { method: 'POST', path: '/v1/grants' } },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  });
  const events = [await ask('mallory@acme.example'), await ask('ada@acme.example')];
  const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(join(folder, 'handlers/grants.mjs')).href)});
    const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 20000 };
    for (const event of ${JSON.stringify(events)}) {
      console.log('answer ' + (await handler(event, context)).body);
    }
    process.exit(0);`;
  // Through a file: a failed command's error shows its arguments, and these hold tokens.
  const file = join(dir, 'ask.mjs');
  writeFileSync(file, script);
  const { stdout } = await run(process.execPath, [file], {
    cwd: folder,
    env: {
      ...variablesOf('GrantsLambdaFunction'),
      AWS_REGION: 'eu-central-1',
      BITBUCKET_CREDENTIALS: '{"acme":"sandbox-token-acme"}',
      SANDBOX_BITBUCKET_URL: bitbucket.url,
    },
  });
  const answers = [...stdout.matchAll(/^answer (.*)$/gm)].map(([, text]) => JSON.parse(text ?? ''));
  expect(answers).toMatchObject([
    { code: 'DENIED', detail: expect.stringContaining('default-deny') },
    // Allowed, and so told about the next thing that is wrong.
    { code: 'TEMPLATE_NOT_FOUND' },
  ]);
});

test('routes that must get through have limits of their own, and the stage waits for them to exist', () => {
  const { Resources } = template();
  const { DependsOn = [], Properties = {} } = Resources.HttpApiStage ?? {};
  const limited = Object.keys(Properties.RouteSettings as object).sort();
  expect(limited).toEqual([
    'DELETE /v1/grants/{id}',
    'POST /slack/commands',
    'POST /slack/interactions',
    'POST /v1/freeze',
    'POST /v1/grants/{id}/freeze',
    'POST /v1/repositories/{uuid}/revoke',
    'POST /webhooks/bitbucket/{workspace}',
  ]);
  expect(
    [DependsOn]
      .flat()
      .map((id) => Resources[id]?.Properties.RouteKey)
      .sort(),
  ).toEqual(limited);
});
