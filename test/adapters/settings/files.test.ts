import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readConfiguration, readTemplates } from '../../../adapters/settings/files.ts';
import { sourceFromEnvironment, sourceOfStage } from '../../../adapters/settings/source.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'settings-'));
});

afterEach(() => rmSync(root, { recursive: true }));

const write = (folder: 'config' | 'templates', name: string, content: string) => {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, name), content);
};

/** The lines of a refused start after its first; fails when the start was not refused. */
function errorsOf(read: (root: string) => unknown): string[] {
  try {
    read(root);
  } catch (error) {
    const { name, message } = error as Error;
    expect(name).toBe('StartFailure');
    return message.split('\n').slice(1);
  }
  throw new Error('the start was not refused');
}

const readProd = (root: string) => readConfiguration(sourceOfStage(root, 'prod'));

const configuration = `
workspaces: [{ slug: acme, uuid: "{922E118C-f34f-4226-a897-0e0afbec553d}" }]
accounts: [{ alias: default, id: "111122223333", region: eu-west-1, boundaryPolicy: boundary }]
issuers: []
ownership: []
`;

describe('the configuration', () => {
  test('is read with its defaults, UUIDs in lower case', () => {
    write('config', 'rolewright.yaml', configuration);
    expect(readProd(root)).toMatchObject({
      pipelineAudience: 'rolewright',
      workspaces: [{ slug: 'acme', uuid: '{922e118c-f34f-4226-a897-0e0afbec553d}' }],
      accounts: [{ id: '111122223333', partition: 'aws' }],
      limits: { liveGrantsPerRepository: 10, roleQuotaPercent: 80 },
    });
  });

  test('that is missing, or no YAML, stops the start and names its file', () => {
    expect(errorsOf(readProd)).toEqual([expect.stringContaining('config/rolewright.yaml')]);
    for (const text of ['a: [', 'a: 1\na: 2', '\ta: 1', 'a: *unknown', 'a: 1\n---\nb: 2']) {
      write('config', 'rolewright.yaml', text);
      expect(errorsOf(readProd)).toEqual([expect.stringContaining('config/rolewright.yaml')]);
    }
  });

  test.each([
    ['a stage with a file of its own', 'dev', { 'dev.yaml': configuration }, undefined],
    [
      'a stage that the shared file lists',
      'dev',
      { 'rolewright.yaml': `stages: [prod, dev]${configuration}` },
      undefined,
    ],
    ['prod, where the shared file lists none', 'prod', { 'rolewright.yaml': configuration }, undefined],
    [
      'a stage that neither file allows',
      'dev',
      { 'rolewright.yaml': configuration },
      'does not allow stage dev. Write config/dev.yaml',
    ],
    [
      'prod, where the shared file is for others',
      'prod',
      { 'rolewright.yaml': `stages: [dev]${configuration}` },
      'does not allow stage prod',
    ],
    ['a stage without any file', 'dev', { 'prod.yaml': configuration }, 'config/rolewright.yaml: is missing'],
    [
      'a stage whose own file is broken, beside a sound one',
      'dev',
      { 'dev.yaml': 'a: [', 'rolewright.yaml': `stages: [dev]${configuration}` },
      'config/dev.yaml: ',
    ],
  ])('of %s', (_, stage, files, refused) => {
    for (const [name, text] of Object.entries(files)) write('config', name, text ?? '');
    const read = (folder: string) => readConfiguration(sourceOfStage(folder, stage));
    if (refused === undefined) expect(read(root).workspaces).toHaveLength(1);
    else expect(errorsOf(read)).toEqual([expect.stringContaining(refused)]);
  });

  test.each(['rw-dev', 'Prod', '', 'a_b', 'x'.repeat(21), '{dev}'])('allows no stage called %j', (stage) => {
    write('config', 'rolewright.yaml', `stages: ${JSON.stringify([stage])}${configuration}`);
    expect(errorsOf(readProd)).toEqual([expect.stringContaining('config/rolewright.yaml/stages/0: ')]);
  });

  test('is the one that the environment names, for one run', () => {
    write('config', 'mine.yaml', configuration);
    const chosen = (variables: NodeJS.ProcessEnv) => sourceFromEnvironment(root, variables);
    expect(chosen({ ROLEWRIGHT_CONFIG: 'config/mine.yaml' })).toEqual({
      root,
      configuration: 'config/mine.yaml',
      access: 'access',
      stage: 'prod',
    });
    expect(
      readConfiguration(chosen({ ROLEWRIGHT_CONFIG: join(root, 'config/mine.yaml') })).accounts,
    ).toHaveLength(1);
    expect(chosen({ ROLEWRIGHT_STAGE: 'sandbox' })).toMatchObject({
      configuration: 'sandbox/config.yaml',
      access: 'sandbox/access',
    });
    expect(chosen({})).toMatchObject({
      configuration: 'config/rolewright.yaml',
      access: 'access',
      stage: 'prod',
    });
  });

  test('that is empty, or no mapping, stops the start', () => {
    for (const text of ['', '# nothing', '[]', 'text', '7']) {
      write('config', 'rolewright.yaml', text);
      expect(errorsOf(readProd)).not.toEqual([]);
    }
  });

  test('tells all its faults at once, each with its place', () => {
    write(
      'config',
      'rolewright.yaml',
      `${configuration.replace('eu-west-1', 'europe').replace('"111122223333"', '7')}extra: 1\n`,
    );
    const faults = errorsOf(readProd);
    for (const place of ['/accounts/0/region', '/accounts/0/id', '/extra']) {
      expect(faults).toContainEqual(expect.stringContaining(`config/rolewright.yaml${place}: `));
    }
    expect(faults).toHaveLength(3);
  });
});

