import { randomBytes } from 'node:crypto';
import { type TrustedPrincipal, trustVerdict } from '../policy/evaluation.ts';
import type { Context } from '../policy/pattern.ts';
import { AwsError, accessDenied, validationError } from '../protocol/error.ts';
import { readInput } from '../protocol/input.ts';
import { ARN, MINIMUM_TOKEN_SIZE, SESSION_DURATION, SESSION_NAME } from '../protocol/rules.ts';
import type { Role, Session, SessionPolicies } from '../state.ts';
import { type Action, newId, type World } from '../world.ts';
import { packedSizeOf, readSessionPolicies } from './session-policies.ts';
import { type WebIdentity, webIdentityVerifier } from './web-identity-token.ts';

const ACTION = 'sts:AssumeRoleWithWebIdentity';

/** The condition keys that every request has. The sandbox is plain HTTP but stands for HTTPS. */
export const requestContext = (now: number): [string, string[]][] => [
  ['aws:currenttime', [new Date(now).toISOString()]],
  ['aws:epochtime', [String(Math.floor(now / 1000))]],
  ['aws:sourceip', ['127.0.0.1']],
  ['aws:securetransport', ['true']],
];

/** Whether the role's trust policy lets this identity in. */
function isTrusted(
  role: Role,
  identity: WebIdentity,
  { sessionName, now }: { sessionName: string; now: number },
): boolean {
  const issuer = identity.provider.url.replace(/^https:\/\//, '');
  const keyPrefix = issuer.toLowerCase();
  const context: Context = new Map([
    ...requestContext(now),
    ...[...identity.keys].map(([key, values]) => [`${keyPrefix}:${key}`, values] as const),
    ['sts:rolesessionname', [sessionName]],
  ]);
  const { arn } = identity.provider;
  const names = ({ type, value }: TrustedPrincipal) =>
    (type === 'AWS' && value === '*') || (type === 'Federated' && (value === '*' || value === arn));
  return trustVerdict(role.trustPolicy, { names, action: ACTION }, context) === 'allow';
}

export const assumeRoleWithWebIdentity: Action = async ({ world, parameters }) => {
  const input = readInput(parameters);
  const roleArn = input.text('RoleArn', ARN);
  const sessionName = input.text('RoleSessionName', SESSION_NAME);
  const token = input.text('WebIdentityToken', { min: 4, max: 20_000 });
  const duration = input.optionalNumber('DurationSeconds', SESSION_DURATION) ?? 3600;
  const tokenBytes = input.optionalNumber('MinimumSessionTokenSize', MINIMUM_TOKEN_SIZE) ?? 0;
  const policies = readSessionPolicies(world, input);
  input.check();
  if (parameters.ProviderId !== undefined) {
    throw validationError('ProviderId is for OAuth 2.0 access tokens only, which are not supported here.');
  }
  const roleName = roleNameIn(roleArn);

  const identity = await webIdentityVerifier(world)(token);
  const role = world.state.roles.seen(roleName.toLowerCase());
  if (role?.arn !== roleArn || !isTrusted(role, identity, { sessionName, now: world.now() })) {
    throw accessDenied(`Not authorized to perform ${ACTION}`);
  }
  if (duration > role.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const session = newSession(world, role, { sessionName, duration, tokenBytes, policies: policies() });
  world.state.sessions.write(session.accessKeyId, session, world.now());
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresAt),
    },
    SubjectFromWebIdentityToken: identity.subject,
    AssumedRoleUser: {
      AssumedRoleId: `${role.roleId}:${sessionName}`,
      Arn: sessionArn(world, session),
    },
    PackedPolicySize: session.policies && packedSizeOf(session.policies),
    Provider: identity.provider.arn,
    Audience: identity.audience,
  };
};

/** The name in the ARN of a role. Throws ValidationError. */
export function roleNameIn(roleArn: string): string {
  const name = /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[!-~]+\/)?([\w+=,.@-]+)$/.exec(roleArn)?.[1];
  if (!name) throw validationError(`${roleArn} is invalid`);
  return name;
}

/** What a caller asks of a session. `duration` in seconds; the token has at least `tokenBytes` characters. */
type Wanted = {
  sessionName: string;
  duration: number;
  tokenBytes: number;
  policies: SessionPolicies | undefined;
};

/** Issues a session of a role. */
export const newSession = (world: World, role: Role, wanted: Wanted): Session => ({
  accessKeyId: newId('ASIA', 16),
  secretAccessKey: randomBytes(30).toString('base64'),
  sessionToken: randomBytes(Math.max(180, Math.ceil((wanted.tokenBytes * 3) / 4))).toString('base64'),
  roleName: role.name,
  roleId: role.roleId,
  sessionName: wanted.sessionName,
  issuedAt: world.now(),
  expiresAt: world.now() + wanted.duration * 1000,
  ...(wanted.policies ? { policies: wanted.policies } : {}),
});

/** Who every long-term key is: the account's administrator. */
export const userArn = ({ accountId, partition }: World): string =>
  `arn:${partition}:iam::${accountId}:user/sandbox`;

export const sessionArn = (world: World, session: Session): string =>
  `arn:${world.partition}:sts::${world.accountId}:assumed-role/${session.roleName}/${session.sessionName}`;

/** The role that a session acts as; undefined once the role is gone, also when another has its name now. */
export function roleOfSession(world: World, session: Session): Role | undefined {
  const role = world.state.roles.seen(session.roleName.toLowerCase());
  return role?.roleId === session.roleId ? role : undefined;
}

/** Throws InvalidClientTokenId when the session's role is gone, ExpiredToken when its time is over. */
export function checkLive(world: World, session: Session): void {
  if (!roleOfSession(world, session)) {
    throw new AwsError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  if (session.expiresAt <= world.now()) {
    throw new AwsError(403, 'ExpiredToken', 'The security token included in the request is expired');
  }
}

export const getCallerIdentity: Action = ({ world, accessKeyId = '' }) => {
  const session = world.state.sessions.seen(accessKeyId);
  if (!session) {
    return { Arn: userArn(world), UserId: 'AIDASANDBOXSANDBOXUSER', Account: world.accountId };
  }
  return {
    Arn: sessionArn(world, session),
    UserId: `${session.roleId}:${session.sessionName}`,
    Account: world.accountId,
  };
};
