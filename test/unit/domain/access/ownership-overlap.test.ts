import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unownedParameters } from '../../../../domain/access/ownership.ts';
import { overlappingPatterns } from '../../../../domain/access/ownership-overlap.ts';
import type { OwnershipRule } from '../../../../domain/access/ownership-schema.ts';
import { hubOf } from '../../../../domain/shared/account.ts';
import { matchesPattern } from '../../../../domain/shared/patterns.ts';
import { runs } from '../../../support/domain/arbitraries.ts';
import { configurationOf, present, SHOP_PROJECT, shop, templateOf } from '../../../support/domain/samples.ts';
import { asProjectUuid, asRepositoryUuid } from '../../../support/identifiers.ts';

const WEB_PROJECT = { key: 'WEB', uuid: asProjectUuid('{18b60cd9-173a-4a44-a4ec-6c251e367573}') };
type Owns = OwnershipRule['owns'];
const everyone = ['*-x', 'shop-*', '*-service', 'web-*', 'a*', '*'];
const ofShop = (owns: Owns, more: object = {}): OwnershipRule => ({
  project: { workspace: 'acme', ...SHOP_PROJECT },
  owns,
  ...more,
});
const ofWeb = (owns: Owns, more: object = {}): OwnershipRule => ({
  project: { workspace: 'acme', ...WEB_PROJECT },
  owns,
  ...more,
});
const ofRepository = (owns: Owns): OwnershipRule => ({
  repository: { workspace: 'acme', slug: 'shop', uuid: shop.uuid },
  owns,
});
const inWeb = {
  ...shop,
  uuid: asRepositoryUuid('{85d08b4e-571d-44e9-a507-fa476535aa98}'),
  project: WEB_PROJECT,
};
const HUB = present(hubOf(configurationOf().accounts));
const refusals = (
  rules: OwnershipRule[],
  bucket: string,
  repository = shop,
  by: 'person' | 'pipeline' = 'person',
) =>
  unownedParameters({
    rules,
    account: HUB,
    repository,
    template: templateOf(),
    parameters: { bucket },
    requesterKind: by,
  }).map(({ detail }) => detail);

describe('a name that patterns of two projects match belongs to neither by itself', () => {
  const rules = [ofShop({ any: ['shop-*'] }), ofWeb({ any: ['web-*', '*-service'] })];

  test('and every other name stays with its project', () => {
    for (const repository of [shop, inWeb])
      expect(refusals(rules, 'shop-service', repository)).toEqual([
        'shop-service matches the ownership patterns of several projects, so none of them owns it',
      ]);
    expect(refusals(rules, 'shop-site')).toEqual([]);
    expect(refusals(rules, 'pay-service', inWeb)).toEqual([]);
    expect(refusals(rules, 'pay-service')).toEqual(['pay-service is owned by project WEB']);
  });

  test.each<[string, OwnershipRule]>([
    ['for one type', ofWeb({ s3BucketName: ['*-service'] })],
    ['for other templates', ofWeb({ any: ['*-service'] }, { templates: ['ecr-push'] })],
    ['for people only', ofWeb({ any: ['*-service'] }, { pipeline: [] })],
    ['by its name alone', ofWeb({ any: ['shop-service'] })],
  ])('also where the other project owns it %s', (_, other) => {
    const own = ofShop({ any: ['shop-*'] }, { pipeline: ['shop-*'] });
    for (const by of ['person', 'pipeline'] as const)
      expect(refusals([own, other], 'shop-service', shop, by)).toHaveLength(1);
  });

  test('and not where the other project owns names of another type, or it is one project twice', () => {
    const own = ofShop({ any: ['shop-*'] });
    expect(refusals([own, ofWeb({ ecrRepositoryName: ['*-service'] })], 'shop-service')).toEqual([]);
    expect(refusals([own, ofShop({ any: ['*-service'] })], 'shop-service')).toEqual([]);
  });

  test('unless a rule for the repository says whose it is', () => {
    const decided = [...rules, ofRepository({ any: ['shop-service'] })];
    expect(refusals(decided, 'shop-service')).toEqual([]);
    expect(refusals(decided, 'shop-service', inWeb)).toHaveLength(1);
  });

  const segment = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 4 });
  const patterns = fc.array(
    fc.oneof(
      fc.constantFrom(...everyone.slice(0, 5)),
      fc.tuple(segment, segment).map(([left, right]) => `a${left}*${right}`),
    ),
    { minLength: 1, maxLength: 3 },
  );
  const names = fc.oneof(
    fc.constantFrom('shop-service', 'shop-x', 'web-service', 'web-x'),
    segment.map((text) => `a${text}`),
  );

  test('whatever the patterns: owned by a project exactly where it matches and no other project does', () => {
    fc.assert(
      fc.property(patterns, patterns, names, (left, right, name) => {
        const both = [ofShop({ any: left }), ofWeb({ any: right })];
        const matches = (list: string[]) => list.some((pattern) => matchesPattern(name, pattern));
        expect(refusals(both, name).length === 0).toBe(matches(left) && !matches(right));
        expect(refusals(both, name, inWeb).length === 0).toBe(matches(right) && !matches(left));
      }),
      runs(1000),
    );
  });

  test('and the overlap is warned of wherever the two patterns stand in their lists', () => {
    const filler = (name: string) => `${name}-only`;
    for (const [left, right] of [
      [0, 0],
      [0, 2],
      [2, 1],
    ] as const) {
      const shops = ['a', 'b', 'c'].map(filler).with(left, 'shop-*');
      const webs = ['d', 'e', 'f'].map(filler).with(right, '*-service');
      const found = overlappingPatterns([ofShop({ any: shops }), ofWeb({ any: webs })], HUB.alias);
      expect(found.map((one) => [...one.patterns].sort())).toEqual([['*-service', 'shop-*']]);
    }
  });

  test('and the overlap is warned of wherever there is such a name', () => {
    fc.assert(
      fc.property(patterns, patterns, names, (left, right, name) => {
        const both = [ofShop({ any: left }), ofWeb({ any: right })];
        const matches = (list: string[]) => list.some((pattern) => matchesPattern(name, pattern));
        if (matches(left) && matches(right)) expect(overlappingPatterns(both, HUB.alias)).not.toEqual([]);
      }),
      runs(1000),
    );
  });
});

