import { accountActions } from './iam/account.ts';
import { authorizationDetailActions } from './iam/authorization-details.ts';
import { managedPolicyActions } from './iam/managed-policies.ts';
import { oidcProviderActions } from './iam/oidc-providers.ts';
import { rolePolicyActions } from './iam/role-policies.ts';
import { roleActions } from './iam/roles.ts';
import { taggingActions } from './iam/tagging.ts';
import type { AwsRequest } from './protocol/aws-request.ts';
import { AwsError } from './protocol/error.ts';
import { type Parameters, parseParameters, renderAnswer, renderError } from './protocol/query-protocol.ts';
import { stsActions } from './sts/actions.ts';
import { authorizeIamCall } from './sts/authorization.ts';
import { authenticate } from './sts/credentials.ts';

import type { WireCall } from './wire-call.ts';
import { type Action, accountIn, type World } from './world.ts';

type Service = { name: 'iam' | 'sts'; namespace: string; version: string; actions: Map<string, Action> };

/** The one action that is called without credentials. */
const UNSIGNED = 'AssumeRoleWithWebIdentity';

/** Reads calls of IAM and STS in the AWS Query protocol, which `Version` distinguishes. */
export function queryCall(world: World): (request: AwsRequest) => WireCall {
  const iam: Service = {
    name: 'iam',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    version: '2010-05-08',
    actions: new Map<string, Action>(
      Object.entries({
        ...roleActions,
        ...rolePolicyActions,
        ...taggingActions,
        ...managedPolicyActions,
        ...oidcProviderActions,
        ...accountActions,
        ...authorizationDetailActions,
      }),
    ),
  };
  const sts: Service = {
    name: 'sts',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    version: '2011-06-15',
    actions: new Map(Object.entries(stsActions)),
  };

  return (request) => {
    const parameters = parseParameters([request.query, request.body].filter((part) => part !== '').join('&'));
    const name = textOf(parameters, 'Action');
    const version = textOf(parameters, 'Version');
    const service = version === sts.version ? sts : iam;
    const action = version === service.version ? service.actions.get(name) : undefined;
    return {
      service: service.name,
      action: name,
      shown: parameters,
      faultErrors: {
        throttle: 'Throttling',
        internal: service === iam ? 'ServiceFailure' : 'InternalFailure',
        forbid: 'AccessDenied',
      },
      check() {
        if (name === '') throw new AwsError(400, 'MissingAction', 'Missing Action');
        if (action) return;
        throw new AwsError(400, 'InvalidAction', `Could not find operation ${name} for version ${version}`);
      },
      async run(visibleFrom) {
        const signer = name === UNSIGNED ? undefined : authenticate(world, request);
        const { accessKeyId, region } = signer ?? {};
        const own = signer?.world ?? accountOfRole(world, textOf(parameters, 'RoleArn'));
        const call = { action: name, parameters, world: own, accessKeyId, region, visibleFrom };
        if (service === iam) authorizeIamCall(call);
        return renderAnswer(name, service.namespace, await action?.(call));
      },
      renderError: (error) => renderError(service.namespace, error),
      answer: (status, text) => ({
        status,
        contentType: 'text/xml',
        requestId: /<RequestId>([^<]*)/.exec(text)?.[1] ?? '',
        text,
      }),
    };
  };
}

/** The account of the role that an unsigned call names; an account in which nothing was done has no such role. */
const accountOfRole = (world: World, roleArn: string): World =>
  world.accounts().find(({ accountId }) => accountId === accountIn(roleArn)) ?? world;

function textOf(parameters: Parameters, name: string): string {
  const value = parameters[name];
  return typeof value === 'string' ? value : '';
}
