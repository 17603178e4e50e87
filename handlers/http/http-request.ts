import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { hasDuplicateMembers } from '../../adapters/tokens/duplicate-members.ts';
import type { Caller } from '../../domain/shared/principal.ts';
import { problem } from '../../domain/shared/problem.ts';
import { ProblemError } from './problem-details.ts';

/** Largest body in bytes. Contract: 32 KiB. */
const LARGEST_BODY = 32 * 1024;

/** A request after authentication. */
export type HttpRequest = {
  caller: Caller;
  requestId: string;
  event: APIGatewayProxyEventV2;
};

/** Header names arrive in lower case from API Gateway, and as sent from some local gateways. */
export function headerOf(event: APIGatewayProxyEventV2, name: string): string | undefined {
  const found = Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return found?.[1];
}

/** The id under which the log knows this request; API Gateway's own is a constant in local gateways. */
export const requestIdOf = (context: Context): string => context.awsRequestId;

/** The body's bytes as they were sent. */
export const bodyBytes = (event: APIGatewayProxyEventV2): Buffer =>
  Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');

/** The JSON body. In this order: `BODY_TOO_LARGE`, `MEDIA_TYPE_UNSUPPORTED`, `REQUEST_INVALID` for what is not JSON,
 *  or names a member of an object more than once: two readers could read two requests. */
export function jsonBody(event: APIGatewayProxyEventV2): unknown {
  const bytes = bodyBytes(event);
  if (bytes.length > LARGEST_BODY) {
    throw new ProblemError(problem('BODY_TOO_LARGE', `Send at most ${LARGEST_BODY} bytes.`));
  }
  const mediaType = (headerOf(event, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    throw new ProblemError(problem('MEDIA_TYPE_UNSUPPORTED', 'Send the body as application/json.'));
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // Gateways hand JSON over as text, in which broken bytes are U+FFFD already.
    if (text.includes('\uFFFD')) throw new Error('the body was not UTF-8');
    const content: unknown = JSON.parse(text);
    if (!hasDuplicateMembers(text)) return content;
  } catch {
    throw notTaken('The body is not JSON in UTF-8.', 'is not JSON');
  }
  throw notTaken('The body names a member more than once.', 'holds a member more than once');
}

const notTaken = (text: string, detail: string): ProblemError =>
  new ProblemError(problem('REQUEST_INVALID', text, { errors: [{ pointer: '', detail }] }));
