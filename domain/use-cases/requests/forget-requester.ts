import type { RequesterGroups } from '../../access/requester-groups.ts';
import { type Grant, waitingRequest } from '../../grants/grant.ts';
import { PortError } from '../../shared/port-error.ts';

/** Forgets the groups of who made the request that waited on a grant, once that is decided or withdrawn. A failure
 *  has no effect: the groups expire when the request would lapse. */
export async function forgetRequester(
  { requesterGroups }: { requesterGroups: RequesterGroups },
  grant: Grant,
): Promise<void> {
  const waiting = waitingRequest(grant);
  if (!waiting) return;
  const { planHash, requestedBy: requester } = waiting;
  await requesterGroups.forget({ grantId: grant.id, planHash, requester }).catch((error: unknown) => {
    if (!(error instanceof PortError)) throw error;
  });
}
