import { describe, expect, test } from '@jest/globals';
import { notOwned, unownedParameters } from '../../../../domain/access/ownership.ts';
import type { OwnershipRule } from '../../../../domain/access/ownership-schema.ts';
import type { Repository } from '../../../../domain/bitbucket/repository.ts';
import { hubOf } from '../../../../domain/shared/account.ts';
import type { RepositoryUuid } from '../../../../domain/shared/identifiers.ts';
import { matchesPattern } from '../../../../domain/shared/patterns.ts';
import type { Principal } from '../../../../domain/shared/principal.ts';
import type { Parameters } from '../../../../domain/templates/parameters.ts';
import type { Template } from '../../../../domain/templates/template.ts';
import {
  configurationOf,
  present,
  SHOP_PROJECT,
  shop,
  templateOf,
  web,
} from '../../../support/domain/samples.ts';
import { asProjectUuid } from '../../../support/identifiers.ts';

describe('a pattern', () => {
  test.each([
    ['shop-site', 'shop-site'],
    ['shop-', 'shop-*'],
    ['shop-site', 'shop-*'],
    ['shop-site', '*-site'],
    ['shop-site', '*'],
    ['', '*'],
    ['shop-x-site', 'shop-*-site'],
    ['aa', 'a*a'],
    ['aba', 'a*a'],
    ['aXbXc', 'a*b*c'],
    ['abab', '*ab*ab'],
    ['ab', 'a**b'],
    ['abcabc', 'a*c'],
  ])('admits: %j by %j', (value, pattern) => {
    expect(matchesPattern(value, pattern)).toBe(true);
  });

  test.each([
    ['a', 'a*a'],
    ['ab', 'ab*b'],
    ['aba', 'ab*ba'],
    ['ab', '*ab*ab'],
    ['shop', 'shop-*'],
    ['xshop-site', 'shop-*'],
    ['shop-sitex', '*-site'],
    ['Shop-site', 'shop-*'],
    ['shop-site', 'shop-sit'],
    ['shop-site', 'shop-site-'],
    ['shop', ''],
    ['shop.site', 'shop-site'],
    ['shopXsite', 'shop.site'],
    ['acb', 'a*b*c'],
    ['', 'a'],
    ['shop-a/b', 'shop-*'],
    ['a/x-service', '*-service'],
    ['a/b', '*'],
    ['a', 'a/*'],
  ])('refuses: %j by %j', (value, pattern) => {
    expect(matchesPattern(value, pattern)).toBe(false);
  });
});

const HUB = present(hubOf(configurationOf().accounts));
const unowned = (
  rules: OwnershipRule[],
  repository: Repository,
  template: Template,
  parameters: Parameters,
) => unownedParameters({ rules, account: HUB, repository, template, parameters, requesterKind: 'person' });
const byProject = (owns: OwnershipRule['owns']): OwnershipRule => ({
  project: { workspace: 'acme', ...SHOP_PROJECT },
  owns,
});
const byRepository = (uuid: RepositoryUuid, owns: OwnershipRule['owns']): OwnershipRule => ({
  repository: { workspace: 'acme', slug: 'shop', uuid },
  owns,
});
const check = (rules: OwnershipRule[], repository: Repository = shop, bucket = 'shop-site') =>
  unowned(rules, repository, templateOf(), { bucket });

