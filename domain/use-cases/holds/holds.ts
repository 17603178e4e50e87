import { heldProblem, isKeptByHold, repositoryHoldOf } from '../../grants/containment/repository-hold.ts';
import type { NewEvent } from '../../grants/event.ts';
import type { Grant, Hold } from '../../grants/grant.ts';
import type { GrantIntent } from '../../grants/intent.ts';
import { type RepositoryUuid, repositoryStreamOf } from '../../shared/identifiers.ts';
import type { Principal } from '../../shared/principal.ts';
import type { Problem } from '../../shared/problem.ts';
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

/** True for an expiry that is later than the one in force. */
const isRenewal = (grant: Grant | undefined, event: NewEvent): boolean =>
  event.type === 'GrantExpiryChanged' &&
  grant?.expiresAt !== undefined &&
  event.data.expiresAt > grant.expiresAt;
