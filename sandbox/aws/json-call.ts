import { randomUUID } from 'node:crypto';
import type { AwsRequest } from './protocol/aws-request.ts';
import { AwsError } from './protocol/error.ts';
import type { Tree } from './protocol/query-protocol.ts';
import { ssmActions } from './ssm/parameters.ts';
import { authenticate } from './sts/credentials.ts';
import type { WireCall } from './wire-call.ts';
import type { World } from './world.ts';

const TARGET = /^AmazonSSM\.(\w+)$/;

/** The names in the JSON protocol of what has another one in the Query protocol. */
const JSON_CODES: Record<string, string> = {
  AccessDenied: 'AccessDeniedException',
  ExpiredToken: 'ExpiredTokenException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
};

/** Reads calls of SSM's Parameter Store in the AWS JSON protocol 1.1, which `X-Amz-Target` names. */
export function jsonCall(world: World): (request: AwsRequest) => WireCall {
  return (request) => {
    const name = TARGET.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
    const action = ssmActions.get(name);
    const input = parseJson(request.body);
    return {
      service: 'ssm',
      action: name,
      shown: toTree(input),
      faultErrors: {
        throttle: 'ThrottlingException',
        internal: 'InternalServerError',
        forbid: 'AccessDeniedException',
      },
      check() {
        if (!action) throw new AwsError(400, 'UnknownOperationException', `Unknown operation ${name}`);
        if (input === undefined)
          throw new AwsError(400, 'SerializationException', 'The body is no JSON object');
      },
      async run(visibleFrom) {
        const signer = authenticate(world, request);
        return JSON.stringify(action?.({ world: signer.world, input, signer, visibleFrom }) ?? {});
      },
      renderError: ({ code, message }) => JSON.stringify({ __type: JSON_CODES[code] ?? code, message }),
      answer: (status, text) => ({
        status: status >= 400 && status < 500 ? 400 : status,
        contentType: 'application/x-amz-json-1.1',
        requestId: randomUUID(),
        text,
      }),
    };
  };
}

function parseJson(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The input as the journal shows it: every leaf as text. */
const toTree = (input: Record<string, unknown> = {}): Record<string, Tree> =>
  Object.fromEntries(Object.entries(input).map(([name, value]) => [name, asTree(value)]));

function asTree(value: unknown): Tree {
  if (Array.isArray(value)) return value.map(asTree);
  return typeof value === 'object' && value !== null
    ? toTree(value as Record<string, unknown>)
    : String(value);
}
