import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { operations } from '../../handlers/http/contract/operations.ts';
import { sourceFiles } from '../support/arch/imports.ts';
import { ROOT } from '../support/arch/infrastructure.ts';

/** What only an endpoint may name: routes, HTTP statuses, and the parts of a Slack message. */
const OF_THE_EDGE = [
  /\b(GET|POST|PUT|DELETE|PATCH) \/|\/v1\/(?!grants\/\{id\})/,
  /\bHTTP (status|state)\b|\b(answers?|status|statusCode|once active|once done)\W{1,3}[1-5]\d\d\b|\b[2-5]0\d (once|while)\b/i,
  /\bBlock ?Kit\b|\bmrkdwn\b|\bactions? block\b/i,
];
/** True for a line of source text that names one. */
const isOfTheEdge = (line: string): boolean => OF_THE_EDGE.some((part) => part.test(line));

describe('the domain', () => {
  test('names no route, no HTTP status and no part of a Slack message, not even in a comment', () => {
    const found = sourceFiles('domain').flatMap(({ path }) =>
      readFileSync(`${ROOT}${path}`, 'utf8')
        .split('\n')
        .filter(isOfTheEdge)
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
