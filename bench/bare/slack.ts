import { createHmac, timingSafeEqual } from 'node:crypto';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

// The bare Slack command: signature, form, one claim, and one asynchronous invocation of the product's own worker.

const lambda = new LambdaClient({});
const dynamodb = new DynamoDBClient({});

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const body = event.body ?? '';
  const timestamp = event.headers['x-slack-request-timestamp'] ?? '';
  const mac = createHmac('sha256', process.env.SLACK_SIGNING_SECRET ?? '');
  const expected = `v0=${mac.update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const given = event.headers['x-slack-signature'] ?? '';
  if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) {
    return { statusCode: 401 };
  }
  const form = new URLSearchParams(body);
  await dynamodb.send(
    new PutItemCommand({
      TableName: process.env.CLAIMS_TABLE,
      Item: { id: { S: given }, expiresAt: { N: String(Number(timestamp) + 660) } },
      ConditionExpression: 'attribute_not_exists(id)',
    }),
  );
  const message = {
    source: 'slack',
    deliveryId: 'bare',
    team: form.get('team_id'),
    user: form.get('user_id'),
    answerTo: { responseUrl: form.get('response_url') },
    act: { verb: 'list' },
  };
  await lambda.send(
    new InvokeCommand({
      FunctionName: process.env.WORKER_FUNCTION,
      InvocationType: 'Event',
      Payload: new TextEncoder().encode(JSON.stringify(message)),
    }),
  );
  return { statusCode: 200 };
}
