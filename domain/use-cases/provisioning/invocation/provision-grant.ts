import { grantBeside } from '../../../grants/unreadable/revocation.ts';
import { isAtRest, type Work, workOf } from '../../../grants/work.ts';
import type { StreamId } from '../../../shared/identifiers.ts';
import { PortError } from '../../../shared/port-error.ts';
import { assertNever } from '../../../shared/result.ts';
import { type EpochMilliseconds, toInstant } from '../../../shared/time.ts';
import { type GrantStream, isReadOnly, projectStream } from '../../grant-stream.ts';
import type { ProvisionerAnswer } from '../../provisioner.ts';
import { intentsOf, releaseUnused } from '../../reservations.ts';
import { closeUnreadable } from '../close-unreadable.ts';
import { compensate, createRole } from '../create-role.ts';
import { contain, repair } from '../drift/act.ts';
import { examine } from '../drift/examine.ts';
import { isUnreachable } from '../lasting-failures.ts';
import { closeRole, removeLeftover, removeRole } from '../remove-role.ts';
import { isOpened, thawRole } from '../restore-role.ts';
import { beginRun, type ProvisionerPorts, type ProvisionerRun, StreamMoved } from '../run.ts';
import { updateRole } from '../update-role.ts';

/** One invocation of the provisioner. `owner` is unique to it; after `deadline` it begins no call any more; the lease
 *  ends at `leaseUntil`, later than the function itself can live. Epoch milliseconds. */
export type ProvisionerInvocation = {
  grantId: StreamId;
  owner: string;
  deadline: EpochMilliseconds;
  leaseUntil: EpochMilliseconds;
};

/** Steps of one run: more than any honest story has, so that an error cannot make it run for ever. */
const MOST_STEPS = 20;

/** Does on one grant whatever its state asks for, until nothing is left to do; where there is nothing, it looks for drift. Obeys nothing but the grant's id: what is
 *  granted is read from Bitbucket and rendered again. One at a time per grant (`busy` otherwise), safe to repeat, and
 *  resumable after every step. Beside a stream that cannot be read it closes the role. `unfinished`: the read model says when to try again. */
export async function provisionGrant(
  ports: ProvisionerPorts,
  { grantId, owner, deadline, leaseUntil }: ProvisionerInvocation,
): Promise<ProvisionerAnswer> {
  const work = async () => {
    const run = await beginRun(ports, grantId, deadline);
    // A version that does not know every event of a grant does nothing on it.
    if (isReadOnly(run.stream())) return { outcome: 'unfinished' as const };
    const before = run.stream();
    const worked = await workUntilRest(run);
    const hadNone = worked === 'settled' && run.stream() === before;
    const outcome = hadNone ? await lookForDrift(run) : worked;
    if (outcome === 'settled' && run.stream() !== before) await releaseWhatIsLeft(run, before);
    await projectStream(ports, run.stream());
    return { outcome };
  };
  const lease = { owner, leaseUntil };
  const unreadable = grantBeside(grantId);
  if (unreadable === undefined) return underLease(ports, { ...lease, grantId }, work);
  return underLease(ports, { ...lease, grantId }, async () => {
    // A run on the grant itself that began while its stream could be read may still hold this lease. A grant that has lost
    // its row gets one, because a lease needs it.
    await ports.grants.markDue(unreadable, 1, toInstant(ports.clock.now()));
    return underLease(ports, { ...lease, grantId: unreadable }, () =>
      closeUnreadable(ports, { streamId: grantId, grantId: unreadable }, deadline),
    );
  });
}

async function underLease(
  { clock, grants }: Pick<ProvisionerPorts, 'clock' | 'grants'>,
  { grantId, owner, leaseUntil }: Pick<ProvisionerInvocation, 'grantId' | 'owner' | 'leaseUntil'>,
  work: () => Promise<ProvisionerAnswer>,
): Promise<ProvisionerAnswer> {
  const now = toInstant(clock.now());
  if (!(await grants.takeLease(grantId, owner, now, toInstant(leaseUntil)))) return { outcome: 'busy' };
  try {
    return await work();
  } finally {
    await grants.releaseLease(grantId, owner);
  }
}

/** Takes back what was reserved for what the grant has ended or left in this run. */
async function releaseWhatIsLeft(run: ProvisionerRun, before: GrantStream): Promise<void> {
  const asked = [...intentsOf(before), ...intentsOf(run.stream())];
  await releaseUnused(run.ports, { grant: run.grant(), asked });
}

/** Compares a grant that has no work with IAM and Bitbucket, and does what the finding asks for. */
async function lookForDrift(run: ProvisionerRun): Promise<'settled' | 'unfinished' | 'unreachable'> {
  try {
    await examine(run);
  } catch (error) {
    if (error instanceof StreamMoved) await run.reload();
    else if (error instanceof PortError) return giveUpForNow(run, error);
    else throw error;
  }
  return workUntilRest(run);
}

async function workUntilRest(run: ProvisionerRun): Promise<'settled' | 'unfinished' | 'unreachable'> {
  for (let step = 0; step < MOST_STEPS; step += 1) {
    if (!run.stream().grant) return 'settled';
    try {
      if (await hasComeToRest(run)) return 'settled';
    } catch (error) {
      if (error instanceof StreamMoved) await run.reload();
      else if (error instanceof PortError) return giveUpForNow(run, error);
      else throw error;
    }
  }
  return 'unfinished';
}

/** Takes the next step of a grant's work; true when there is none. */
async function hasComeToRest(run: ProvisionerRun): Promise<boolean> {
  if (run.grant().state === 'failed') await removeLeftover(run);
  const work = workOf(run.grant());
  if (work.kind !== 'rest') await doWork(run, work);
  return work.kind === 'rest';
}

async function doWork(run: ProvisionerRun, work: Exclude<Work, { kind: 'rest' }>): Promise<void> {
  switch (work.kind) {
    case 'provision':
      return isOpened(work.grant) ? thawRole(run, work.grant) : createRole(run, work.grant);
    case 'compensate':
      return compensate(run, work.grant.role, work.error);
    case 'freeze':
      return closeRole(run, work.role);
    case 'contain':
      return contain(run, work.drift);
    case 'repair':
      return repair(run, work.grant);
    case 'update':
      return updateRole(run, work.grant, work.change);
    case 'revoke':
      await removeRole(run, work.grant.role);
      return run.recordIntent({ type: 'GrantRevoked', data: {} });
    default:
      assertNever(work);
  }
}

/** Leaves the grant for a later run, and says in the log why its work did not go on: once per kind of failure, so that a
 *  long outage is one line and not a thousand. */
async function giveUpForNow(run: ProvisionerRun, error: PortError): Promise<'unfinished' | 'unreachable'> {
  const isRefusal = error.code === 'DENIED' || error.code === 'REJECTED';
  const code = error.problemCode ?? (isRefusal ? 'UPSTREAM_FAILED' : 'UPSTREAM_UNAVAILABLE');
  if (error.system !== 'DynamoDB' && !isAtRest(run.grant()) && run.grant().lastError?.code !== code) {
    const data = { error: { code, detail: error.message } };
    await run.recordOutcome({ type: 'AttemptFailed', data }).catch((moved: unknown) => {
      if (!(moved instanceof StreamMoved)) throw moved;
    });
  }
  return isUnreachable(error) ? 'unreachable' : 'unfinished';
}
