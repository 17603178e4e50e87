import { providerArn } from '../iam/oidc-providers.ts';
import { canAct } from '../policy/can-act.ts';
import { accessDenied } from '../protocol/error.ts';
import type { Parameters } from '../protocol/query-protocol.ts';
import type { Call, World } from '../world.ts';
import { checkLive, sessionArn } from './sts.ts';

/** Checks IAM calls of a session that STS issued against its role's policies. Every other access key may do everything. */
export function authorizeIamCall({ world, action, parameters, accessKeyId = '' }: Call): void {
  const session = world.state.sessions.seen(accessKeyId);
  if (!session) return;
  checkLive(world, session);
  const resource = resourceOf(world, parameters);
  const answer = canAct(world, { accessKeyId, action: `iam:${action}`, resource, context: {} });
  if (!answer.allowed) {
    throw accessDenied(
      `User: ${sessionArn(world, session)} is not authorized to perform: iam:${action} on resource: ${resource} because ${answer.why}`,
    );
  }
}

/** The ARN of what an IAM call is about; `*` for calls about none or many. */
function resourceOf(world: World, parameters: Parameters): string {
  const text = (name: string) => {
    const value = parameters[name];
    return typeof value === 'string' ? value : undefined;
  };
  const account = `arn:aws:iam::${world.accountId}`;
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
