import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fillShellLine } from '../../../../../domain/templates/step/shell-text.ts';
import { runScript } from '../../../../support/domain/step-shell.ts';

/** Lines of a shell with a value in every context, and what `tool` gets of it. */
const places: [line: string, meant: (value: string) => string[]][] = [
  ['tool {{value}}', (value) => [value]],
  ['tool --name={{value}} end', (value) => [`--name=${value}`, 'end']],
  ['tool "a {{value}} b"', (value) => [`a ${value} b`]],
  ["tool 'a {{value}} b'", (value) => [`a ${value} b`]],
  ['tool "it\'s {{value}}"', (value) => [`it's ${value}`]],
  ["tool 'say \"'{{value}}'\"'", (value) => [`say "${value}"`]],
  ['tool \\"{{value}}\\"', (value) => [`"${value}"`]],
  ['tool "\\"{{value}}"', (value) => [`"${value}`]],
  ['tool "$(printf %s {{value}}.)"', (value) => [`${value}.`]],
  ['tool "$(printf %s "{{value}}.")" {{value}}', (value) => [`${value}.`, value]],
  ['(tool {{value}})', (value) => [value]],
  ['tool $((1 + 2)) {{value}} "$((3))"', (value) => ['3', value, '3']],
];

/** Values that no shell may read as anything but text. No NUL: an argument of a process cannot hold one. */
const values = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0')),
  fc.stringMatching(/^[ \n\t$()`"'\\!*?~#&|;<>{}a]{1,20}$/),
  fc.constantFrom(
    '$(touch x)',
    '`touch x`',
    "'; touch x; '",
    '"; touch x; "',
    '\\',
    '$HOME',
    '~',
    '*',
    '-n',
    '\n',
    '😀',
    '%s%n',
    '{{value}}',
  ),
);

describe('a value in a line of shell', () => {
  test.each(places)('is that very text to the command: %s', async (line, meant) => {
    await fc.assert(
      // A shell is dear to start, so each runs the line with many values.
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 12, size: 'max' }), async (some) => {
        const run = await runScript(some.map((value) => fillShellLine(line, () => value)));
        const own = run.calls.filter(({ command }) => command === 'tool');
        expect([run.status, run.stderr, own.map(({ args }) => args)]).toEqual([0, '', some.map(meant)]);
        expect(run.calls.map(({ command }) => command)).not.toContain('touch');
      }),
      { numRuns: 4 },
    );
  });

  test('stays readable where it needs no quotes', () => {
    expect(fillShellLine('aws s3 ls s3://{{bucket}}/', () => 'shop-site')).toBe('aws s3 ls s3://shop-site/');
  });

  test('is asked for by its name', () => {
    expect(fillShellLine('{{a}} "{{aws.region}}"', (name) => `<${name}>`)).toBe(`'<a>' "<aws.region>"`);
  });
});
