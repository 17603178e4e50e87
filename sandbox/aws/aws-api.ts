import type { IncomingMessage } from 'node:http';
import { delay, type Fault, type Faults } from '../http/faults.ts';
import type { CallJournal } from './call-journal.ts';
import { accountActions } from './iam/account.ts';
import { managedPolicyActions } from './iam/managed-policies.ts';
import { oidcProviderActions } from './iam/oidc-providers.ts';
import { rolePolicyActions } from './iam/role-policies.ts';
import { roleActions } from './iam/roles.ts';
import { taggingActions } from './iam/tagging.ts';
import { AwsError, accessDenied } from './protocol/error.ts';
import { type Parameters, parseParameters, renderAnswer, renderError } from './protocol/query-protocol.ts';
import { authorizeIamCall } from './sts/authorization.ts';
import { stsActions } from './sts/sts.ts';
import type { Action, World } from './world.ts';

type Service = { name: 'iam' | 'sts'; namespace: string; version: string; actions: Map<string, Action> };

/** The answer; undefined closes the connection without an answer. */
export type ApiAnswer = { status: number; xml: string } | undefined;

/** Answers IAM's and STS's calls in the AWS Query protocol. A successful write is in the state file before it is
 *  answered. */
export function awsApi(world: World, faults: Faults, journal: CallJournal) {
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
      }),
    ),
  };
  const sts: Service = {
    name: 'sts',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    version: '2011-06-15',
    actions: new Map<string, Action>(Object.entries(stsActions(world))),
  };

  return async function answer(request: IncomingMessage, form: string): Promise<ApiAnswer> {
    const parameters = parseParameters(form);
    const name = textOf(parameters, 'Action');
    const version = textOf(parameters, 'Version');
    const service = version === sts.version ? sts : iam;
    const action = version === service.version ? service.actions.get(name) : undefined;
    const entry = { service: service.name, action: name, parameters };
    let fault: Fault | undefined;
    try {
      if (name === '') throw new AwsError(400, 'MissingAction', 'Missing Action');
      if (!action) {
        throw new AwsError(400, 'InvalidAction', `Could not find operation ${name} for version ${version}`);
      }
      fault = faults.take((match) => match === name);
      if (fault?.effect === 'delay') await delay(fault);
      if (fault?.effect === 'drop') {
        journal.add({ ...entry, status: 0, fault: 'drop' });
        return undefined;
      }
      throwFault(fault, service, name);
      const accessKeyId = accessKeyIdOf(request, parameters);
      if (accessKeyId === undefined && name !== 'AssumeRoleWithWebIdentity') {
        throw new AwsError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
      }
      const visibleFrom = world.now() + (fault?.effect === 'propagation' ? fault.delayMs : 0);
      const call = { action: name, parameters, world, accessKeyId, visibleFrom };
      if (service === iam) authorizeIamCall(call);
      const result = await action(call);
      await world.state.save();
      journal.add({ ...entry, status: 200, fault: fault?.effect });
      if (fault?.effect === 'lostReply') return undefined;
      return { status: 200, xml: renderAnswer(name, service.namespace, result) };
    } catch (thrown) {
      const error = asAwsError(thrown, service);
      journal.add({ ...entry, status: error.status, errorCode: error.code, fault: fault?.effect });
      if (fault?.effect === 'lostReply') return undefined;
      return { status: error.status, xml: renderError(service.namespace, error) };
    }
  };
}

function throwFault(fault: Fault | undefined, service: Service, action: string): void {
  if (fault?.effect === 'throttle') throw new AwsError(400, 'Throttling', 'Rate exceeded');
  if (fault?.effect === 'error') throw internalError(service);
  if (fault?.effect === 'forbid') {
    throw accessDenied(`User is not authorized to perform: ${service.name}:${action}`);
  }
}

const internalError = (service: Service) =>
  new AwsError(
    500,
    service.name === 'iam' ? 'ServiceFailure' : 'InternalFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
  );

function asAwsError(thrown: unknown, service: Service): AwsError {
  if (thrown instanceof AwsError) return thrown;
  console.error(thrown);
  return internalError(service);
}

function textOf(parameters: Parameters, name: string): string {
  const value = parameters[name];
  return typeof value === 'string' ? value : '';
}

/** The access key of a SigV4 signature, in the header or in a presigned query; the signature is not checked. */
function accessKeyIdOf(request: IncomingMessage, parameters: Parameters): string | undefined {
  const header = /^AWS4-HMAC-SHA256 .*\bCredential=([^/,\s]+)\//.exec(
    request.headers.authorization ?? '',
  )?.[1];
  return header ?? /^([^/]+)\//.exec(textOf(parameters, 'X-Amz-Credential'))?.[1];
}
