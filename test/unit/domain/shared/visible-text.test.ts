import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isMistakable,
  visible,
  visibleLines,
  visibleName,
} from '../../../../domain/shared/text/visible-text.ts';
import { RUNS } from '../../../support/domain/arbitraries.ts';

/** Signs that a reader does not see, or that change how the others are read. */
const UNSEEN = [
  '\u0000',
  '\u001b',
  '\u007f',
  '\u0085',
  '\t',
  '\r',
  '\n',
  '\u00ad',
  '\u061c',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u200e',
  '\u200f',
  '\u2060',
  '\ufeff',
  '\u180e',
  '\ufe0f',
  '\u202a',
  '\u202b',
  '\u202c',
  '\u202d',
  '\u202e',
  '\u2066',
  '\u2067',
  '\u2068',
  '\u2069',
  '\u2028',
  '\u2029',
  '\u00a0',
  '\u2003',
  '\u202f',
  '\u3000',
  '\u3164',
  '\u115f',
  '\u2800',
  '\u{e0041}',
  '\u{e000}',
  '\ud800',
];

describe('text from outside is shown as it is', () => {
  test.each(UNSEEN.map((sign) => [sign.codePointAt(0)?.toString(16) ?? '', sign]))(
    'with U+%s as an escape',
    (hex, sign) => {
      expect(visible(`Prod${sign}uction`)).toBe(`Prod\\u{${hex}}uction`);
    },
  );

  test.each(['Production', 'grün', '本番', 'Прод', 'a b', 'naïve (1)', '😀'])(
    'unchanged where it is seen: %s',
    (text) => {
      expect([visible(text), visibleName(text)]).toEqual([text, text]);
    },
  );

  test('and whatever it holds, nothing unseen is left, and showing it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u);
        expect(visible(visible(text))).toBe(visible(text));
      }),
      RUNS,
    );
  });

  test('with its line ends where it has lines', () => {
    expect(visibleLines('a\u202eb\r\nc\nd')).toBe('a\\u{202e}b\nc\nd');
  });
});

describe('a name', () => {
  test.each([
    ['Production ', '"Production "'],
    [' Production', '" Production"'],
    ['Prod  uction', '"Prod  uction"'],
    ['Production\u00a0', 'Production\\u{a0}'],
    ['', '""'],
  ])('%j is shown as %s', (name, shown) => {
    expect(visibleName(name)).toBe(shown);
  });

  test.each<[string, boolean]>([
    ['Production', false],
    ['Production eu-1', false],
    ['Production ', true],
    ['Prоduction', true],
    ['Prod\u200buction', true],
  ])('%j can be mistaken for another: %s', (name, mistakable) => {
    expect(isMistakable(name)).toBe(mistakable);
  });
});
