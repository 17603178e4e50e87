import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readConfiguration } from '../../../adapters/settings/files.ts';
import { sourceOfBuild, sourceOfStage } from '../../../adapters/settings/source.ts';
import Deployable, { deploymentErrors, oneRunErrors } from '../../../scripts/build/deployable.ts';
import { textOf } from '../../support/arch/infrastructure.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'deployable-'));
  mkdirSync(join(root, 'config'));
});
afterEach(() => rmSync(root, { recursive: true }));

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
  (stage) => {
    const { hooks } = new Deployable({ service: { provider: { stage } } });
    expect(Object.keys(hooks)).toEqual(['before:deploy:deploy', 'before:deploy:function:initialize']);
    for (const hook of Object.values(hooks)) expect(hook).toThrow('is an example');
    const { plugins } = parse(textOf('serverless.yml').replaceAll(/!\w+/g, '')) as { plugins: string[] };
    expect(plugins.map((path) => join(ROOT, path))).toContain(join(ROOT, 'scripts/build/deployable.ts'));
  },
);
