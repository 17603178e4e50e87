import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { lambdaClient, lambdaProvisioner } from '../../../adapters/lambda/provisioner.ts';
import type { Provisioner } from '../../../domain/use-cases/provisioner.ts';
import { provisionerContract, type Run } from '../../contract/provisioner-contract.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { sdkError } from '../../support/adapters/failures.ts';
import { type Reply, type ScriptedServer, startScriptedServer } from '../../support/adapters/http-server.ts';
import { asGrantId } from '../../support/identifiers.ts';

const FUNCTION = 'rolewright-dev-provisioner';
const GRANT = asGrantId('gr_hrq6egvaok6463yco36ybujl4g');

provisionerContract('behind a real invocation', async () => {
  const server = await startScriptedServer();
  useAwsEnvironment({ lambda: server.url });
  const client = lambdaClient();
  const failed = { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorMessage: 'boom' } };
  const replies: Record<Run, Reply> = {
    settled: { body: { outcome: 'settled' } },
    busy: { body: { outcome: 'busy' } },
    unfinished: { body: { outcome: 'unfinished' } },
    unreachable: { body: { outcome: 'unreachable' } },
    throws: failed,
    dies: { drop: true },
    silent: { body: { outcome: 'settled' }, stall: true },
  };
  return {
    provisioner: lambdaProvisioner(client, FUNCTION, () => {}),
    next: (run) => server.script(replies[run]),
    runs: () => server.requests.map(({ body }) => JSON.parse(body).grantId),
    async close() {
      client.destroy();
      await server.close();
    },
  };
});

describe('the provisioner behind a real invocation', () => {
  let server: ScriptedServer;
  let client: LambdaClient;
  let provisioner: Provisioner;
  let reported: unknown[];

  beforeEach(async () => {
    server = await startScriptedServer();
    useAwsEnvironment({ lambda: server.url });
    client = lambdaClient();
    reported = [];
    provisioner = lambdaProvisioner(client, FUNCTION, (error) => reported.push(error));
  });

  afterEach(async () => {
    client.destroy();
    await server.close();
  });

  test('is sent the id of the grant and nothing else, once, and waited for', async () => {
    server.script({ body: { outcome: 'settled' } });
    await provisioner.run(GRANT, 5000);
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request?.body).toBe(`{"grantId":"${GRANT}"}`);
    expect(request?.path).toBe(`/2015-03-31/functions/${FUNCTION}/invocations`);
    expect(request?.headers['x-amz-invocation-type']).toBe('RequestResponse');
  });

  test('is never invoked a second time, whatever became of the first', async () => {
    for (const reply of [{ status: 500 }, { status: 429 }, { status: 503 }, { drop: true }]) {
      server.requests.length = 0;
      server.script(reply);
      expect(await provisioner.run(GRANT, 5000)).toEqual({ outcome: 'unfinished' });
      expect(server.requests).toHaveLength(1);
    }
    expect(reported).toHaveLength(4);
  });

  test('is unfinished and reported when it throws', async () => {
    server.script({
      headers: { 'x-amz-function-error': 'Unhandled' },
      body: { outcome: 'settled', errorMessage: 'boom' },
    });
    expect(await provisioner.run(GRANT, 5000)).toEqual({ outcome: 'unfinished' });
    expect(reported).toMatchObject([{ message: expect.stringContaining('Unhandled') }]);
  });

  test('is unfinished and reported when nobody can read its answer', async () => {
    const garbage = ['', 'null', '"settled"', '{"outcome":', '{"outcome":"done"}', '[]', '<html>'];
    for (const body of garbage) {
      server.script({ body });
      expect(await provisioner.run(GRANT, 5000)).toEqual({ outcome: 'unfinished' });
    }
    expect(reported).toHaveLength(garbage.length);
  });

  test('says nothing but its outcome', async () => {
    server.script({ body: { outcome: 'settled', secret: 'x' } });
    expect(await provisioner.run(GRANT, 5000)).toEqual({ outcome: 'settled' });
  });

  test('is unfinished and reported when it is late', async () => {
    server.script({ body: { outcome: 'settled' }, stall: true });
    expect(await provisioner.run(GRANT, 50)).toEqual({ outcome: 'unfinished' });
    expect(reported).toHaveLength(1);
  });
});

test.each([
  'TooManyRequestsException',
  'AccessDeniedException',
  'ResourceNotFoundException',
  'ServiceException',
])('%s of an invocation is unfinished and reported', async (name) => {
  const client = new LambdaClient({ region: 'eu-west-1' });
  mockClient(client).on(InvokeCommand).rejects(sdkError(name));
  const reported: unknown[] = [];
  const provisioner = lambdaProvisioner(client, FUNCTION, (error) => reported.push(error));
  expect(await provisioner.run(GRANT, 5000)).toEqual({ outcome: 'unfinished' });
  expect(reported).toMatchObject([{ name }]);
});
