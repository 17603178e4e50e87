import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { knownNames } from '../../../adapters/cedar/access-rules.ts';
import { compiledAccess } from '../../../adapters/cedar/access-source.ts';
import { readConfiguration, readTemplates } from '../../../adapters/settings/files.ts';
import { sourceOfStage } from '../../../adapters/settings/source.ts';
import { embedSettings } from '../../../scripts/build/embed-settings.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SHIPPED = sourceOfStage(ROOT, 'prod');
const REPLACED = join(ROOT, 'adapters', 'settings', 'files.ts');

type Load = () => { contents: string };
type Read = (root: string) => unknown;

/** What the plugin gives to esbuild in the place of a file; undefined for a file that it leaves alone. */
function loaded(path: string, root = ROOT): string | undefined {
  const loads: [RegExp, Load][] = [];
  const build = { onLoad: ({ filter }: { filter: RegExp }, load: Load) => loads.push([filter, load]) };
  embedSettings(sourceOfStage(root, 'prod')).setup(build as never);
  return loads.find(([filter]) => filter.test(path))?.[1]().contents;
}

/** The module that a bundle would hold. */
async function bundled<T>(contents: string): Promise<T> {
  return import(`data:text/javascript,${encodeURIComponent(contents)}`);
}

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'embed-'));
  for (const folder of ['config', 'templates']) mkdirSync(join(root, folder));
});

afterEach(() => rmSync(root, { recursive: true }));

/** What would end a literal in one language or another. */
const WORDS = '\u2028\u2029\u0000 "\'`\\ ${x} </script> \ud800 é';

const configuration = `
workspaces: [{ slug: acme, uuid: "{922e118c-f34f-4226-a897-0e0afbec553d}" }]
accounts: [{ alias: default, id: "111122223333", region: eu-west-1, boundaryPolicy: boundary }]
issuers: []
ownership: []
`;

test('a bundle holds exactly what is read from the folders, wherever it runs', async () => {
  expect(existsSync(REPLACED)).toBe(true);
  const embedded = await bundled<{ readConfiguration: Read; readTemplates: Read }>(loaded(REPLACED) ?? '');
  expect(embedded.readConfiguration('/nowhere')).toStrictEqual(readConfiguration(SHIPPED));
  expect(embedded.readTemplates('/nowhere')).toStrictEqual(readTemplates(ROOT));
});

test('words, anchors and fields that are left out are the same in a bundle', async () => {
  cpSync(join(ROOT, 'templates'), join(root, 'templates'), { recursive: true });
  cpSync(join(ROOT, 'access'), join(root, 'access'), { recursive: true });
  const exotic = `${configuration.replace('issuers: []', '')}
issuers: [{ issuer: "https://login.acme.example", kind: person, audience: ${JSON.stringify(WORDS)}, keys: "https://login.acme.example/k", algorithms: &all [RS256, ES256], idClaim: email },
  { issuer: "https://other.acme.example", kind: service, audience: a, keys: "https://other.acme.example/k", algorithms: *all }]
people: [{ id: "ada@acme.example" }, { id: "__proto__", groups: ["constructor"] }]
slack: { team: T024BE7LD, approversChannel: C024BE91L }`;
  writeFileSync(join(root, 'config', 'rolewright.yaml'), exotic);
  const module = await bundled<{ readConfiguration: Read; readTemplates: Read }>(
    loaded(REPLACED, root) ?? '',
  );
  const read = readConfiguration(sourceOfStage(root, 'prod'));
  expect(read.issuers[0]?.audience).toBe(WORDS);
  expect(module.readConfiguration('/nowhere')).toStrictEqual(read);
  expect(module.readTemplates('/nowhere')).toStrictEqual(readTemplates(root));
});

test('a bundle holds the access rules that the folder says, checked and compiled', async () => {
  const path = join(ROOT, 'adapters', 'cedar', 'access-source.ts');
  expect(existsSync(path)).toBe(true);
  const embedded = await bundled<{ compiledAccess: typeof compiledAccess }>(loaded(path) ?? '');
  const compiled = compiledAccess(SHIPPED, knownNames(readConfiguration(SHIPPED), readTemplates(ROOT)));
  expect(compiled.rules.length).toBeGreaterThan(0);
  expect(embedded.compiledAccess(sourceOfStage('/nowhere', 'prod'), {})).toEqual(compiled);
});

test('access rules that could not start are not built', () => {
  writeFileSync(join(root, 'config', 'rolewright.yaml'), configuration);
  cpSync(join(ROOT, 'templates'), join(root, 'templates'), { recursive: true });
  cpSync(join(ROOT, 'access'), join(root, 'access'), { recursive: true });
  const rule = (scope: string) => `permit (principal, action, resource in ${scope});`;
  const text = `@id("a") ${rule('Account::"999999999999"')}\n@id("b") ${rule('Template::"none"')}`;
  writeFileSync(join(root, 'access', 'rules.cedar'), text);
  expect(() => embedSettings(sourceOfStage(root, 'prod'))).toThrow(
    /rules\.cedar:1: there is no Account.*\n.*rules\.cedar:2: there is no Template/,
  );
});

