import type { OutgoingCall } from '../../../adapters/outgoing.ts';

/** How a call to another system goes wrong without the caller's death. */
export type Failure = 'throttle' | 'error' | 'forbid' | 'disconnect' | 'timeout';

type Refusal = { name: string; status: number };

/** What each service sends. Sources: the services' API references, common errors. */
const refusals: Record<
  Exclude<OutgoingCall['system'], 'Bitbucket'>,
  Record<'throttle' | 'error' | 'forbid', Refusal>
> = {
  IAM: {
    throttle: { name: 'Throttling', status: 400 },
    error: { name: 'ServiceFailure', status: 500 },
    forbid: { name: 'AccessDenied', status: 403 },
  },
  STS: {
    throttle: { name: 'Throttling', status: 400 },
    error: { name: 'InternalFailure', status: 500 },
    forbid: { name: 'AccessDenied', status: 403 },
  },
  DynamoDB: {
    throttle: { name: 'ThrottlingException', status: 400 },
    error: { name: 'InternalServerError', status: 500 },
    forbid: { name: 'AccessDeniedException', status: 400 },
  },
  Lambda: {
    throttle: { name: 'TooManyRequestsException', status: 429 },
    error: { name: 'ServiceException', status: 500 },
    forbid: { name: 'AccessDeniedException', status: 403 },
  },
  SSM: {
    throttle: { name: 'ThrottlingException', status: 400 },
    error: { name: 'InternalServerError', status: 500 },
    forbid: { name: 'AccessDeniedException', status: 400 },
  },
  Slack: {
    throttle: { name: 'ratelimited', status: 429 },
    error: { name: 'internal_error', status: 500 },
    forbid: { name: 'missing_scope', status: 403 },
  },
};

const HTTP_STATUS = { throttle: 429, error: 500, forbid: 403 } as const;

/** The outcome of a failed attempt, as the layer above the socket sees it: throws, or for HTTP returns an answer. */
export function failedAttempt(call: OutgoingCall, failure: Failure): unknown {
  if (failure === 'disconnect') {
    if (call.system === 'Bitbucket') throw new TypeError('fetch failed');
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  }
  if (failure === 'timeout') {
    throw Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
  }
  if (call.system === 'Bitbucket') {
    const text = failure === 'forbid' ? '{"type":"error","error":{"message":"no"}}' : '<html></html>';
    return { response: new Response(text, { status: HTTP_STATUS[failure] }), text };
  }
  const { name, status } = refusals[call.system][failure];
  throw Object.assign(new Error(`${name} (a fault of the walk)`), {
    name,
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status },
  });
}

/** Real milliseconds that a time-out stands for, on the walk's clock. */
export const timeoutOf = ({ system }: OutgoingCall): number =>
  ({ Bitbucket: 4000, IAM: 8000, STS: 8000, DynamoDB: 3000, Lambda: 20_000, Slack: 8000, SSM: 3000 })[system];
