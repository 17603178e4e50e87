import type { EventOf, NewEvent } from '../../grants/event.ts';
import { unreadableRevocationOf } from '../../grants/unreadable/revocation.ts';
import { denyAllArn, GRANT_TAG, isRoleNameOf, roleArnOf, roleNamesOf } from '../../planning/role.ts';
import { PROPAGATION_SECONDS } from '../../policy/propagation.ts';
import { type Account, boundaryArn } from '../../shared/account.ts';
import type { AccountId, GrantId, StreamId } from '../../shared/identifiers.ts';
import { type EpochMilliseconds, type Instant, plusSeconds, toInstant } from '../../shared/time.ts';
import { renderClosedTrustPolicy } from '../../trust/policy.ts';
import { appendEvent, loadStream } from '../grant-stream.ts';
import type { ProvisionerAnswer } from '../provisioner.ts';
import { type ClosableRole, endSessions, isClosed } from './end-sessions.ts';
import type { Iam, ObservedRole } from './iam.ts';
import { configuredAccount, PROVISIONER, type ProvisionerPorts } from './run.ts';

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
    const found = await findInAccounts(ports, { grantId, deadline, first: request.data.account });
    const now = toInstant(ports.clock.now());
    const step = state === 'closed' ? reopened(request, found) : await close(request, now, found);
    if (typeof step === 'string') return { outcome: step };
    const { correlationId, entryPoint } = request;
    const cause = { principal: PROVISIONER, correlationId, entryPoint };
    const appended = await appendEvent(ports, stream, { event: step, cause });
    if (appended && step.type !== 'UnreadableRevocationRequested') return { outcome: 'settled' };
  }
}

type Request = EventOf<'UnreadableRevocationRequested'>;

/** What is next where the role was closed: nothing, or, where it is open again, another announcement. */
function reopened({ data }: Request, found: OwnRole | undefined): NewEvent | 'settled' {
  if (!found || isClosed(closable(found))) return 'settled';
  const reason = 'The role was open again.';
  return { type: 'UnreadableRevocationRequested', data: { ...data, reason } };
}

/** Closes the role that was found; the outcome as an event. One that is not found may not be visible yet. */
async function close(
  request: Request,
  now: Instant,
  found: OwnRole | undefined,
): Promise<NewEvent | 'unfinished'> {
  const { repository, account } = request.data;
  const target = { repository, account };
  if (!found) {
    const mayAppear = plusSeconds(request.at, PROPAGATION_SECONDS) > now;
    return mayAppear ? 'unfinished' : { type: 'UnreadableRoleNotFound', data: target };
  }
  const [failure] = await endSessions(found.iam, closable(found));
  if (failure) throw failure;
  return {
    type: 'UnreadableRoleDisabled',
    data: { ...target, account: found.account.id, role: roleOf(found) },
  };
}

type OwnRole = { account: Account; iam: Iam; name: string; observed: ObservedRole };

const roleOf = ({ account, name, observed }: OwnRole) => ({
  name,
  arn: roleArnOf(account, name),
  id: observed.id,
});

/** The grant's role, looked for in the account that is named and then in every other: the stream that says where it is cannot
 *  be read. Undefined where no account has it. Throws where an account cannot be looked at and none of the others has it. */
async function findInAccounts(
  ports: ProvisionerPorts,
  { grantId, deadline, first }: { grantId: GrantId; deadline: EpochMilliseconds; first: AccountId },
): Promise<OwnRole | undefined> {
  const names = roleNamesIn(grantId, await ports.log.loadTexts(grantId));
  const { accounts } = ports.configuration;
  const named = configuredAccount(accounts, first);
  let failure: unknown;
  for (const account of [named, ...accounts.filter((other) => other !== named)]) {
    const iam = ports.iam({
      account,
      grantId,
      roleName: roleNamesOf(grantId),
      providerArn: undefined,
      deadline,
    });
    const found = await findOwnRole(iam, { grantId, account }, names).catch((error: unknown) => {
      failure ??= error;
    });
    if (found) return { account, iam, ...found };
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

/** The role that has our path, the grant's whole id in its tag and a part of it in its name; undefined where IAM has none
 *  under any of the names. */
async function findOwnRole(
  iam: Iam,
  { grantId, account }: { grantId: GrantId; account: Account },
  names: readonly string[],
): Promise<Pick<OwnRole, 'name' | 'observed'> | undefined> {
  for (const name of names) {
    const observed = await iam.findRole(name);
    if (observed?.path === account.rolePath && observed.tags[GRANT_TAG] === grantId)
      return { name, observed };
  }
  return undefined;
}

const closable = ({ account, name, observed }: OwnRole): ClosableRole => ({
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
