import { createHmac, timingSafeEqual } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

// The bare webhook: signature, JSON, and one asynchronous invocation of the product's own worker.

const lambda = new LambdaClient({});
const secrets = JSON.parse(process.env.BITBUCKET_WEBHOOK_SECRETS ?? '{}');

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const workspace = event.pathParameters?.workspace ?? '';
  const body = event.body ?? '';
  const expected = `sha256=${createHmac('sha256', secrets[workspace]).update(body).digest('hex')}`;
  const given = event.headers['x-hub-signature'] ?? '';
  if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) {
    return { statusCode: 401 };
  }
  const { uuid } = JSON.parse(body).repository;
  const deliveryId = event.headers['x-request-uuid'] ?? '';
  const message = {
    source: 'bitbucket',
    workspace,
    deliveryId,
    event: event.headers['x-event-key'],
    repository: { uuid },
  };
  await lambda.send(
    new InvokeCommand({
      FunctionName: process.env.WORKER_FUNCTION,
      InvocationType: 'Event',
      Payload: new TextEncoder().encode(JSON.stringify(message)),
    }),
  );
  return { statusCode: 202, body: JSON.stringify({ deliveryId }) };
}
