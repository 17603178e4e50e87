import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../../../domain/configuration/configuration.ts';
import { requestsOf, ruleErrors } from '../../../../domain/repository-rules/requests.ts';
import { newRepository, siteRule } from '../../../support/domain/follow.ts';
import {
  codeOf,
  configurationContent,
  configurationOf,
  SHOP_PROJECT,
  shop,
  successOf,
  templateOf,
} from '../../../support/domain/samples.ts';

const rulesOf = (...rules: unknown[]) =>
  configurationOf({ ...configurationContent(), onRepositoryCreated: rules }).onRepositoryCreated;
const errorsOf = (rule: unknown) => {
  const parsed = parseConfiguration({ ...configurationContent(), onRepositoryCreated: [rule] });
  return parsed.ok ? [] : parsed.problem;
};
const site = (over: object) => siteRule({ slug: 'shop', grant: { template: 's3-static-site', ...over } });

describe('a rule', () => {
  test('asks for its template with the new repository’s own values', () => {
    const parameters = { bucket: '{{repository.slug}}-{{project.key}}', list: ['a', '{{repository.uuid}}'] };
    const [made, ...more] = requestsOf(
      rulesOf(site({ parameters, environment: 'Test', expiresIn: 'P1D', name: 'auto' })),
      shop,
    );
    expect(more).toEqual([]);
    expect(successOf(made ?? { ok: false, problem: { code: 'INTERNAL', detail: '' } })).toMatchObject({
      rule: 0,
      approved: false,
      request: {
        repository: shop.uuid,
        template: 's3-static-site',
        parameters: { bucket: 'shop-SHOP', list: ['a', '1de489be-ce6a-42a0-a8c8-eadbf1174ac7'] },
        environment: 'Test',
        expiresIn: 'P1D',
        name: 'auto',
      },
    });
  });

  test.each<[string, string, boolean]>([
    ['shop-*', 'shop-a', true],
    ['shop-*', 'shop-', true],
    ['shop-*', 'a-shop-b', false],
    ['*-service', 'pay-service', true],
    ['*-service', 'pay-services', false],
    ['*', 'anything', true],
    ['exact', 'exact', true],
    ['exact', 'exactly', false],
  ])('for %s fits %s: %s', (slug, name, fits) => {
    expect(requestsOf(rulesOf(siteRule({ slug })), newRepository(name))).toHaveLength(fits ? 1 : 0);
  });

  test('goes by the project’s UUID, never by its key', () => {
    const taken = {
      ...newRepository('shop-a'),
      project: { key: 'SHOP', uuid: '{00000000-0000-4000-8000-0000000000ff}' },
    };
    const renamed = { ...newRepository('shop-a'), project: { ...SHOP_PROJECT, key: 'OTHER' } };
    const { project: _, ...without } = newRepository('shop-a');
    const rules = rulesOf(siteRule());
    expect([taken, renamed, without].map((repository) => requestsOf(rules, repository).length)).toEqual([
      0, 1, 0,
    ]);
  });

  test('that cannot be filled is a problem and stops no other', () => {
    const made = requestsOf(
      rulesOf(siteRule({ slug: '*' }), siteRule({ slug: '*', grant: { template: 'fixed' } })),
      newRepository('.hidden'),
    );
    expect(made.map((one) => (one.ok ? 'ok' : codeOf(one)))).toEqual(['PARAMETERS_INVALID', 'ok']);
  });
});

describe('a configuration refuses', () => {
  test.each<[string, unknown, string]>([
    ['a rule without UUID', siteRule({ project: { workspace: 'acme', key: 'SHOP' } }), 'npm run config:pin'],
    [
      'a workspace that is not configured',
      siteRule({ project: { workspace: 'foreign', ...SHOP_PROJECT } }),
      'not a configured workspace',
    ],
    [
      'an unknown built-in',
      site({ parameters: { bucket: '{{environment.name}}' } }),
      'may hold {{repository.slug}}',
    ],
    ['stray braces', site({ parameters: { bucket: '{repository.slug}' } }), 'braces'],
    ['a slug that is none', siteRule({ slug: 'Shop' }), '/slug'],
    ['a slug that ends in what none may hold', siteRule({ slug: 'shop!' }), '/slug'],
    ['a lifetime that is none', site({ expiresIn: '30d' }), '/expiresIn'],
    ['an unknown field', siteRule({ account: 'default' }), '/account'],
  ])('%s', (_what, rule, expected) => {
    expect(errorsOf(rule).join('\n')).toContain(expected);
  });
});

test('a rule that its template cannot carry out is a fault of the configuration', () => {
  const template = { ...templateOf(), requestableBy: ['system' as const] };
  const errors = (rule: unknown, known = template) =>
    ruleErrors(rulesOf(rule), new Map([[template.name, known]])).map((fault) =>
      fault.replace('/onRepositoryCreated/0', ''),
    );
  expect(errors(siteRule())).toEqual([]);
  expect(errors(site({ parameters: { buckets: 'x' } }))).toEqual([
    '/grant/parameters/buckets: is not a parameter of s3-static-site',
    '/grant/parameters/bucket: is missing',
  ]);
  expect(errors(siteRule({ grant: { template: 'unknown' } }))).toEqual([
    '/grant/template: there is no template unknown',
  ]);
  expect(errors(siteRule(), templateOf() as typeof template)).toEqual([
    '/grant/template: s3-static-site does not list system in requestableBy',
  ]);
});
