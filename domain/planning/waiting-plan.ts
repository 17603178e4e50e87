import { type Grant, isDecidable, waitingRequest } from '../grants/grant.ts';
import { comparePermissions } from '../policy/difference.ts';
import { askedLifetime, changesOf, liveStateOf, type Plan } from './plan.ts';

/** The plan of a grant's waiting request or change, as it was shown when it was asked for; undefined where none waits that
 *  can be decided. */
export function waitingPlanOf(grant: Grant): Plan | undefined {
  const waiting = waitingRequest(grant);
  if (!waiting || !isDecidable(waiting)) return undefined;
  const { risk, approvalReasons, decidedBy = [], warnings, permissionsPolicy } = waiting.proposal;
  const live = liveStateOf(grant);
  const { gained, lost } = comparePermissions(live?.permissionsPolicy, permissionsPolicy);
  const changes = changesOf({ intent: waiting.intent, live, lifetime: askedLifetime(waiting) });
  return {
    hash: waiting.planHash,
    risk,
    gained,
    lost,
    requiresApproval: true,
    approvalReasons,
    decidedBy,
    ...changes,
    warnings,
  };
}
