import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { operations } from '../../handlers/http/contract/operations.ts';
import { sourceFiles, targetOf } from '../support/arch/imports.ts';
import { ROOT, serverless } from '../support/arch/infrastructure.ts';

/** What only an endpoint may name: routes, HTTP statuses, and the parts of a Slack message. */
const OF_THE_EDGE = [
  /\b(GET|POST|PUT|DELETE|PATCH) \/|\/v1\/(?!grants\/\{id\})/,
  /\bHTTP (status|state)\b|\b(answers?|status|statusCode|once active|once done)\W{1,3}[1-5]\d\d\b|\b[2-5]0\d (once|while)\b/i,
  /\bBlock ?Kit\b|\bmrkdwn\b|\bactions? block\b/i,
];
/** What a pasted pipeline step prints: its reader has nothing but the API at hand. */
const PASTED_TEXT = 'ask POST /v1/explain about ${grant.id}';

/** True for a line of source text that names one. */
const isOfTheEdge = (line: string): boolean => OF_THE_EDGE.some((part) => part.test(line));

describe('the domain', () => {
  test('names no route, no HTTP status and no part of a Slack message, not even in a comment', () => {
    const found = sourceFiles('domain').flatMap(({ path }) =>
      readFileSync(`${ROOT}${path}`, 'utf8')
        .split('\n')
        .filter((line) => isOfTheEdge(line) && !line.includes(PASTED_TEXT))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  test.each([
    ...operations.map(({ method, path }) => `ask again with ${method} ${path.replace('{id}', 'gr_x')}`),
    'answers 201 once active',
    'The HTTP status of each outcome',
    "type: 'mrkdwn'",
  ])('is looked at by a check that sees %j', (line) => {
    expect(isOfTheEdge(line)).toBe(true);
  });

  test.each(['Seconds, 3 600–43 200', 'const RETRY_MS = 500;', "{verb: 'request', reason: text(500)}"])(
    'is looked at by a check that lets %j pass',
    (line) => {
      expect(isOfTheEdge(line)).toBe(false);
    },
  );
});

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
    const composing = importing('handlers/composition/compose.ts').map(({ path }) => path);
    expect(composing.filter((path) => !entries.includes(path))).toEqual([]);
    expect(composing.length).toBeGreaterThan(8);
  });
});

test('a test that stands in for a class of the SDK gives it back: the files of a worker share its packages', () => {
  const standIns = sourceFiles('test').filter(({ path }) =>
    /\bmockClient\([A-Z]/.test(readFileSync(`${ROOT}${path}`, 'utf8')),
  );
  expect(standIns.length).toBeGreaterThan(2);
  for (const { path } of standIns) {
    expect([path, readFileSync(`${ROOT}${path}`, 'utf8')]).toEqual([
      path,
      expect.stringContaining('.restore()'),
    ]);
  }
});
