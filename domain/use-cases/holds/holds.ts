import { heldProblem, isKeptByHold, repositoryHoldOf } from '../../grants/containment/repository-hold.ts';
import type { NewEvent } from '../../grants/event.ts';
import type { Grant, Hold, WaitingRequest } from '../../grants/grant.ts';
import { type GrantIntent, intentHash, intentOf } from '../../grants/intent.ts';
import { type RepositoryUuid, repositoryStreamOf } from '../../shared/identifiers.ts';
import type { Principal } from '../../shared/principal.ts';
import type { Problem } from '../../shared/problem.ts';
import { type Instant, plusSeconds, toInstant } from '../../shared/time.ts';
import { loadWholeStream, type StreamPorts } from '../grant-stream.ts';

type HoldPorts = Pick<StreamPorts, 'log' | 'clock'>;

/** The hold of a repository, read consistently from its stream; undefined without one. */
const findRepositoryHold = async (
  ports: HoldPorts,
  repositoryUuid: RepositoryUuid,
): Promise<Hold | undefined> =>
  repositoryHoldOf((await loadWholeStream(ports, repositoryStreamOf(repositoryUuid))).events).hold;

/** A request of what a hold may forbid. `event` is what it would append. */
type HeldRequest = {
  grant: Grant | undefined;
  intent: GrantIntent;
  principal: Principal;
  event: NewEvent | undefined;
};

/** The problem of a request that a hold on its grant or its repository forbids: every one of a machine that changes
 *  something, and every renewal. Undefined for others; then the hold stays in place. */
export async function forbiddenByHold(ports: HoldPorts, asked: HeldRequest): Promise<Problem | undefined> {
  const { grant, intent, principal, event } = asked;
  if (!event || !(isKeptByHold(principal) || isRenewal(grant, event))) return undefined;
  return heldProblemOf(ports, grant, intent);
}

/** The problem of a hold on a grant or its repository; undefined without one. */
export async function heldProblemOf(
  ports: HoldPorts,
  grant: Pick<Grant, 'id' | 'hold'> | undefined,
  { repository }: Pick<GrantIntent, 'repository'>,
): Promise<Problem | undefined> {
  if (grant?.hold) return heldProblem(`Grant ${grant.id}`, grant.hold);
  const hold = await findRepositoryHold(ports, repository.uuid);
  return hold && heldProblem(`Repository ${repository.fullName}`, hold);
}

/** The problem of approving a request that a hold on its grant or its repository forbids: a machine's, and a renewal. */
export const approvalForbiddenByHold = async (
  ports: HoldPorts,
  grant: Grant,
  { requestedBy, intent, intentHash: asked, expiresInSeconds }: WaitingRequest,
): Promise<Problem | undefined> => {
  const end = expiresInSeconds && plusSeconds(toInstant(ports.clock.now()), expiresInSeconds);
  return isKeptByHold(requestedBy) || lengthens(grant, asked, end)
    ? heldProblemOf(ports, grant, intent)
    : undefined;
};

/** True for a request that renews, at once or after an approval. */
function isRenewal(grant: Grant | undefined, { type, data }: NewEvent): boolean {
  if (!grant) return false;
  if (type === 'GrantExpiryChanged') return lengthens(grant, grant.request.intentHash, data.expiresAt);
  return type === 'GrantChangeRequested' && lengthens(grant, intentHash(intentOf(data)), data.expiresAt);
}

/** True where a grant stays as it is and ends later. */
const lengthens = (grant: Grant, asked: string, end: Instant | undefined | 0): boolean =>
  grant.state === 'active' &&
  asked === grant.request.intentHash &&
  grant.expiresAt !== undefined &&
  !!end &&
  end > grant.expiresAt;
