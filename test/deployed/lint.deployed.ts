import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { partitionOf } from '../../domain/shared/account.ts';
import { ROOT, textOf } from '../support/arch/infrastructure.ts';
import { packageProduct } from '../support/deployed/packages.ts';
import { installEngine } from '../support/deployed/python.ts';

const run = promisify(execFile);
const installed = installEngine('ministack');
if ('missing' in installed) console.warn(`cfn-lint is left out. ${installed.missing}`);

const LONG_MS = 900_000;
const REGIONS = [
  'eu-central-1',
  'us-east-1',
  'ap-southeast-2',
  'eu-south-1',
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-west-1',
  'us-gov-east-1',
];

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'rolewright-lint-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The template of the product, packaged with a configuration for the Region. */
async function templateFor(region: string): Promise<string> {
  const folder = join(dir, region);
  mkdirSync(folder);
  const configuration = join(folder, 'rolewright.yaml');
  const text = textOf('config/rolewright.yaml')
    .replace('partition: aws\n', `partition: ${partitionOf(region)}\n`)
    .replace('region: eu-central-1', `region: ${region}`);
  writeFileSync(configuration, text);
  const packages = join(folder, 'package');
  await packageProduct(packages, { stage: 'prod', region, configuration: relative(ROOT, configuration) });
  return join(packages, 'cloudformation-template-update-stack.json');
}

/** What cfn-lint finds, as `E3012 …` lines. */
async function errorsOf(template: string, region: string): Promise<string[]> {
  const bin = 'bin' in installed ? installed.bin : '';
  const args = ['--non-zero-exit-code', 'none', '--format', 'parseable', '--regions', region, '--', template];
  const { stdout } = await run(join(bin, 'cfn-lint'), args, { maxBuffer: 16_000_000 });
  return stdout.split('\n').filter((line) => /:E\d{4}:/.test(line));
}

test('the Regions are of all three partitions', () => {
  expect(new Set(REGIONS.map(partitionOf))).toEqual(new Set(['aws', 'aws-cn', 'aws-us-gov']));
  expect(REGIONS).toHaveLength(8);
});

('missing' in installed ? describe.skip : describe)('cfn-lint finds', () => {
  test.each(REGIONS)(
    'no error in the template for %s',
    async (region) => {
      expect(await errorsOf(await templateFor(region), region)).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'an error that is planted',
    async () => {
      const template = join(dir, 'broken.json');
      const Resources = { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueNom: 'x' } } };
      writeFileSync(template, JSON.stringify({ Resources }));
      expect(await errorsOf(template, 'eu-central-1')).toHaveLength(1);
    },
    LONG_MS,
  );
});
