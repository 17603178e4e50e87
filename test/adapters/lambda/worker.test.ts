import type { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lambdaClient } from '../../../adapters/lambda/provisioner.ts';
import { lambdaWorker } from '../../../adapters/lambda/worker.ts';
import type { WorkerMessage } from '../../../domain/messaging/worker-message.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { type Reply, type ScriptedServer, startScriptedServer } from '../../support/adapters/http-server.ts';
import { asRepositoryUuid } from '../../support/identifiers.ts';

const message: WorkerMessage = {
  source: 'bitbucket',
  workspace: 'acme',
  deliveryId: 'delivery-1',
  event: 'repo:created',
  repository: { uuid: asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}') },
};

describe('the worker behind a real invocation', () => {
  let server: ScriptedServer;
  let client: LambdaClient;
  beforeEach(async () => {
    server = await startScriptedServer();
    useAwsEnvironment({ lambda: server.url });
    client = lambdaClient(undefined, 2);
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
  });
  const handOn = () => lambdaWorker(client, 'rolewright-dev-worker').handOn(message);

  test('is handed the message, and nobody waits for what it does', async () => {
    server.script({ status: 202, body: '' });
    await handOn();
    expect(server.requests).toHaveLength(1);
    const [sent] = server.requests;
    expect(sent?.path).toBe('/2015-03-31/functions/rolewright-dev-worker/invocations');
    expect(sent?.headers['x-amz-invocation-type']).toBe('Event');
    expect(JSON.parse(sent?.body ?? '')).toEqual(message);
  });

  test('is handed it once more when the first reply is lost', async () => {
    server.script({ drop: true }, { status: 202, body: '' });
    await handOn();
    expect(server.requests).toHaveLength(2);
  });

  test.each<[string, Reply]>([
    ['refuses', { status: 403, body: { Message: 'no' } }],
    ['fails', { status: 500, body: { Message: 'down' } }],
    ['is throttled', { status: 429, body: { Message: 'slow down' } }],
    ['breaks off', { drop: true }],
    ['answers as if somebody had waited', { status: 200, body: {} }],
  ])('is not taken to have it where Lambda %s', async (_what, reply) => {
    server.script(reply);
    await expect(handOn()).rejects.toMatchObject({
      name: 'PortError',
      system: 'Lambda',
      code: 'UNAVAILABLE',
    });
  });
});
