import { canAct } from '../policy/can-act.ts';
import { type TrustedPrincipal, trustVerdict } from '../policy/evaluation.ts';
import type { Context } from '../policy/pattern.ts';
import { accessDenied, validationError } from '../protocol/error.ts';
import { readInput } from '../protocol/input.ts';
import { ARN, EXTERNAL_ID, SESSION_DURATION, SESSION_NAME } from '../protocol/rules.ts';
import type { Role } from '../state.ts';
import { type Action, accountIn, type World } from '../world.ts';
import { packedSizeOf, readSessionPolicies } from './session-policies.ts';
import { newSession, requestContext, roleNameIn, roleOfSession, sessionArn, userArn } from './sts.ts';

const ACTION = 'sts:AssumeRole';

/** Seconds that a session may have which another session asks for. Source: STS API Reference, AssumeRole, role chaining. */
const MOST_CHAINED = 3600;

/** A caller of AssumeRole. `names`: the ARNs by which a trust policy can name it. */
type RoleCaller = { world: World; accessKeyId: string; arn: string; names: string[]; role: Role | undefined };

/** Issues a session of a role of any account. The role's trust policy must name the caller, and a session that asks needs the
 *  permission of its own role as well, here also within one account. */
export const assumeRole: Action = ({ world, parameters, accessKeyId = '' }) => {
  const input = readInput(parameters);
  const roleArn = input.text('RoleArn', ARN);
  const sessionName = input.text('RoleSessionName', SESSION_NAME);
  const externalId = input.optionalText('ExternalId', EXTERNAL_ID);
  const duration = input.optionalNumber('DurationSeconds', SESSION_DURATION) ?? 3600;
  const target = world.account(accountIn(roleArn) ?? world.accountId);
  const policies = readSessionPolicies(target, input);
  input.check();
  for (const unknown of ['Tags', 'SourceIdentity', 'SerialNumber', 'ProvidedContexts']) {
    if (parameters[unknown] !== undefined) throw validationError(`${unknown} is not supported here.`);
  }
  const roleName = roleNameIn(roleArn);
  const caller = callerOf(world, accessKeyId);
  if (caller.role && duration > MOST_CHAINED) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  const role = target.state.roles.seen(roleName.toLowerCase());
  if (
    role?.arn !== roleArn ||
    !isTrusted(role, caller, { sessionName, externalId }) ||
    !mayAsk(caller, roleArn, { sessionName, externalId })
  ) {
    throw accessDenied(`User: ${caller.arn} is not authorized to perform: ${ACTION} on resource: ${roleArn}`);
  }
  if (duration > role.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const session = newSession(target, role, { sessionName, duration, tokenBytes: 0, policies: policies() });
  target.state.sessions.write(session.accessKeyId, session, world.now());
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresAt),
    },
    AssumedRoleUser: { AssumedRoleId: `${role.roleId}:${sessionName}`, Arn: sessionArn(target, session) },
    PackedPolicySize: session.policies && packedSizeOf(session.policies),
  };
};

function callerOf(world: World, accessKeyId: string): RoleCaller {
  const session = world.state.sessions.seen(accessKeyId);
  const role = session && roleOfSession(world, session);
  const arn = session ? sessionArn(world, session) : userArn(world);
  const { accountId, partition } = world;
  const names = ['*', accountId, `arn:${partition}:iam::${accountId}:root`, arn, ...(role ? [role.arn] : [])];
  return { world, accessKeyId, arn, names, role };
}

type Asked = { sessionName: string; externalId: string | undefined };

/** The keys that the request itself brings. */
const requestKeys = ({ sessionName, externalId }: Asked): Record<string, string[]> => ({
  'sts:RoleSessionName': [sessionName],
  ...(externalId === undefined ? {} : { 'sts:ExternalId': [externalId] }),
});

function isTrusted(role: Role, { world, arn, names, role: own }: RoleCaller, asked: Asked): boolean {
  const { accountId, organization } = world;
  const context: Context = new Map([
    ...requestContext(world.now()),
    ['aws:principalarn', [own?.arn ?? arn]],
    ['aws:principalaccount', [accountId]],
    ['aws:principaltype', [own ? 'AssumedRole' : 'User']],
    ...(organization === undefined ? [] : [['aws:principalorgid', [organization]] as [string, string[]]]),
    ...(own?.tags ?? []).map(({ key, value }): [string, string[]] => [
      `aws:principaltag/${key.toLowerCase()}`,
      [value],
    ]),
    ...Object.entries(requestKeys(asked)).map(([key, values]): [string, string[]] => [
      key.toLowerCase(),
      values,
    ]),
  ]);
  const isCaller = ({ type, value }: TrustedPrincipal) => type === 'AWS' && names.includes(value);
  return trustVerdict(role.trustPolicy, { names: isCaller, action: ACTION }, context) === 'allow';
}

const mayAsk = ({ world, accessKeyId, role }: RoleCaller, roleArn: string, asked: Asked): boolean =>
  !role ||
  canAct(world, { accessKeyId, action: ACTION, resource: roleArn, context: requestKeys(asked) }).allowed;
