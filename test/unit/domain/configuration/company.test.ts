import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseConfiguration } from '../../../../domain/configuration/configuration.ts';

const page = readFileSync(`${import.meta.dirname}/../../../../docs/company.md`, 'utf8');
const [, settings = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];

test('the company of the documentation is a configuration: two issuers, five teams, approvers only in people', () => {
  const parsed = parseConfiguration(parse(settings));
  expect(parsed.ok ? [] : parsed.problem).toEqual([]);
  if (!parsed.ok) return;
  const { issuers, projects, people, ownership } = parsed.value;
  expect([issuers.length, projects.length, ownership.length]).toEqual([2, 5, 5]);
  const approving = ['approvers', ...projects.flatMap(({ approvers = [] }) => approvers)];
  expect(people.every(({ groups }) => groups.some((group) => approving.includes(group)))).toBe(true);
});
