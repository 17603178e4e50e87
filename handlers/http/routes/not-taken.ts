import { problem } from '../../../domain/shared/problem.ts';
import { ProblemError } from '../problem-details.ts';

/** A method of a path, which may have parameters: `/v1/grants/{id}`. */
export type RoutePath = { method: string; path: string };

/** The refusal of a path and method that are no route: 405 where the path takes other methods, else 404. */
export function notTaken(path: string, routes: readonly RoutePath[]): ProblemError {
  const allowed = new Set(routes.filter((one) => matchesPath(one.path, path)).map(({ method }) => method));
  if (allowed.size === 0) {
    return new ProblemError(
      problem('ROUTE_NOT_FOUND', 'There is no such route. GET /openapi.json describes all.'),
    );
  }
  const allow = [...allowed].join(', ');
  return new ProblemError(problem('METHOD_NOT_ALLOWED', `This route takes ${allow}.`), { allow });
}

/** True when a concrete path is one of the pattern `/v1/grants/{id}`. */
function matchesPath(pattern: string, path: string): boolean {
  const parts = path.split('/');
  const expected = pattern.split('/');
  return (
    parts.length === expected.length &&
    expected.every((part, n) => (part.startsWith('{') ? parts[n] !== '' : part === parts[n]))
  );
}
