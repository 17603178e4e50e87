import { describe, expect, test } from '@jest/globals';
import type { OwnershipRule } from '../../../domain/configuration.ts';
import { checkOwnership, matchesPattern } from '../../../domain/ownership.ts';
import type { Repository } from '../../../domain/repository.ts';
import { codeOf, problemOf, SHOP_PROJECT, shop, templateOf, web } from '../../support/domain-samples.ts';

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
  ])('refuses: %j by %j', (value, pattern) => {
    expect(matchesPattern(value, pattern)).toBe(false);
  });
});

const byProject = (owns: OwnershipRule['owns']): OwnershipRule => ({
  project: { workspace: 'acme', ...SHOP_PROJECT },
  owns,
});
const byRepository = (uuid: string, owns: OwnershipRule['owns']): OwnershipRule => ({
  repository: { workspace: 'acme', slug: 'shop', uuid },
  owns,
});
const check = (rules: OwnershipRule[], repository: Repository = shop, bucket = 'shop-site') =>
  checkOwnership(rules, repository, templateOf(), { bucket });

describe('a name', () => {
  test.each<[string, OwnershipRule[]]>([
    ["the repository's project owns any name like it", [byProject({ any: ['shop-*'] })]],
    ["the repository's project owns buckets like it", [byProject({ s3BucketName: ['shop-*'] })]],
    ['the repository owns it', [byRepository(shop.uuid, { any: ['shop-site'] })]],
    ['one of many patterns fits', [byProject({ any: ['x-*', 'y-*', 'shop-*'] })]],
    ['one of many rules fits', [byProject({ any: ['x-*'] }), byRepository(shop.uuid, { any: ['shop-*'] })]],
  ])('is owned where %s', (_, rules) => {
    expect(codeOf(check(rules))).toBe('ok');
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
          project: { workspace: 'acme', key: 'SHOP', uuid: '{0c6c7d5b-3a4e-4f0e-8f9d-55e6a3d3bfff}' },
          owns: { any: ['shop-*'] },
        },
      ],
    ],
    ['the rule is for another repository of the same slug', [byRepository(web.uuid, { any: ['shop-*'] })]],
    [
      "the rule's project UUID is the repository's own",
      [{ project: { workspace: 'acme', key: 'X', uuid: shop.uuid }, owns: { any: ['shop-*'] } }],
    ],
  ])('is not owned where %s', (_, rules) => {
    expect(codeOf(check(rules))).toBe('NOT_OWNED');
  });

  test('is never owned by a repository that only took the slug of the owner', () => {
    const impostor: Repository = { ...web, slug: 'shop', fullName: 'acme/shop' };
    expect(
      codeOf(check([byProject({ any: ['shop-*'] }), byRepository(shop.uuid, { any: ['shop-*'] })], impostor)),
    ).toBe('NOT_OWNED');
  });

  test('stays owned when repository and project are renamed', () => {
    const renamed = { ...shop, slug: 'x', fullName: 'acme/x', project: { ...SHOP_PROJECT, key: 'X' } };
    expect(codeOf(check([byProject({ any: ['shop-*'] })], renamed))).toBe('ok');
  });

  test('is not owned by a project rule where the repository has no project', () => {
    const { project: _, ...homeless } = shop;
    expect(codeOf(check([byProject({ any: ['shop-*'] })], homeless))).toBe('NOT_OWNED');
  });
});

describe('NOT_OWNED', () => {
  test('names every parameter that is not owned, and no other', () => {
    const rules = [byProject({ any: ['shop-*'] })];
    const parameters = { bucket: 'web-site', distribution: 'E2SHOPSITE0001' };
    const problem = problemOf(checkOwnership(rules, shop, templateOf(), parameters));
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual([
      '/parameters/bucket',
      '/parameters/distribution',
    ]);
    const one = problemOf(checkOwnership(rules, shop, templateOf(), { ...parameters, bucket: 'shop-site' }));
    expect(one.errors?.map(({ pointer }) => pointer)).toEqual(['/parameters/distribution']);
  });

  test('names each value of a list that is not owned', () => {
    const rules = [byProject({ any: ['shop-*'] })];
    const lists = { bucket: ['shop-a', 'web-a', 'web-b'] };
    const problem = problemOf(checkOwnership(rules, shop, templateOf(), lists));
    expect(problem.errors).toEqual([
      { pointer: '/parameters/bucket', detail: expect.stringMatching(/^web-a /) },
      { pointer: '/parameters/bucket', detail: expect.stringMatching(/^web-b /) },
    ]);
  });

  test('is the answer for a parameter that the template does not know', () => {
    expect(
      codeOf(checkOwnership([byProject({ any: ['shop-*'] })], shop, templateOf(), { toString: 'shop-x' })),
    ).toBe('NOT_OWNED');
  });
});
