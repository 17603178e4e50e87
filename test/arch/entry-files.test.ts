import { posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sourceFiles, targetOf } from '../support/arch/imports.ts';
import { serverless } from '../support/arch/infrastructure.ts';

const entries = Object.values(serverless.functions).map(({ handler }) =>
  handler.replace(/\.handler$/, '.ts'),
);
const files = sourceFiles('handlers');
/** Statements of a source text outside its imports: what is left when it is formatted, without empty lines. */
const statementsIn = (code: string): string[] =>
  code
    .replace(/^import [^;]+;$/gm, '')
    .split(/;\n|\n}\n/)
    .map((text) => text.trim())
    .filter((text) => text !== '');

describe('the entry file of a function', () => {
  test('is there for each function, directly below handlers/', () => {
    expect(entries.length).toBeGreaterThan(8);
    expect(entries.filter((path) => !files.some((file) => file.path === path))).toEqual([]);
    expect(entries.filter((path) => posix.dirname(path) !== 'handlers')).toEqual([]);
  });

  test.each(entries)('%s composes in three statements and takes no part in deciding', (path) => {
    const file = files.find((one) => one.path === path);
    expect(statementsIn(file?.code ?? '').length).toBeLessThanOrEqual(3);
    const outside = file?.imports
      .map((taken) => targetOf(path, taken) ?? '')
      .filter((target) => /^(domain|adapters)\//.test(target));
    expect(outside).toEqual([]);
  });

  test('is imported by no file, and nothing else composes: importing any other file starts nothing', () => {
    const importing = (target: string) =>
      files.filter(({ path, imports }) => imports.some((taken) => targetOf(path, taken) === target));
    expect(entries.flatMap(importing).map(({ path }) => path)).toEqual([]);
    const composing = importing('handlers/compose.ts').map(({ path }) => path);
    expect(composing.filter((path) => !entries.includes(path))).toEqual([]);
    expect(composing.length).toBeGreaterThan(8);
  });
});
