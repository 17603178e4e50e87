import { PortError } from '../../shared/port-error.ts';
import type { Problem } from '../../shared/problem.ts';
import { type Instant, seconds, toEpoch } from '../../shared/time.ts';
import type { ProvisionerRun } from './run.ts';

/** Seconds for which "no such entity" means "not visible yet". Source: IAM User Guide, troubleshooting: changes are
 *  eventually consistent, without a number; 60 is our choice. */
export const PROPAGATION_SECONDS = seconds(60);

/** The problem of a lasting refusal; undefined for a failure that may pass. */
export function finalProblemOf(error: unknown): Pick<Problem, 'code' | 'detail'> | undefined {
  if (!(error instanceof PortError) || error.system !== 'IAM') return undefined;
  if (error.code !== 'DENIED' && error.code !== 'REJECTED') return undefined;
  return { code: error.problemCode ?? 'UPSTREAM_FAILED', detail: error.message };
}

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
