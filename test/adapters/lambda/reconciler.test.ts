import type { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lambdaClient } from '../../../adapters/lambda/provisioner.ts';
import { lambdaReconciler } from '../../../adapters/lambda/reconciler.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/adapters/http-server.ts';

describe('the reconciler behind a real invocation', () => {
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
  const start = () => lambdaReconciler(client, 'rolewright-dev-reconciler').start({ drift: true });

  test('is started, and nobody waits for its end', async () => {
    server.script({ status: 202, body: '' });
    await start();
    const [sent] = server.requests;
    expect(sent?.path).toBe('/2015-03-31/functions/rolewright-dev-reconciler/invocations');
    expect(sent?.headers['x-amz-invocation-type']).toBe('Event');
    expect(JSON.parse(sent?.body ?? '')).toEqual({ drift: true });
  });

  test('is not taken to have started where Lambda refuses', async () => {
    server.script({ status: 403, body: { Message: 'no' } });
    await expect(start()).rejects.toMatchObject({ name: 'PortError', code: 'UNAVAILABLE' });
  });
});