describe('a name', () => {
  test.each<[string, OwnershipRule[]]>([
    ["the repository's project owns any name like it", [byProject({ any: ['shop-*'] })]],
    ["the repository's project owns buckets like it", [byProject({ s3BucketName: ['shop-*'] })]],
    ['the repository owns it', [byRepository(shop.uuid, { any: ['shop-site'] })]],
    ['one of many patterns fits', [byProject({ any: ['x-*', 'y-*', 'shop-*'] })]],
    ['one of many rules fits', [byProject({ any: ['x-*'] }), byRepository(shop.uuid, { any: ['shop-*'] })]],
  ])('is owned where %s', (_, rules) => {
    expect(check(rules)).toEqual([]);
  });

  test.each<[string, OwnershipRule[]]>([
    ['there is no rule', []],
    ['the rule is for other names', [byProject({ any: ['web-*'] })]],
    ['the rule is for another type of parameter', [byProject({ ecrRepositoryName: ['shop-*'] })]],
    ['the rule owns nothing', [byProject({})]],
    [
      'the rule is for another project of the same key',
      [
        {
          project: {
            workspace: 'acme',
            key: 'SHOP',
            uuid: asProjectUuid('{0c6c7d5b-3a4e-4f0e-8f9d-55e6a3d3bfff}'),
          },
          owns: { any: ['shop-*'] },
        },
      ],
    ],
    ['the rule is for another repository of the same slug', [byRepository(web.uuid, { any: ['shop-*'] })]],
    [
      "the rule's project UUID is the repository's own",
      [
        {
          project: { workspace: 'acme', key: 'X', uuid: asProjectUuid(shop.uuid) },
          owns: { any: ['shop-*'] },
        },
      ],
    ],
  ])('is not owned where %s', (_, rules) => {
    expect(check(rules)).toHaveLength(1);
  });

  test('is never owned by a repository that only took the slug of the owner', () => {
    const impostor: Repository = { ...web, slug: 'shop', fullName: 'acme/shop' };
    const rules = [byProject({ any: ['shop-*'] }), byRepository(shop.uuid, { any: ['shop-*'] })];
    expect(check(rules, impostor)).toHaveLength(1);
  });

  test('stays owned when repository and project are renamed', () => {
    const renamed = { ...shop, slug: 'x', fullName: 'acme/x', project: { ...SHOP_PROJECT, key: 'X' } };
    expect(check([byProject({ any: ['shop-*'] })], renamed)).toEqual([]);
  });

  test('is not owned by a project rule where the repository has no project', () => {
    const { project: _, ...homeless } = shop;
    expect(check([byProject({ any: ['shop-*'] })], homeless)).toHaveLength(1);
  });
});

describe('a path', () => {
  const template = templateOf({
    name: 'paths',
    ...{
      description: 'x',
      parameters: { path: { type: 'ssmParameterPath', description: 'x' } },
      statements: [
        { sid: 'A', actions: ['ssm:GetParameter'], resources: ['arn:aws:ssm:a:1:parameter/{{path}}/*'] },
      ],
    },
  });
  const owned = (path: string, ...patterns: string[]) =>
    unowned([byProject({ ssmParameterPath: patterns })], shop, template, { path }).length === 0;

  test.each([
    ['shop-api', 'shop-*'],
    ['shop-api/production/db', 'shop-*'],
    ['shop/api', 'shop/api'],
    ['shop/api/db', 'shop/api'],
    ['shop/api/db', 'shop/*'],
  ])('%s is owned by who owns %s: what is in a folder belongs to its owner', (path, pattern) => {
    expect(owned(path, pattern)).toBe(true);
  });

  test.each([
    ['platform/x-service', '*-service'],
    ['platform/shop-api', 'shop-*'],
    ['shop', 'shop/api'],
    ['shop/apix', 'shop/api'],
    ['shop/a', 'shop/*/b'],
  ])('%s is not owned by who owns %s: a star ends at a slash', (path, pattern) => {
    expect(owned(path, pattern)).toBe(false);
  });
});

describe('a prefix', () => {
  const template = templateOf({
    name: 'prefixes',
    ...{
      description: 'x',
      parameters: { prefix: { type: 'lambdaFunctionPrefix', description: 'x' } },
      statements: [
        {
          sid: 'A',
          actions: ['lambda:GetFunction'],
          resources: ['arn:aws:lambda:a:1:function:{{prefix}}-*'],
        },
      ],
    },
  });
  const owned = (prefix: string, pattern: string) =>
    unowned([byProject({ any: [pattern] })], shop, template, { prefix }).length === 0;

  test.each([
    ['shop', 'shop-*'],
    ['shop-api', 'shop-*'],
    ['shop', 'sho*'],
  ])('%s is owned by who owns %s, as all its names are', (prefix, pattern) => {
    expect(owned(prefix, pattern)).toBe(true);
  });

  test.each([
    ['sho', 'shop-*'],
    ['shop', 'shop-api-*'],
    ['shop', 'shop'],
    ['shop-api', 'shop-api'],
    ['x-service', '*-service'],
    ['shop-x', 'shop-*-x'],
    ['shop', 'shop-*x'],
  ])('%s is not owned by who owns %s: it reaches other names, too', (prefix, pattern) => {
    expect(owned(prefix, pattern)).toBe(false);
  });
});

