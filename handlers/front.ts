import { Logger } from '@aws-lambda-powertools/logger';
import apiDocument from '../docs/openapi.json' with { type: 'json' };
import { problem } from '../domain/problem.ts';
import { toResult } from './http/http-answer.ts';
import { guarded } from './http/http-function.ts';
import { ProblemError } from './http/problem-details.ts';

/** The routes of the API with their operations, as its document has them. */
const paths: Record<string, object> = apiDocument.paths;

/** Answers what needs no authentication: the health check, the API's document, and every path and method that no other
 *  function takes. */
export const handler = guarded(new Logger({ serviceName: 'rolewright' }), async (event) => {
  const { method, path } = event.requestContext.http;
  if (method === 'GET' && path === '/healthz') return toResult({ status: 200, body: { status: 'ok' } });
  if (method === 'GET' && path === '/openapi.json') return toResult({ status: 200, body: apiDocument });
  const allowed = Object.entries(paths)
    .filter(([pattern]) => matches(pattern, path))
    .flatMap(([, operations]) => Object.keys(operations).map((name) => name.toUpperCase()));
  if (allowed.length === 0) {
    throw new ProblemError(
      problem('ROUTE_NOT_FOUND', 'There is no such route. GET /openapi.json describes all.'),
    );
  }
  const allow = [...new Set(allowed)].join(', ');
  throw new ProblemError(problem('METHOD_NOT_ALLOWED', `This route takes ${allow}.`), { allow });
});

/** True when a concrete path is one of the pattern `/v1/grants/{id}`. */
function matches(pattern: string, path: string): boolean {
  const parts = path.split('/');
  const expected = pattern.split('/');
  return (
    parts.length === expected.length &&
    expected.every((part, n) => (part.startsWith('{') ? parts[n] !== '' : part === parts[n]))
  );
}