const template = (name: string) => `
name: ${name}
description: Publish
parameters: { bucket: { type: s3BucketName, description: The bucket } }
statements:
  - sid: Publish
    actions: ["s3:PutObject"]
    resources: ["arn:{{aws.partition}}:s3:::{{bucket}}/*"]
`;

describe('the templates', () => {
  test('are read by name; other files are none', () => {
    write('templates', 'one.yaml', template('one'));
    write('templates', 'two.yaml', template('two'));
    write('templates', 'README.md', '# Templates');
    expect([...readTemplates(root).keys()]).toEqual(['one', 'two']);
  });

  test('have a version that survives another description and order, and no other change', () => {
    const version = (text: string) => {
      write('templates', 'one.yaml', text);
      return readTemplates(root).get('one')?.version;
    };
    const before = version(template('one'));
    expect(version(template('one').replace('Publish\n', 'Publish more\n'))).toBe(before);
    expect(version(template('one').replace('s3:PutObject', 's3:GetObject'))).not.toBe(before);
  });

  test('tell the faults of all files at once, each with its file', () => {
    write('templates', 'good.yaml', template('good'));
    write('templates', 'broken.yaml', 'name: [');
    write('templates', 'renamed.yaml', template('other'));
    write('templates', 'wild.yaml', template('wild').replace('s3:PutObject', 's3:*'));
    write('templates', 'typo.yaml', template('typo').replace('{{bucket}}', '{{buckets}}'));
    const faults = errorsOf(readTemplates);
    for (const file of ['broken', 'renamed', 'wild', 'typo']) {
      expect(faults).toContainEqual(expect.stringContaining(`templates/${file}.yaml`));
    }
    expect(faults.filter((fault) => fault.includes('good.yaml'))).toEqual([]);
  });

  test('that contain themselves are a fault of their file', () => {
    write('templates', 'endless.yaml', '&a\nb: *a');
    expect(errorsOf(readTemplates)).toEqual([expect.stringContaining('templates/endless.yaml: ')]);
  });

  test('that are not there stop the start', () => {
    expect(errorsOf(readTemplates)).toEqual([expect.stringContaining('templates/')]);
    write('templates', 'README.md', '# Templates');
    expect(errorsOf(readTemplates)).toEqual([expect.stringContaining('templates/')]);
  });
});

test('what the repository itself ships can start', () => {
  const here = join(import.meta.dirname, '..', '..', '..');
  expect(readProd(here).workspaces.length).toBeGreaterThan(0);
  expect(readTemplates(here).size).toBeGreaterThan(0);
});
