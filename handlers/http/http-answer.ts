import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** What a route answers. A `body` that is a string is sent as it is, undefined as nothing, anything else as JSON. */
export type HttpAnswer = { status: number; headers?: Record<string, string>; body: unknown };

/** The answer in API Gateway's payload format 2.0. Unless a route says otherwise nothing may be cached: answers depend on
 *  who asks. */
export function toResult({ status, headers = {}, body }: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}

/** An answer as it leaves a function: with the id by which logs and events know the request, and to HEAD with the length of
 *  the body in place of the body. */
export function finished(
  result: APIGatewayProxyStructuredResultV2,
  { method, requestId }: { method: string; requestId: string },
): APIGatewayProxyStructuredResultV2 {
  const { body, ...rest } = result;
  const headers = { ...rest.headers, 'x-request-id': requestId };
  if (method !== 'HEAD') return { ...result, headers };
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return { ...rest, headers: { ...headers, ...length } };
}

/** The method of a request, in capitals. */
export const methodOf = ({ requestContext }: APIGatewayProxyEventV2): string =>
  requestContext.http.method.toUpperCase();
