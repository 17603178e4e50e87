import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { comparePermissions } from '../../domain/policy/difference.ts';
import { patternCovers } from '../../domain/shared/patterns.ts';
import { RUNS, runs } from '../support/domain/arbitraries.ts';

const MANY = runs(2000);

/** Every text of up to four letters over a small alphabet: few enough to try them all. */
const texts: string[] = [''];
for (let from = 0, length = 1; length <= 4; length += 1) {
  const until = texts.length;
  for (; from < until; from += 1) for (const letter of 'ab') texts.push(`${texts[from]}${letter}`);
}

const globs = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 });

/** IAM's matching, the slow and obvious way. */
function isMatch(text: string, glob: string): boolean {
  if (glob === '') return text === '';
  const rest = glob.slice(1);
  if (glob[0] === '*') return isMatch(text, rest) || (text !== '' && isMatch(text.slice(1), glob));
  return text !== '' && (glob[0] === '?' || glob[0] === text[0]) && isMatch(text.slice(1), rest);
}

test('a pattern that is said to cover another matches every text that the other matches', () => {
  fc.assert(
    fc.property(globs, globs, (wider, glob) => {
      if (!patternCovers(wider, glob)) return;
      expect(texts.filter((text) => isMatch(text, glob) && !isMatch(text, wider))).toEqual([]);
    }),
    MANY,
  );
});

test('a pattern covers itself, and a text exactly where it matches it', () => {
  fc.assert(
    fc.property(globs, fc.constantFrom(...texts), (glob, text) => {
      expect(patternCovers(glob, glob)).toBe(true);
      expect(patternCovers(glob, text)).toBe(isMatch(text, glob));
    }),
    MANY,
  );
});

const statements = fc.record({
  actions: fc.uniqueArray(fc.constantFrom('s3:a', 's3:b', 's3:*'), { minLength: 1 }),
  resources: fc.uniqueArray(globs, { minLength: 1, maxLength: 3 }),
  condition: fc.constantFrom(undefined, 'x', 'y'),
});
type Statement = typeof statements extends fc.Arbitrary<infer S> ? S : never;
const policies = fc.array(statements, { maxLength: 3 });

const toPolicy = (list: readonly Statement[]) => ({
  Version: '2012-10-17',
  Statement: list.map(({ actions, resources, condition }) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(condition ? { Condition: { StringEquals: { 'aws:PrincipalTag/of': condition } } } : {}),
  })),
});

/** Every single request that a policy allows, by trying all: action, resource, and the value that conditions ask for. */
function allowedRequests(list: readonly Statement[]): Set<string> {
  const allowed = new Set<string>();
  for (const action of ['s3:a', 's3:b'])
    for (const resource of texts)
      for (const value of ['x', 'y', 'z'])
        if (
          list.some(
            ({ actions, resources, condition }) =>
              actions.some((glob) => isMatch(action, glob)) &&
              resources.some((glob) => isMatch(resource, glob)) &&
              (condition === undefined || condition === value),
          )
        )
          allowed.add(`${action} ${resource} ${value}`);
  return allowed;
}

test('a policy that gains nothing allows no request that the one before did not', () => {
  fc.assert(
    fc.property(policies, policies, (before, after) => {
      const { gained, lost } = comparePermissions(toPolicy(before), toPolicy(after));
      const [had, has] = [allowedRequests(before), allowedRequests(after)];
      if (gained.length === 0) expect([...has].filter((request) => !had.has(request))).toEqual([]);
      if (lost.length === 0) expect([...had].filter((request) => !has.has(request))).toEqual([]);
    }),
    runs(1000),
  );
});

test('a policy gains and loses nothing against itself, whatever the order of its statements', () => {
  fc.assert(
    fc.property(policies, (list) => {
      const { gained, lost } = comparePermissions(toPolicy(list), toPolicy([...list].reverse()));
      expect([gained, lost]).toEqual([[], []]);
    }),
    RUNS,
  );
});