test('rules for new repositories that no template can carry out are not built', () => {
  const uuid = '"{18b60cd9-173a-4a44-a4ec-6c251e367573}"';
  const rule = `onRepositoryCreated: [{ project: { workspace: acme, key: WEB, uuid: ${uuid} }, slug: "*", grant: { template: none } }]`;
  writeFileSync(join(root, 'config', 'rolewright.yaml'), `${configuration}${rule}`);
  cpSync(join(ROOT, 'templates'), join(root, 'templates'), { recursive: true });
  cpSync(join(ROOT, 'access'), join(root, 'access'), { recursive: true });
  expect(() => embedSettings(sourceOfStage(root, 'prod'))).toThrow(
    'config/rolewright.yaml/onRepositoryCreated/0/grant/template: there is no template none',
  );
});

test('a template that names an account which is not configured is not built', () => {
  writeFileSync(join(root, 'config', 'rolewright.yaml'), configuration);
  cpSync(join(ROOT, 'access'), join(root, 'access'), { recursive: true });
  const template = readFileSync(join(ROOT, 'templates', 'ecr-push.yaml'), 'utf8');
  writeFileSync(join(root, 'templates', 'ecr-push.yaml'), `${template}accounts: [default, prod]\n`);
  expect(() => embedSettings(sourceOfStage(root, 'prod'))).toThrow(
    'templates/ecr-push.yaml/accounts/1: prod is not the alias of a configured account; there are default',
  );
});

test('two stages of one hub are not built where the name of one extends the other', () => {
  cpSync(join(ROOT, 'templates'), join(root, 'templates'), { recursive: true });
  cpSync(join(ROOT, 'access'), join(root, 'access'), { recursive: true });
  const of = (stage: string, text = configuration) =>
    writeFileSync(
      join(root, 'config', `${stage}.yaml`),
      text.replace('boundaryPolicy: boundary', `boundaryPolicy: boundary-${stage}`),
    );
  const build = (stage: string) => () => embedSettings(sourceOfStage(root, stage));
  for (const stage of ['dev', 'dev-eu', 'devel', 'eu-dev']) of(stage);
  expect(build('dev-eu')).toThrow('config/dev-eu.yaml: the stages dev-eu and dev have the hub 111122223333');
  expect(build('dev')).toThrow('config/dev.yaml: the stages dev and dev-eu have the hub 111122223333');
  for (const stage of ['devel', 'eu-dev']) expect(build(stage)).not.toThrow();
  of('dev-eu', configuration.replaceAll('111122223333', '444455556666'));
  expect(build('dev')).not.toThrow();
});

test.each([
  [
    'a path in one account',
    'rolePath: /rolewright/\n',
    ['/rolePath: /rolewright/ is the path of stage prod in account 111122223333'],
  ],
  [
    'a boundary in one account',
    'rolePath: /rolewright/a/\n',
    ['/accounts/0/boundaryPolicy: boundary is that of stage prod in account 111122223333'],
  ],
])('two stages that share %s are not built', (_, more, expected) => {
  cpSync(join(ROOT, 'templates'), join(root, 'templates'), { recursive: true });
  cpSync(join(ROOT, 'access'), join(root, 'access'), { recursive: true });
  writeFileSync(join(root, 'config', 'rolewright.yaml'), configuration);
  writeFileSync(join(root, 'config', 'dev.yaml'), `${configuration}${more}`);
  expect(() => embedSettings(sourceOfStage(root, 'dev'))).toThrow(`config/dev.yaml${expected[0]}`);
  writeFileSync(
    join(root, 'config', 'dev.yaml'),
    configuration.replace('boundaryPolicy: boundary', 'boundaryPolicy: boundary-dev'),
  );
  expect(() => embedSettings(sourceOfStage(root, 'dev'))).not.toThrow();
});

test('no other file is replaced', () => {
  for (const path of [
    'adapters/settings/start-failure.ts',
    'adapters/settings/my-files.ts',
    'settings/files.ts',
  ]) {
    expect(loaded(join(ROOT, path))).toBeUndefined();
  }
});

test('what could not start is not built, and says every fault of all files', () => {
  writeFileSync(join(root, 'config', 'rolewright.yaml'), configuration.replace('eu-west-1', 'europe'));
  writeFileSync(join(root, 'templates', 'broken.yaml'), 'name: [');
  expect(() => embedSettings(sourceOfStage(root, 'prod'))).toThrow(
    expect.objectContaining({
      name: 'StartFailure',
      errors: [
        expect.stringContaining('config/rolewright.yaml/accounts/0/region: '),
        expect.stringContaining('templates/broken.yaml: '),
        'access/rolewright.cedarschema: is missing',
      ],
    }),
  );
});
