import { describe, expect, test } from '@jest/globals';
import { derivedGroups, groupsOfEmails } from '../../../../../domain/access/derived-groups/derived-groups.ts';
import { parseConfiguration } from '../../../../../domain/configuration/configuration.ts';
import { configurationContent, configurationOf } from '../../../../support/domain/samples.ts';

const slack = { team: 'T0ACME', approversChannel: 'C0APPROVALS' };
const errorsOf = (over: object) => {
  const parsed = parseConfiguration({ ...configurationContent(), ...over });
  return parsed.ok ? [] : parsed.problem;
};

describe('groups without a list', () => {
  test('are those of domains and of Slack user groups, each with its place', () => {
    const configuration = configurationOf({
      ...configurationContent(),
      emailDomains: [{ domain: 'acme.example', groups: ['staff', 'developers'] }, { domain: 'acme.dev' }],
      slack: { ...slack, userGroups: [{ id: 'S0SHOP', groups: ['developers'] }] },
    });
    expect(derivedGroups(configuration)).toEqual([
      { group: 'staff', at: '/emailDomains/0' },
      { group: 'developers', at: '/emailDomains/0' },
      { group: 'developers', at: '/slack/userGroups/0' },
    ]);
    expect(derivedGroups(configurationOf(configurationContent()))).toEqual([]);
  });

  test.each([
    ...[
      '*.acme.example',
      '@acme.example',
      'Acme.example',
      'acme',
      '.acme.example',
      'acme.example.',
      'acme .example',
    ],
    ...['acme..example', '-acme.example', 'https://acme.example', 'acme.ex\u0430mple', '192.0.2.1', ''],
  ])('a domain %s is refused: it is no whole domain in lower case', (domain) => {
    expect(errorsOf({ emailDomains: [{ domain }] })).toEqual([
      expect.stringMatching(/^\/emailDomains\/0\/domain: /),
    ]);
  });

  test.each(['gmail.com', 'outlook.com', 'web.de'])(
    'the domain %s is refused: anyone gets an address there',
    (domain) => {
      expect(errorsOf({ emailDomains: [{ domain }] })).toEqual([
        expect.stringMatching(/at which anyone gets an address/),
      ]);
    },
  );

  test('a user group is named by its id, once, and gives a group', () => {
    const group = { id: 'S0SHOP', groups: ['developers'] };
    for (const userGroups of [
      [{ ...group, id: '@shop-devs' }],
      [{ ...group, id: 'C0SHOP' }],
      [{ ...group, id: 'S0SHOP-2' }],
      [{ ...group, groups: [] }],
      [group, group],
      [{ ...group, groups: ['a', 'a'] }],
      Array.from({ length: 16 }, (_, n) => ({ ...group, id: `S0SHOP${n}` })),
    ])
      expect(errorsOf({ slack: { ...slack, userGroups } })).toEqual([
        expect.stringMatching(/^\/slack\/userGroups/),
      ]);
    expect(errorsOf({ slack: { ...slack, userGroups: [group] } })).toEqual([]);
  });

  test('a domain is given once', () => {
    const emailDomains = [{ domain: 'acme.example' }, { domain: 'acme.example' }];
    expect(errorsOf({ emailDomains })).toEqual([
      '/emailDomains/1: domain acme.example is given more than once',
    ]);
  });

  test('are those of the whole domain of each email, and none of another', () => {
    const emailDomains = [{ domain: 'acme.example', groups: ['staff'] }];
    const emails = ['ada@acme.example', 'ada@eu.acme.example', 'ada@example'];
    expect(groupsOfEmails({ emailDomains }, emails)).toStrictEqual(['staff']);
    expect(groupsOfEmails({ emailDomains }, [])).toEqual([]);
  });

  test('platform is never one of them', () => {
    const groups = ['developers', 'platform'];
    expect([
      ...errorsOf({ emailDomains: [{ domain: 'acme.example', groups }] }),
      ...errorsOf({ slack: { ...slack, userGroups: [{ id: 'S0SHOP', groups }] } }),
    ]).toEqual([
      expect.stringMatching(/^\/emailDomains\/0\/groups\/1: must not be platform/),
      expect.stringMatching(/^\/slack\/userGroups\/0\/groups\/1: must not be platform/),
    ]);
  });
});
