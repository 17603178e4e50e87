import type { EventOf, NewEvent } from '../../grants/event.ts';
import { unreadableRevocationOf } from '../../grants/unreadable/revocation.ts';
import { denyAllArn, GRANT_TAG, isRoleNameOf, ROLE_PATH, roleArnOf } from '../../planning/role.ts';
import { type Account, boundaryArn, findAccount } from '../../shared/account.ts';
import type { GrantId, StreamId } from '../../shared/identifiers.ts';
import { PortError } from '../../shared/port-error.ts';
import { type EpochMilliseconds, type Instant, plusSeconds, toInstant } from '../../shared/time.ts';
import { renderClosedTrustPolicy } from '../../trust/policy.ts';
import { appendEvent, loadStream } from '../grant-stream.ts';
import type { ProvisionerAnswer } from '../provisioner.ts';
import { type ClosableRole, closeRole, isClosed } from './close-role.ts';
import type { Iam, ObservedRole } from './iam.ts';
import { PROPAGATION_SECONDS } from './iam-errors.ts';
import { PROVISIONER, type ProvisionerPorts } from './run.ts';

type Unreadable = { streamId: StreamId; grantId: GrantId };

/** Ends access through the role of a grant whose stream cannot be read, where a revoke was asked for beside it: the trust
 *  policy denies, and AWSDenyAll is the boundary. Names of roles come from what is left of the stream; IAM proves whose a role
 *  is, in this run. Idempotent. The caller holds both leases. */
export async function closeUnreadable(
  ports: ProvisionerPorts,
  { streamId, grantId }: Unreadable,
  deadline: EpochMilliseconds,
): Promise<ProvisionerAnswer> {
  for (;;) {
    const stream = await loadStream(ports, streamId);
    const { state } = unreadableRevocationOf(stream.events);
    const request = stream.events.findLast((event) => event.type === 'UnreadableRevocationRequested');
    if (!request || state === 'nothing') return { outcome: 'settled' };
    const account = findAccount(ports.configuration.accounts, request.data.account);
    if (!account)
      throw new PortError('IAM', 'REJECTED', `Account ${request.data.account} is not configured.`);
    const iam = ports.iam(deadline);
    const found = await findOwnRole(iam, grantId, await ports.log.loadTexts(grantId));
    const now = toInstant(ports.clock.now());
    const step =
      state === 'closed'
        ? reopened(request, account, found)
        : await close({ iam, account, request, now }, found);
    if (typeof step === 'string') return { outcome: step };
    const { correlationId, entryPoint } = request;
    const cause = { principal: PROVISIONER, correlationId, entryPoint };
    const appended = await appendEvent(ports, stream, { event: step, cause });
    if (appended && step.type !== 'UnreadableRevocationRequested') return { outcome: 'settled' };
  }
}

type Request = EventOf<'UnreadableRevocationRequested'>;

/** What is next where the role was closed: nothing, or, where it is open again, another announcement. */
function reopened({ data }: Request, account: Account, found: OwnRole | undefined): NewEvent | 'settled' {
  if (!found || isClosed(closable(account, found))) return 'settled';
  const reason = 'The role was open again.';
  return { type: 'UnreadableRevocationRequested', data: { ...data, reason } };
}

/** Closes the role that was found; the outcome as an event. One that is not found may not be visible yet. */
async function close(
  { iam, account, request, now }: { iam: Iam; account: Account; request: Request; now: Instant },
  found: OwnRole | undefined,
): Promise<NewEvent | 'unfinished'> {
  const target = { repository: request.data.repository, account: account.id };
  if (!found) {
    const mayAppear = plusSeconds(request.at, PROPAGATION_SECONDS) > now;
    return mayAppear ? 'unfinished' : { type: 'UnreadableRoleNotFound', data: target };
  }
  const [failure] = await closeRole(iam, closable(account, found));
  if (failure) throw failure;
  return { type: 'UnreadableRoleDisabled', data: { ...target, role: roleOf(account, found) } };
}

type OwnRole = { name: string; observed: ObservedRole };

const roleOf = (account: Account, { name, observed }: OwnRole) => ({
  name,
  arn: roleArnOf(account, name),
  id: observed.id,
});

/** The role that has our path, the grant's whole id in its tag and a part of it in its name; undefined where IAM has none
 *  under any of the names. */
async function findOwnRole(
  iam: Iam,
  grantId: GrantId,
  texts: readonly string[],
): Promise<OwnRole | undefined> {
  for (const name of roleNamesIn(grantId, texts)) {
    const observed = await iam.findRole(name);
    if (observed?.path === ROLE_PATH && observed.tags[GRANT_TAG] === grantId) return { name, observed };
  }
  return undefined;
}

const closable = (account: Account, { name, observed }: OwnRole): ClosableRole => ({
  name,
  found: observed,
  denying: renderClosedTrustPolicy(account, observed.trustPolicy),
  denyAllArn: denyAllArn(account.partition),
  boundaryArn: boundaryArn(account),
});

/** Names in the texts that can be the name of the grant's role. They are only where to look: IAM proves whose a role is. */
const roleNamesIn = (grantId: GrantId, texts: readonly string[]): string[] => {
  const names = texts.flatMap((text) => text.match(/rw-[a-z0-9-]{1,61}/g) ?? []);
  return [...new Set(names)].filter((name) => isRoleNameOf(name, grantId)).sort();
};
