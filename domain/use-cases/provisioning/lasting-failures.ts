import { PortError } from '../../shared/port-error.ts';
import type { Problem } from '../../shared/problem.ts';
import { type Instant, toEpoch } from '../../shared/time.ts';
import type { ProvisionerRun } from './run.ts';

/** The problem of a lasting refusal; undefined for a failure that may pass. */
export function finalProblemOf(error: unknown): Pick<Problem, 'code' | 'detail'> | undefined {
  if (!(error instanceof PortError) || error.system !== 'IAM') return undefined;
  if (error.code !== 'DENIED' && error.code !== 'REJECTED') return undefined;
  return { code: error.problemCode ?? 'UPSTREAM_FAILED', detail: error.message };
}

/** True where the account could not be reached: its role could not be assumed, so the call had no effect. */
export const isUnreachable = (error: unknown): error is PortError =>
  error instanceof PortError && error.problemCode === 'ACCOUNT_UNREACHABLE';

/** The problem of an account that cannot be reached; undefined for other failures. For runs that have written nothing yet:
 *  all others wait until the account is back. */
export const unreachableProblemOf = (error: unknown): Pick<Problem, 'code' | 'detail'> | undefined =>
  isUnreachable(error) ? { code: 'ACCOUNT_UNREACHABLE', detail: error.message } : undefined;

/** Seconds since an instant by the run's clock; 0 without an instant. */
export const secondsSince = (run: ProvisionerRun, at: Instant | undefined): number =>
  at === undefined ? 0 : (run.ports.clock.now() - toEpoch(at)) / 1000;

/** True when a write on a role failed because IAM does not see the role. IAM knows neither path nor boundary of such a
 *  role, so our own permissions, which depend on both, may be denied instead: then a look decides. */
export async function isUnseen(run: ProvisionerRun, roleName: string, error: unknown): Promise<boolean> {
  if (!(error instanceof PortError) || error.system !== 'IAM') return false;
  if (error.code === 'NOT_FOUND') return true;
  return error.code === 'DENIED' && (await run.iam.findRole(roleName)) === undefined;
}
