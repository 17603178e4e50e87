import { PortError } from '../../shared/port-error.ts';
import type { Problem } from '../../shared/problem.ts';

/** The problem of a refusal for good; undefined for a failure that may pass. */
export function refusalOf(error: unknown): Pick<Problem, 'code' | 'detail'> | undefined {
  if (!(error instanceof PortError) || error.system !== 'IAM') return undefined;
  if (error.code !== 'DENIED' && error.code !== 'REJECTED') return undefined;
  return { code: error.problemCode ?? 'UPSTREAM_FAILED', detail: error.message };
}
