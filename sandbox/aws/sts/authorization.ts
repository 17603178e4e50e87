import { iamConditionKeys } from '../iam/condition-keys.ts';
import { providerArn } from '../iam/oidc-providers.ts';
import { canAct } from '../policy/can-act.ts';
import { accessDenied } from '../protocol/error.ts';
import type { Parameters } from '../protocol/query-protocol.ts';
import type { Call, World } from '../world.ts';
import { sessionArn } from './sts.ts';

/** Holds a session that STS issued to its role's policies when it calls IAM. Any other access key may do all. Throws
 *  AccessDenied. */
export function authorizeIamCall({ world, action, parameters, accessKeyId }: Call): void {
  authorize(world, accessKeyId, {
    action: `iam:${action}`,
    resource: resourceOf(world, parameters),
    context: { 'aws:RequestedRegion': ['us-east-1'], ...iamConditionKeys(world, action, parameters) },
  });
}

/** As `authorizeIamCall`, for a call of any service. */
export function authorize(
  world: World,
  accessKeyId: string | undefined,
  asked: { action: string; resource: string; context: Record<string, string[]> },
): void {
  const session = world.state.sessions.seen(accessKeyId ?? '');
  if (!session) return;
  const answer = canAct(world, { accessKeyId: session.accessKeyId, ...asked });
  if (answer.allowed) return;
  throw accessDenied(
    `User: ${sessionArn(world, session)} is not authorized to perform: ${asked.action} on resource: ${asked.resource} because ${answer.why}`,
  );
}

/** The ARN of what an IAM call is about; `*` for calls about none or many. */
function resourceOf(world: World, parameters: Parameters): string {
  const text = (name: string) => {
    const value = parameters[name];
    return typeof value === 'string' ? value : undefined;
  };
  const account = `arn:${world.partition}:iam::${world.accountId}`;
  const roleName = text('RoleName');
  if (roleName !== undefined) {
    const known = world.state.roles.seen(roleName.toLowerCase())?.arn;
    return known ?? `${account}:role${text('Path') ?? '/'}${roleName}`;
  }
  const url = text('Url');
  if (url !== undefined) return providerArn(world, url);
  const policyName = text('PolicyName');
  if (policyName !== undefined) return `${account}:policy${text('Path') ?? '/'}${policyName}`;
  return text('OpenIDConnectProviderArn') ?? text('PolicyArn') ?? '*';
}
