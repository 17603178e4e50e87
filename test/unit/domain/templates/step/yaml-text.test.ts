import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { quotedYaml, yamlText } from '../../../../../domain/templates/step/yaml-text.ts';
import { runs } from '../../../../support/domain/arbitraries.ts';

const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.stringMatching(/^[-?:,[\]{}#&*!|>'"%@` a1.~=<\\]{0,12}$/),
  fc.constantFrom(
    'null',
    'No',
    'on',
    'y',
    '1e3',
    '0x1f',
    '1:30',
    '2026-01-01',
    '.inf',
    '<<',
    '111122223333',
    'a: b',
    'a #b',
    'a:',
    'a ',
    '\ufeff',
    '\u2028',
    '\u0085',
    '\u202e',
    '😀',
  ),
);

describe.each(['1.1', '1.2'] as const)('read back by YAML %s', (version) => {
  test('a text is the same text, as a value and as an item of a list', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(yamlText, quotedYaml), (text, write) => {
        expect(parse(`- key: ${write(text)}\n- ${write(text)}\n`, { version })).toEqual([
          { key: text },
          text,
        ]);
      }),
      runs(500),
    );
  });
});

test('a text holds no sign that a screen does not show', () => {
  fc.assert(fc.property(texts, (text) => !/\p{C}|[\u2028\u2029\u00a0]/u.test(quotedYaml(text))));
});

test('a command stays plain', () => {
  const command = `printf '[%s]\\n' "$A" && test -z "\${B:-}" >> file`;
  expect(yamlText(command)).toBe(command);
});
