import type { Result } from '../../domain/shared/result.ts';
import { ProblemError } from './problem-details.ts';

/** The value of a result; its problem is thrown to the edge of the chain, where it becomes the answer. */
export function orProblem<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ProblemError(result.problem);
}
