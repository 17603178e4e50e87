import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isRoleNameOf, roleNameOf } from '../../domain/planning/role.ts';
import { canonicalHash } from '../../domain/shared/canonical-hash.ts';
import { grantIdOf, parseUuid } from '../../domain/shared/identifiers.ts';
import { matchesPattern } from '../../domain/shared/patterns.ts';
import {
  environmentUuids,
  RUNS,
  repositoryUuids,
  runs,
  slugs,
  uuids,
} from '../support/domain/arbitraries.ts';
import { asAccountId } from '../support/identifiers.ts';

const keys = fc.record({
  accountId: fc.stringMatching(/^[0-9]{12}$/).map(asAccountId),
  repositoryUuid: repositoryUuids,
  environmentUuid: fc.option(environmentUuids, { nil: undefined }),
  template: fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/),
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/),
});

test('different grants have different ids, and equal ones the same', () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(keys, (key) => {
      const id = grantIdOf(key);
      const text = JSON.stringify(Object.values(key));
      expect(id).toMatch(/^gr_[a-z2-7]{26}$/);
      expect(seen.get(id) ?? text).toBe(text);
      expect(grantIdOf({ ...key })).toBe(id);
      seen.set(id, text);
    }),
    runs(1000),
  );
  expect(seen.size).toBeGreaterThan(150);
});

test('a role name is one that IAM takes, whatever the slug, and is known as the name of its grant', () => {
  fc.assert(
    fc.property(keys, fc.oneof(slugs, fc.string({ unit: 'grapheme', maxLength: 62 })), (key, slug) => {
      const id = grantIdOf(key);
      const name = roleNameOf(id, slug, key.template);
      expect(name).toMatch(/^[\w+=,.@-]{1,64}$/);
      expect(isRoleNameOf(name, id)).toBe(true);
      expect(isRoleNameOf(name, grantIdOf({ ...key, name: `${key.name.slice(0, 30)}x` }))).toBe(false);
    }),
    RUNS,
  );
});

test('a UUID is read in any case and nothing near it is', () => {
  fc.assert(
    fc.property(uuids, fc.nat({ max: 37 }), fc.constantFrom('', '*', 'g', '\n', '{'), (uuid, at, sign) => {
      expect(parseUuid(uuid.toUpperCase())).toBe(uuid);
      const broken = uuid.slice(0, at) + sign + uuid.slice(at + 1);
      if (broken !== uuid) expect(parseUuid(broken)).toBeUndefined();
    }),
    RUNS,
  );
});

const small = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '/'), maxLength: 8 });
const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '*', '/'), maxLength: 8 });

test('a pattern admits exactly what the regular expression of it does', () => {
  fc.assert(
    fc.property(small, patterns, (value, pattern) => {
      const oracle = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
      expect(matchesPattern(value, pattern)).toBe(oracle.test(value));
    }),
    runs(1500),
  );
});

test('a canonical hash depends on the content and never on the order of names', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ depthSize: 'small' })), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalHash(turned)).toBe(canonicalHash(value));
      expect(canonicalHash({ ...value, added: '1' })).not.toBe(canonicalHash({ ...value, added: '2' }));
    }),
    RUNS,
  );
});
