import { expect, test } from '@jest/globals';
import { parseConfiguration } from '../../../../domain/configuration/configuration.ts';
import { configurationContent } from '../../../support/domain/samples.ts';

const errorsOf = (roleTags: unknown): string[] => {
  const parsed = parseConfiguration({ ...configurationContent(), roleTags });
  return parsed.ok ? [] : parsed.problem;
};

test.each([{}, { team: 'platform', 'cost center': '7', 'acme:data-class': '' }])(
  '%j tags roles',
  (roleTags) => {
    expect(errorsOf(roleTags)).toEqual([]);
  },
);

test.each([
  [{ 'rolewright:grant': 'gr_a' }, '/roleTags/rolewright:grant: must not begin with rolewright:'],
  [{ 'RoleWright:Stage': 'prod' }, '/roleTags/RoleWright:Stage: must not begin with rolewright:'],
  [{ 'aws:createdBy': 'me' }, '/roleTags/aws:createdBy: must not begin with aws:'],
  [{ 'a*': 'x' }, '/roleTags/a*: must be 1 to 128 letters'],
  [{ '': 'x' }, '/roleTags/: must be 1 to 128 letters'],
  [{ 'a/b*': 'x' }, '/roleTags/a~1b*: must be 1 to 128 letters'],
  [{ team: 'a*' }, '/roleTags/team: must be at most 256 letters'],
  [{ team: 7 }, '/roleTags/team: '],
  [{ team: 'a', Team: 'b' }, '/roleTags/Team: is given more than once'],
])('%j is refused', (roleTags, error) => {
  expect(errorsOf(roleTags)).toEqual([expect.stringContaining(error)]);
});

test('more tags than a role has room for are refused', () => {
  const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`t${n}`, 'x']));
  expect(errorsOf(tags(40))).toEqual([]);
  expect(errorsOf(tags(41))).toEqual(['/roleTags: has 41 tags: at most 40 fit']);
});

test('every account has the tags', () => {
  const parsed = parseConfiguration({ ...configurationContent(), roleTags: { team: 'platform' } });
  if (!parsed.ok) throw new Error(parsed.problem.join());
  for (const { roleTags } of parsed.value.accounts) expect(roleTags).toEqual({ team: 'platform' });
});
