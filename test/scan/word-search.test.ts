import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { charsPattern, runPattern, textPattern, valuePattern } from '../../domain/scan/solving/pattern.ts';
import { findWord } from '../../domain/scan/solving/word-search.ts';
import { runs } from '../support/domain/arbitraries.ts';

const globs = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 5 }).map((parts) => parts.join(''));

const pattern = (glob: string) => valuePattern(glob, { wildcards: true, ignoreCase: false }) ?? [];

/** An independent matcher: JavaScript's regular expressions. */
const matches = (word: string, glob: string): boolean =>
  new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(word);

/** All words over a small alphabet up to a length. */
function words(alphabet: string, most: number): string[] {
  if (most === 0) return [''];
  const shorter = words(alphabet, most - 1);
  const longest = shorter.filter((word) => word.length === most - 1);
  return shorter.concat(longest.flatMap((word) => [...alphabet].map((char) => word + char)));
}
const ALL = words('abc', 7).filter((word) => word !== '');

test('finds a text that fulfils all constraints, or there is none among all short ones', () => {
  const groups = fc.array(fc.array(globs, { minLength: 1, maxLength: 2 }), { maxLength: 2 });
  fc.assert(
    fc.property(groups, fc.array(globs, { maxLength: 2 }), (anyOf, noneOf) => {
      const fits = (word: string) =>
        anyOf.every((group) => group.some((glob) => matches(word, glob))) &&
        !noneOf.some((glob) => matches(word, glob));
      const result = findWord(
        { shape: runPattern('abc'), preferred: 'abcabc', guides: [] },
        { anyOf: anyOf.map((group) => group.map(pattern)), noneOf: noneOf.map(pattern) },
      );
      if (result.kind === 'word')
        expect([result.word, fits(result.word), /^[abc]+$/.test(result.word)]).toEqual([
          result.word,
          true,
          true,
        ]);
      else expect([result.kind, ALL.find(fits)]).toEqual(['none', undefined]);
    }),
    runs(300),
  );
});

test('finds a text of a fixed length, or of a fixed length behind a run, wherever there is one', () => {
  const groups = fc.array(fc.array(globs, { minLength: 1, maxLength: 2 }), { maxLength: 2 });
  const shapes = fc.constantFrom(
    { shape: charsPattern('abc', 4), preferred: 'abca', tries: ['cccc'], all: /^[abc]{4}$/ },
    { shape: charsPattern('ab', 3), preferred: 'aab', tries: [], all: /^[ab]{3}$/ },
    {
      shape: [...textPattern('a'), ...runPattern('bc'), ...textPattern('a')],
      preferred: 'aba',
      tries: ['acca', 'b'],
      all: /^a[bc]+a$/,
    },
  );
  fc.assert(
    fc.property(
      shapes,
      groups,
      fc.array(globs, { maxLength: 2 }),
      fc.boolean(),
      ({ all, ...shape }, anyOf, noneOf, isGuided) => {
        const fits = (word: string) =>
          all.test(word) &&
          anyOf.every((group) => group.some((glob) => matches(word, glob))) &&
          !noneOf.some((glob) => matches(word, glob));
        const guides = isGuided ? [...shape.preferred] : [];
        const constraints = { anyOf: anyOf.map((group) => group.map(pattern)), noneOf: noneOf.map(pattern) };
        const result = findWord({ ...shape, guides }, constraints);
        if (result.kind === 'word') expect([result.word, fits(result.word)]).toEqual([result.word, true]);
        else expect([result.kind, ALL.find(fits)]).toEqual(['none', undefined]);
      },
    ),
    runs(500),
  );
});

describe('a value of a policy', () => {
  test('with a variable is not judged, escaped characters are themselves', () => {
    const rules = { wildcards: true, ignoreCase: false };
    expect(valuePattern('${aws:username}', rules)).toBeUndefined();
    expect(valuePattern('${*}a', rules)).toEqual(textPattern('*a'));
    expect(valuePattern('*', { ...rules, wildcards: false })).toEqual(textPattern('*'));
  });

  test('that would take for ever is given up, not guessed', () => {
    const hostile = pattern('*a?b'.repeat(400));
    const result = findWord(
      { shape: runPattern('ab'), preferred: 'b', guides: [] },
      { anyOf: [[hostile]], noneOf: [pattern(`*${'a?b*'.repeat(30)}b`)] },
    );
    expect(['unknown', 'word', 'none']).toContain(result.kind);
    const long = pattern('a'.repeat(9000));
    expect(
      findWord({ shape: runPattern('a'), preferred: 'b', guides: [] }, { anyOf: [[long]], noneOf: [] }).kind,
    ).toBe('unknown');
  });
});
