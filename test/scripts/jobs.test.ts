import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readTemplates } from '../../adapters/settings/files.ts';
import { readJobs } from '../../scripts/jobs/jobs.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SOUND = `parameters: { bucket: shop-site }
allowed: [{ run: aws s3 ls }]
refused:
  - { why: another, call: s3.get_object, with: { Bucket: x, Key: y } }
  - { why: foreign, call: s3.get_object }
  - { why: further, run: aws s3 rb s3://shop-site }
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  mkdirSync(join(folder, 'templates', 'jobs'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const faultsOf = (text: string, name = 'sound') => {
  writeFileSync(join(folder, 'templates', 'jobs', `${name}.yaml`), text);
  return readJobs(folder, ['sound']).errors;
};

test('every template of the repository has a job, with three neighbouring calls that are refused', () => {
  const { jobs, errors } = readJobs(ROOT, [...readTemplates(ROOT).keys()]);
  expect(errors).toEqual([]);
  for (const { refused } of jobs.values()) expect(refused.length).toBeGreaterThanOrEqual(3);
});

test('a job is sound', () => {
  expect(faultsOf(SOUND)).toEqual([]);
});

describe('a job is not sound', () => {
  test('where a template has none', () => {
    expect(readJobs(folder, ['sound']).errors).toEqual([
      expect.stringMatching(/^templates\/sound\.yaml:1: has no job: write templates\/jobs\/sound\.yaml/),
    ]);
  });

  test.each([
    ['with fewer than three refused calls', SOUND.replace(/ {2}- \{ why: further.*\n/, ''), /refused/],
    ['without anything that is allowed', SOUND.replace('[{ run: aws s3 ls }]', '[]'), /allowed/],
    ['where a refused call does not say why', SOUND.replace('why: another, ', ''), /refused/],
    ['with a field that is not known', `${SOUND}typo: 1\n`, /typo/],
    ['with a call that names no operation', SOUND.replace('s3.get_object', 's3'), /refused/],
  ])('%s', (_, text, words) => {
    expect(faultsOf(text).join('\n')).toMatch(words);
  });

  test('where there is no template of its name', () => {
    expect(faultsOf(SOUND, 'other')).toContain('templates/jobs/other.yaml:1: is the job of no template');
  });
});
