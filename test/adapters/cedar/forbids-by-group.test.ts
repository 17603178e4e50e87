import { describe, expect, test } from '@jest/globals';
import { knownNames } from '../../../adapters/cedar/access-rules.ts';
import { errorsOf, examples, filesOf, shipped } from '../../support/adapters/access-rules.ts';
import { configurationContent, configurationOf } from '../../support/domain/samples.ts';

const [person = {}] = configurationContent().issuers;
const service = { ...person, issuer: 'https://bots.acme.example', kind: 'service', idClaim: 'sub' };
const withGroups = { groupsClaim: 'groups' };
const errors = (rule: string, ...issuers: object[]): string[] =>
  errorsOf(
    filesOf(`@id("rule")\n${rule};`),
    knownNames(configurationOf({ ...configurationContent(), issuers })),
  );
const request = 'action == Action::"request", resource';
const forbidden = `forbid (principal in Group::"contractors", ${request})`;

describe('a rule that forbids by group', () => {
  test.each<[string, string]>([
    ['in its scope', forbidden],
    ['in its scope with a type', `forbid (principal is Person in Group::"contractors", ${request})`],
    ['in a condition', `forbid (principal, ${request}) when { principal in Group::"contractors" }`],
    [
      'in a list',
      `forbid (principal, ${request}) when { principal in [Group::"a", Group::"contractors"] && resource.repositoryWide }`,
    ],
    [
      'by a denied exception',
      `forbid (principal, ${request}) unless { !(principal in Group::"contractors") }`,
    ],
    [
      'by a choice',
      `forbid (principal, ${request}) when { if principal in Group::"a" then true else false }`,
    ],
    [
      'as a permit for all others',
      `permit (principal, ${request}) unless { principal in Group::"contractors" }`,
    ],
    ['as a permit outside', `permit (principal, ${request}) when { !(principal in Group::"contractors") }`],
  ])('%s is refused while groups are optional, or not read', (_, rule) => {
    for (const over of [{ ...withGroups, groups: 'optional' }, {}])
      expect(errors(rule, { ...person, ...over })).toEqual([
        expect.stringMatching(
          /^access\/rules\.cedar:1: rule forbids by group, and .*\/issuers\/0 takes a Person/,
        ),
      ]);
    expect(errors(rule, { ...person, ...withGroups })).toEqual([]);
  });

  test.each<[string, string]>([
    ['that admits by group', `permit (principal is Person in Group::"approvers", ${request})`],
    [
      'with an exception by group',
      `forbid (principal, ${request}) unless { principal in Group::"approvers" }`,
    ],
    [
      'that forbids those outside',
      `forbid (principal, ${request}) when { !(principal in Group::"approvers") }`,
    ],
    ['without groups', `forbid (principal, ${request}) when { resource.repositoryWide }`],
  ])('is no rule %s', (_, rule) => {
    expect(errors(rule, { ...person, ...withGroups, groups: 'optional' }, service)).toEqual([]);
  });

  test('is refused only for callers whom it concerns, and named for each entry', () => {
    const ofPeople = `forbid (principal is Person in Group::"contractors", ${request})`;
    expect(errors(ofPeople, { ...person, ...withGroups }, service)).toEqual([]);
    expect(errors(forbidden, person, service)).toEqual([
      expect.stringContaining('/issuers/0 takes a Person without groupsClaim'),
      expect.stringContaining('/issuers/1 takes a Service without groupsClaim'),
    ]);
  });

  test('is none of those that are shipped', () => {
    const known = knownNames(configurationOf({ ...configurationContent(), issuers: [person, service] }));
    const { groupless = [] } = known;
    expect(groupless).toHaveLength(2);
    for (const files of [shipped, examples]) expect(errorsOf(files, { groupless })).toEqual([]);
  });
});
