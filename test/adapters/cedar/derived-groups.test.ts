import { describe, expect, test } from '@jest/globals';
import { knownNames } from '../../../adapters/cedar/access-rules.ts';
import { actions } from '../../../domain/access/authorisation.ts';
import { errorsOf, filesOf, shipped } from '../../support/adapters/access-rules.ts';
import { configurationContent, configurationOf } from '../../support/domain/samples.ts';

const configuration = configurationOf({
  ...configurationContent(),
  issuers: [{ ...configurationContent().issuers[0], groupsClaim: 'groups' }],
  emailDomains: [{ domain: 'acme.example', groups: ['staff'] }],
  slack: {
    team: 'T0ACME',
    approversChannel: 'C0APPROVALS',
    userGroups: [{ id: 'S0SHOP', groups: ['shop-developers'] }],
  },
});
const errors = (rule: string): string[] =>
  errorsOf(filesOf(`@id("rule")\n${rule};`), knownNames(configuration));
const staff = 'principal is Person in Group::"staff"';

describe('a group of an email domain or of a Slack user group', () => {
  test.each([
    `permit (${staff}, action == Action::"request", resource)`,
    `permit (${staff}, action in [Action::"request", Action::"read"], resource)`,
    `permit (principal is Person, action in [Action::"read"], resource) when { principal in Group::"shop-developers" }`,
    `permit (principal is Person, action == Action::"request", resource) when { principal in [Group::"staff", Group::"others"] && resource.repositoryWide }`,
    'permit (principal is Person in Group::"approvers", action, resource)',
    'forbid (principal in Group::"contractors", action, resource)',
    `forbid (principal is Person, action == Action::"request", resource) unless { principal in Group::"staff" }`,
  ])('may be named by %s', (rule) => {
    expect(errors(rule)).toEqual([]);
  });

  test('never gives another action than request and read: each such rule is refused at the start', () => {
    const rules = actions
      .filter((action) => action !== 'request' && action !== 'read')
      .flatMap((action) => [
        `permit (${staff}, action == Action::"${action}", resource)`,
        `permit (${staff}, action in [Action::"read", Action::"${action}"], resource)`,
        `permit (principal is Person, action == Action::"${action}", resource) when { principal in Group::"staff" }`,
        `permit (principal is Person, action == Action::"${action}", resource) unless { principal in Group::"staff" }`,
        `forbid (principal, action == Action::"${action}", resource) unless { principal in Group::"staff" }`,
      ]);
    const text = rules.map((rule, n) => `@id("rule-${n}")\n${rule};`).join('\n');
    const found = errorsOf(filesOf(text), knownNames(configuration));
    expect(found.map((error) => /rule-(\d+) names group staff/.exec(error)?.[1])).toEqual(
      rules.map((_, n) => String(n)),
    );
    expect(found[0]).toMatch(/which config\/rolewright\.yaml\/emailDomains\/0 derives/);
  });

  test.each([
    ['every action', `permit (${staff}, action, resource)`],
    [
      'actions that a condition names',
      `permit (${staff}, action, resource) when { action == Action::"read" }`,
    ],
    [
      'what others than its members may',
      `permit (principal is Person, action == Action::"read", resource) unless { ${'principal in Group::"staff"'} }`,
    ],
    ['a ban', `forbid (${staff}, action == Action::"request", resource)`],
    [
      'a ban in a condition',
      `forbid (principal, action == Action::"read", resource) when { principal in Group::"staff" }`,
    ],
  ])('is refused at the start where it gives %s', (_, rule) => {
    expect(errors(rule)).toEqual([expect.stringMatching(/^access\/rules\.cedar:1: rule names group staff/)]);
  });

  test('is named with the place that derives it, each once for each rule', () => {
    const both =
      'permit (principal, action, resource) when { principal in [Group::"staff", Group::"shop-developers"] }';
    expect(errors(both)).toEqual([
      expect.stringMatching(/group staff, which .*\/emailDomains\/0 derives/),
      expect.stringMatching(/group shop-developers, which .*\/slack\/userGroups\/0 derives/),
    ]);
  });

  test('harms no rule as shipped', () => {
    expect(errorsOf(shipped, knownNames(configuration))).toEqual([]);
    const taken = configurationOf({
      ...configurationContent(),
      issuers: [{ ...configurationContent().issuers[0], groupsClaim: 'groups' }],
      emailDomains: [{ domain: 'acme.example', groups: ['approvers'] }],
    });
    expect(errorsOf(shipped, knownNames(taken))).not.toEqual([]);
  });
});