describe('what is not owned', () => {
  const rules = [byProject({ any: ['shop-*'] })];
  const pointersOf = (parameters: Record<string, string>) =>
    unowned(rules, shop, templateOf(), parameters).map(({ pointer }) => pointer);

  test('is every parameter that is not owned, and no other', () => {
    const distribution = 'E2SHOPSITE0001';
    expect(pointersOf({ bucket: 'web-site', distribution })).toEqual([
      '/parameters/bucket',
      '/parameters/distribution',
    ]);
    expect(pointersOf({ bucket: 'shop-site', distribution })).toEqual(['/parameters/distribution']);
  });

  test('names each value of a list that is not owned', () => {
    const found = unowned(rules, shop, templateOf(), { bucket: ['shop-a', 'web-a', 'web-b'] });
    expect(found).toEqual([
      { pointer: '/parameters/bucket', detail: expect.stringMatching(/^web-a /) },
      { pointer: '/parameters/bucket', detail: expect.stringMatching(/^web-b /) },
    ]);
  });

  test('is a parameter that the template does not know', () => {
    expect(pointersOf({ toString: 'shop-x' } as unknown as Record<string, string>)).toEqual([
      '/parameters/toString',
    ]);
  });

  test('is named whole in NOT_OWNED', () => {
    const found = unowned(rules, shop, templateOf(), { bucket: 'web-site' });
    expect(notOwned(shop, found)).toMatchObject({ code: 'NOT_OWNED', errors: found });
  });
});

describe('a rule for a pipeline and for a template', () => {
  const rule = (over: Partial<OwnershipRule>): OwnershipRule =>
    ({ ...byProject({ any: ['shop-*'] }), ...over }) as OwnershipRule;
  const asked = (rules: OwnershipRule[], requesterKind: Principal['kind'], template = templateOf()) =>
    unownedParameters({
      rules,
      account: HUB,
      repository: shop,
      template,
      parameters: { bucket: 'shop-site' },
      requesterKind,
    }).length === 0;
  const kinds = ['person', 'service', 'system', 'pipeline'] as const;
  const named = (): Template => ({ ...templateOf(), ownership: 'named' });

  test.each<[string, OwnershipRule[], boolean[]]>([
    ['reaches no pipeline unless it says so', [rule({})], [true, true, true, false]],
    ['reaches a pipeline for what it lists', [rule({ pipeline: ['shop-site'] })], [true, true, true, true]],
    ['reaches a pipeline for nothing else', [rule({ pipeline: ['shop-other'] })], [true, true, true, false]],
    [
      'gives a pipeline nothing that it does not own itself',
      [rule({ owns: { any: ['web-*'] }, pipeline: ['shop-*'] })],
      [false, false, false, false],
    ],
    [
      'does not lend its list to another rule',
      [rule({}), rule({ owns: { any: ['web-*'] }, pipeline: ['shop-*'] })],
      [true, true, true, false],
    ],
  ])('%s', (_, rules, expected) => {
    expect(kinds.map((kind) => asked(rules, kind))).toEqual(expected);
  });

  test.each<[string, Partial<OwnershipRule>, boolean, boolean]>([
    ['that names no template holds for all but those that must be named', {}, true, false],
    ['that names a template holds for that one', { templates: ['s3-static-site'] }, true, true],
    ['that names another template holds for that one alone', { templates: ['other'] }, false, false],
  ])('%s', (_, over, forAny, forNamed) => {
    expect([asked([rule(over)], 'person'), asked([rule(over)], 'person', named())]).toEqual([
      forAny,
      forNamed,
    ]);
  });
});

describe('a prefix', () => {
  const template = templateOf({
    name: 'functions',
    ...{
      description: 'x',
      parameters: {
        functions: { type: 'lambdaFunctionPrefix', description: 'x' },
        region: { type: 'awsRegion', description: 'x' },
      },
      statements: [
        {
          sid: 'A',
          actions: ['lambda:GetFunction'],
          resources: ['arn:aws:lambda:{{region}}:{{aws.accountId}}:function:{{functions}}-*'],
        },
      ],
    },
  });
  const unownedOf = (functions: string, ...patterns: string[]) =>
    unowned([byProject({ any: patterns })], shop, template, { functions, region: 'eu-central-1' }).map(
      ({ pointer }) => pointer,
    );

  test.each([
    ['shop', ['shop-*']],
    ['shop-api', ['shop-*']],
    ['shop', ['web-*', 'shop-*']],
    ['shop', ['sho*']],
  ])('%s is owned by %j', (functions, patterns) => {
    expect(unownedOf(functions, ...patterns)).toEqual([]);
  });

  test.each([
    ['shop', ['shop']],
    ['shop', ['shop-a*']],
    ['shop', ['*']],
    ['shop', ['*shop-*']],
    ['shop', ['s*p-*']],
    ['shop', ['shop-*-x']],
    ['shop', []],
  ])('%s is not owned by %j', (functions, patterns) => {
    expect(unownedOf(functions, ...patterns)).toEqual(['/parameters/functions']);
  });
});
