import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Context, covers, coversArn, tokensOf, walk } from '../../../../sandbox/aws/policy/pattern.ts';
import { runs } from '../../../support/domain/arbitraries.ts';

const wildcards = { wildcards: true };

/** The definition itself, in exponential time. */
function naive(pattern: readonly string[], value: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return value.length === 0;
  if (first === '*') {
    return naive(rest, value) || (value.length > 0 && naive(pattern, value.slice(1)));
  }
  return value.length > 0 && (first === '?' || first === value[0]) && naive(rest, value.slice(1));
}

const short = (characters: string[]) =>
  fc.array(fc.constantFrom(...characters), { maxLength: 7 }).map((all) => all.join(''));

test('a pattern covers what its definition says', () => {
  let covered = 0;
  fc.assert(
    fc.property(short(['*', '?', 'a', 'b', '😀']), short(['a', 'b', '😀', '\n']), (pattern, value) => {
      const expected = naive([...pattern], [...value]);
      covered += expected ? 1 : 0;
      expect(covers(pattern, value, wildcards)).toBe(expected);
    }),
    runs(3000),
  );
  expect(covered).toBeGreaterThan(100);
});

const stepsOf = (pattern: string, value: string) =>
  walk(tokensOf(pattern, wildcards) ?? [], [...value]).steps;

describe('the time of a comparison', () => {
  test('grows with the length of the value, however many stars the pattern has', () => {
    for (const stars of [1, 10, 1000]) {
      const pattern = `${'*a'.repeat(stars)}*b`;
      for (const length of [200, 2000, 20_000]) {
        expect(stepsOf(pattern, 'a'.repeat(length))).toBeLessThanOrEqual(2 * length + 2 * pattern.length);
      }
    }
  });

  test('is bounded by the lengths of value and pattern', () => {
    fc.assert(
      fc.property(short(['*', '?', 'a', 'b']), fc.nat(30), short(['a', 'b']), (pattern, times, value) => {
        const long = value.repeat(times + 1);
        const run = Math.max(...pattern.split('*').map((part) => part.length)) + 1;
        expect(stepsOf(pattern, long)).toBeLessThanOrEqual(pattern.length + 1 + (long.length + 1) * run);
      }),
      runs(2000),
    );
  });
});

describe('a variable', () => {
  const variables: Context = new Map([
    ['aws:username', ['a*b']],
    ['many', ['x', 'y']],
  ]);
  const withVariables = { wildcards: true, variables };

  test('is resolved to plain text', () => {
    expect(covers('home/${aws:UserName}/*', 'home/a*b/x', withVariables)).toBe(true);
    expect(covers('home/${aws:username}/*', 'home/axb/x', withVariables)).toBe(false);
  });

  test('without one value covers nothing, unless it has a default', () => {
    expect(covers('${gone}', '', withVariables)).toBe(false);
    expect(covers('*${many}*', 'x', withVariables)).toBe(false);
    expect(covers("${gone, 'other'}", 'other', withVariables)).toBe(true);
  });

  test('of one special character is that character', () => {
    expect(covers('${*}', '*', withVariables)).toBe(true);
    expect(covers('${*}', 'x', withVariables)).toBe(false);
    expect(covers('${?}${$}', '?$', withVariables)).toBe(true);
  });

  test('is plain text with wildcards in a document of 2008', () => {
    expect(covers('${*}', '*', wildcards)).toBe(false);
    expect(covers('${*}', '${anything}', wildcards)).toBe(true);
    expect(covers('${?}', '${x}', wildcards)).toBe(true);
    expect(covers('${aws:username}', '${aws:username}', wildcards)).toBe(true);
    expect(covers('${*}', '${anything}', { wildcards: false })).toBe(false);
  });
});

describe('a wildcard in an ARN', () => {
  const role = 'arn:aws:iam::111122223333:role/a:b';

  test.each([
    ['arn:aws:iam::111122223333:role/*', true],
    ['arn:aws:iam::*:role/a:b', true],
    ['arn:aws:i*::111122223333:role/a:b', true],
    ['arn:aws:iam:*:111122223333:*', true],
    ['arn:*:iam::111122223333:role/a?b', true],
    ['arn:aws:*:111122223333:role/a:b', false],
    ['arn:aws:iam:*:role/a:b', false],
    ['arn:aws:iam*:111122223333:role/a:b', false],
    ['arn:aws:iam:?111122223333:role/a:b', false],
    ['arn*iam::111122223333:role/a:b', false],
    ['*', false],
  ])('stops at the colons of the first five parts: %s covers it: %s', (pattern, expected) => {
    expect(coversArn(pattern, role, undefined)).toBe(expected);
  });

  test('counts no colon of a variable’s name, and takes one of its value for text', () => {
    const variables: Context = new Map([['aws:principaltag/x', ['a:b']]]);
    expect(coversArn('arn:aws:iam::111122223333:role/${aws:PrincipalTag/x}', role, variables)).toBe(true);
    expect(coversArn('arn:aws:${aws:principaltag/x}:::', 'arn:aws:a:b::', variables)).toBe(false);
  });
});
