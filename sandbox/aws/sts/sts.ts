import { randomBytes } from 'node:crypto';
import { conditionsHold, coversAction, verdictOf } from '../policy/evaluation.ts';
import { parsePolicy, type Statement } from '../policy/grammar.ts';
import type { Context } from '../policy/pattern.ts';
import { AwsError, accessDenied, validationError } from '../protocol/error.ts';
import { readInput } from '../protocol/input.ts';
import { ARN, SESSION_DURATION, SESSION_NAME } from '../protocol/rules.ts';
import type { Role, Session } from '../state.ts';
import { type Action, newId, type World } from '../world.ts';
import { providerClaims } from './provider-claims.ts';
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
function isTrusted(role: Role, identity: WebIdentity, sessionName: string, now: number): boolean {
  const issuer = identity.provider.url.replace(/^https:\/\//, '');
  const keyPrefix = issuer.toLowerCase();
  const context: Context = new Map([
    ...requestContext(now),
    [`${keyPrefix}:aud`, identity.audiences],
    [`${keyPrefix}:sub`, [identity.subject]],
    ...(identity.methods ? [[`${keyPrefix}:amr`, identity.methods] as [string, string[]]] : []),
    ['sts:rolesessionname', [sessionName]],
    ...providerClaims(issuer, identity.claims),
  ]);
  const names = ({ principals }: Statement) =>
    principals.some(
      ({ type, value }) =>
        (type === '*' || type === 'Federated') && (value === '*' || value === identity.provider.arn),
    );
  const verdict = verdictOf(
    parsePolicy(role.trustPolicy, 'trust'),
    (statement) => names(statement) && coversAction(statement, ACTION) && conditionsHold(statement, context),
  );
  return verdict === 'allow';
}

function assumeRoleWithWebIdentity(verify: (token: string) => Promise<WebIdentity>): Action {
  return async ({ world, parameters }) => {
    const input = readInput(parameters);
    const roleArn = input.text('RoleArn', ARN);
    const sessionName = input.text('RoleSessionName', SESSION_NAME);
    const token = input.text('WebIdentityToken', { min: 4, max: 20_000 });
    const duration = input.optionalNumber('DurationSeconds', SESSION_DURATION) ?? 3600;
    input.check();
    const roleName = /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[!-~]+\/)?([\w+=,.@-]+)$/.exec(roleArn)?.[1];
    if (!roleName) throw validationError(`${roleArn} is invalid`);

    const identity = await verify(token);
    const role = world.state.roles.seen(roleName.toLowerCase());
    if (role?.arn !== roleArn || !isTrusted(role, identity, sessionName, world.now())) {
      throw accessDenied(`Not authorized to perform ${ACTION}`);
    }
    if (duration > role.maxSessionDuration) {
      throw validationError(
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      );
    }
    const session = newSession(world, role, sessionName, duration);
    world.state.sessions.write(session.accessKeyId, session, world.now());
    return {
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: randomBytes(30).toString('base64'),
        SessionToken: randomBytes(180).toString('base64'),
        Expiration: new Date(session.expiresAt),
      },
      SubjectFromWebIdentityToken: identity.subject,
      AssumedRoleUser: {
        AssumedRoleId: `${role.roleId}:${sessionName}`,
        Arn: sessionArn(world, session),
      },
      Provider: identity.provider.arn,
      Audience: identity.audience,
    };
  };
}

const newSession = (world: World, role: Role, sessionName: string, duration: number): Session => ({
  accessKeyId: newId('ASIA', 16),
  roleName: role.name,
  roleId: role.roleId,
  sessionName,
  issuedAt: world.now(),
  expiresAt: world.now() + duration * 1000,
});

export const sessionArn = (world: World, session: Session): string =>
  `arn:aws:sts::${world.accountId}:assumed-role/${session.roleName}/${session.sessionName}`;

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

const getCallerIdentity: Action = ({ world, accessKeyId = '' }) => {
  const session = world.state.sessions.seen(accessKeyId);
  if (!session) {
    const Arn = `arn:aws:iam::${world.accountId}:user/sandbox`;
    return { Arn, UserId: 'AIDASANDBOXSANDBOXUSER', Account: world.accountId };
  }
  checkLive(world, session);
  return {
    Arn: sessionArn(world, session),
    UserId: `${session.roleId}:${session.sessionName}`,
    Account: world.accountId,
  };
};

export const stsActions = (world: World) => ({
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity(webIdentityVerifier(world)),
  GetCallerIdentity: getCallerIdentity,
});