describe('overlapping patterns', () => {
  test.each<[string, Owns, Owns, boolean]>([
    ['of any type', { any: ['shop-*'] }, { any: ['*-service'] }, true],
    ['of one type', { s3BucketName: ['shop-*'] }, { s3BucketName: ['shop-a*'] }, true],
    ['of a type and any', { s3BucketName: ['shop-*'] }, { any: ['*'] }, true],
    ['of two types', { s3BucketName: ['shop-*'] }, { ecrRepositoryName: ['shop-*'] }, false],
    ['a folder and what is in it', { any: ['shop'] }, { any: ['shop/x-*'] }, true],
    ['two folders', { any: ['shop/a'] }, { any: ['shop/b/*'] }, false],
    ['a star that would have to cross a slash', { any: ['*-service'] }, { any: ['a/x-service'] }, false],
    ['different beginnings', { any: ['shop-*'] }, { any: ['web-*'] }, false],
  ])('%s', (_, left, right, overlap) => {
    expect(overlappingPatterns([ofShop(left), ofWeb(right)], HUB.alias)).toHaveLength(overlap ? 1 : 0);
  });

  test('are those of two projects, each pair once', () => {
    expect(overlappingPatterns([ofShop({ any: ['a*'] }), ofShop({ any: ['*b'] })], HUB.alias)).toEqual([]);
    const alone = [ofWeb({ any: ['*b'] }), ofShop({ any: ['a*'] })];
    const twice = [
      ofShop({ any: ['a*'] }),
      ofWeb({ any: ['*b'] }),
      ofShop({ any: ['a*'] }),
      ofWeb({ any: ['*b'] }),
    ];
    for (const rules of [alone, twice])
      expect(overlappingPatterns(rules, HUB.alias)).toEqual([
        { projects: ['SHOP', 'WEB'], patterns: ['a*', '*b'] },
      ]);
  });

  test.each<[string[] | undefined, string[] | undefined, boolean]>([
    [undefined, undefined, true],
    [undefined, ['staging'], false],
    [undefined, ['staging', HUB.alias], true],
    [['staging'], ['live'], false],
    [['live', 'staging'], ['staging'], true],
  ])('in the accounts %j and %j are those of an account that both have: %j', (left, right, overlap) => {
    const both = [ofShop({ any: ['a*'] }, { accounts: left }), ofWeb({ any: ['*b'] }, { accounts: right })];
    expect(overlappingPatterns(both, HUB.alias)).toHaveLength(overlap ? 1 : 0);
  });
});
