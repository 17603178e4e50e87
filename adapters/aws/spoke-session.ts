import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { READING_POLICY, sessionPolicy } from '../../domain/planning/session-policy.ts';
import { readerRoleOf, type SpokeAccount } from '../../domain/shared/account.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import type { EpochMilliseconds } from '../../domain/shared/time.ts';
import type { IamScope } from '../../domain/use-cases/provisioning/iam.ts';
import { type Outgoing, passThrough, watchClient } from '../outgoing.ts';
import { failureName } from './error-meanings.ts';

/** Seconds that a session lasts: STS gives no shorter ones (STS API Reference, AssumeRole), and a run takes 30. */
const SESSION_SECONDS = 900;

/** Milliseconds that assuming a role may take, retries included. Our choice: a spoke that is down must not use up a run. */
const ASSUME_TIMEOUT_MS = 8000;

/** An STS client of the Region that the functions run in. */
export function stsClient(region: string, outgoing: Outgoing = passThrough): STSClient {
  const client = new STSClient({
    region,
    maxAttempts: 3,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000 },
  });
  return watchClient(client, 'STS', outgoing);
}

/** Credentials of one session, as clients of the SDK take them. */
export type SessionCredentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration?: Date;
};

/** What one run does in a spoke. */
type SpokeScope = IamScope & { account: SpokeAccount };

/** The session to open: of which role of the spoke, by which name, narrowed to which policy. `purpose`: who assumes it. */
type WantedSession = {
  account: SpokeAccount;
  roleArn: string;
  sessionName: string;
  policy: string;
  purpose: 'provisioner' | 'reconciler';
  deadline: EpochMilliseconds;
};

type SessionPorts = { sts: STSClient; clock: Clock };

/** A session of a spoke's role for one grant and one run. It is opened by the first call, and never for anything else: its name
 *  is the grant's id, and its policy names the grant's role and provider only. A failure is kept for the run, so that it is
 *  met once. Throws a `PortError` with `ACCOUNT_UNREACHABLE`. */
export function spokeSession(
  { sts, clock }: SessionPorts,
  scope: SpokeScope,
): () => Promise<SessionCredentials> {
  return openedOnce({ sts, clock }, () => ({
    account: scope.account,
    roleArn: scope.account.provisionerRole,
    sessionName: scope.grantId,
    policy: sessionPolicy(scope.account, scope),
    purpose: 'provisioner',
    deadline: scope.deadline,
  }));
}

/** A session of a spoke's reading role for one pass of the reconciler. As `spokeSession`, and it can only look. */
export const readerSession = (
  ports: SessionPorts,
  { account, deadline }: { account: SpokeAccount; deadline: EpochMilliseconds },
): (() => Promise<SessionCredentials>) =>
  openedOnce(ports, () => ({
    account,
    roleArn: readerRoleOf(account),
    sessionName: 'rolewright-reconciler',
    policy: READING_POLICY,
    purpose: 'reconciler',
    deadline,
  }));

function openedOnce(ports: SessionPorts, wanted: () => WantedSession): () => Promise<SessionCredentials> {
  let opened: Promise<SessionCredentials> | undefined;
  return () => {
    opened ??= open(ports, wanted());
    return opened;
  };
}

async function open({ sts, clock }: SessionPorts, wanted: WantedSession): Promise<SessionCredentials> {
  const { account, roleArn, sessionName, policy, deadline } = wanted;
  const remaining = Math.min(deadline - clock.now(), ASSUME_TIMEOUT_MS);
  if (remaining <= 0)
    throw unreachable(account, 'There was no time left to assume its role. Repeat the request.');
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    ExternalId: account.externalId,
    DurationSeconds: SESSION_SECONDS,
    Policy: policy,
  });
  const given = await sts
    .send(command, { abortSignal: AbortSignal.timeout(remaining) })
    .catch((error: unknown) => {
      throw unreachable(account, remedyFor(wanted, failureName(error)), error);
    });
  checkAccount(account, given.AssumedRoleUser?.Arn);
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given.Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken) {
    throw unreachable(account, 'STS gave no credentials. Repeat the request.');
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    ...(Expiration ? { expiration: Expiration } : {}),
  };
}

/** Nothing is written with a session of another account than the one that is meant. */
function checkAccount(account: SpokeAccount, arn = ''): void {
  const [, partition, id] = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\//.exec(arn) ?? [];
  if (partition === account.partition && id === account.id) return;
  throw unreachable(
    account,
    `Its role is in account ${id ?? 'unknown'}, partition ${partition ?? 'unknown'}. Correct id and provisionerRole in the configuration.`,
  );
}

/** What to do, by the name of STS's error. STS refuses a missing role, a wrong external id and a trust that names others in the
 *  same words (STS API Reference, AssumeRole; IAM User Guide, "Troubleshoot IAM roles"), so all of them are named. */
function remedyFor({ account: { id }, roleArn, purpose }: WantedSession, name: string): string {
  // An answer names no ARN of Rolewright's own.
  const role = `its role ${roleArn.split('/').at(-1)}`;
  switch (name) {
    case 'AccessDenied':
    case 'AccessDeniedException':
      return [
        `STS refused to let the ${purpose} assume ${role}, and does not say why.`,
        `If the role does not exist, deploy infrastructure/spoke.yml in account ${id}.`,
        'If it exists, compare the ExternalId of its stack with externalId in the configuration.',
        'If they are equal, compare HubAccount, Stage and OrganizationId of its stack with this installation.',
        'If the account was configured lately, deploy Rolewright again: its functions may assume configured roles only.',
      ].join(' ');
    case 'RegionDisabledException':
      return `STS is disabled in the Region of Rolewright for account ${id}. Have an administrator of the account enable it.`;
    case 'PackedPolicyTooLargeException':
    case 'MalformedPolicyDocumentException':
    case 'ValidationError':
      return `STS refused a session of ${role} (${name}). Its MaxSessionDuration must be at least ${SESSION_SECONDS} seconds; else inform the operators of Rolewright.`;
    default:
      return `STS did not answer (${name}). Repeat the request in a minute.`;
  }
}

const unreachable = ({ alias, id }: SpokeAccount, what: string, cause?: unknown): PortError =>
  new PortError('STS', 'UNAVAILABLE', `Account ${alias} (${id}) cannot be reached. ${what}`, {
    certain: true,
    retryAfter: 60,
    problemCode: 'ACCOUNT_UNREACHABLE',
    cause,
  });
