import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** What a route answers. A `body` that is a string is sent as it is, anything else as JSON. */
export type HttpAnswer = { status: number; headers?: Record<string, string>; body: unknown };

/** The answer in API Gateway's payload format 2.0. Nothing may be cached: answers depend on who asks. */
export function toResult({ status, headers = {}, body }: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}
