import { describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { signatureOf } from '../../../adapters/bitbucket/webhook-signature.ts';
import type { WorkerMessage } from '../../../domain/messaging/worker-message.ts';
import { PortError } from '../../../domain/shared/port-error.ts';
import { webhookEndpoint } from '../../../handlers/bitbucket/webhook-endpoint.ts';
import { guarded } from '../../../handlers/http/http-function.ts';
import { acme, REPOSITORY_UUID } from '../../support/adapters/bitbucket.ts';
import { coreOf } from '../../support/handlers/served.ts';

const BODY = JSON.stringify({ repository: { uuid: REPOSITORY_UUID } });
const silent = { info() {}, warn() {}, error() {} };
const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 8000 } as Context;

type Sent = { body?: string; headers?: Record<string, string>; workspace?: string; base64?: boolean };

/** The endpoint with acme's secrets, and what it read and handed on. */
function endpoint({
  secrets = async () => ['the-secret'],
  handOn,
}: {
  secrets?: () => Promise<string[]>;
  handOn?: () => Promise<void>;
} = {}) {
  const handedOn: WorkerMessage[] = [];
  const asked: string[] = [];
  const handler = guarded(
    coreOf([]),
    webhookEndpoint({
      workspaces: [acme],
      secretsOf: async (slug) => {
        asked.push(slug);
        return secrets();
      },
      worker: { handOn: handOn ?? (async (message) => void handedOn.push(message)) },
      logger: silent,
    }),
  );
  async function send({ body = BODY, headers = {}, workspace = 'acme', base64 = false }: Sent = {}) {
    const event = {
      headers: {
        'x-event-key': 'repo:created',
        'x-request-uuid': '7f6b0b1e-delivery',
        'x-hub-signature': signatureOf('the-secret', body),
        ...headers,
      },
      requestContext: { http: { method: 'POST', path: `/webhooks/bitbucket/${workspace}` } },
      pathParameters: { workspace },
      body: base64 ? Buffer.from(body).toString('base64') : body,
      isBase64Encoded: base64,
    } as unknown as APIGatewayProxyEventV2;
    const answer = (await handler(event, context, () => {})) as APIGatewayProxyStructuredResultV2;
    const { code } = JSON.parse(answer.body ?? '{}') as { code?: string };
    return { status: answer.statusCode, code, body: answer.body };
  }
  return { send, handedOn, asked };
}

describe('a signed delivery', () => {
  test('is handed on and answered 202', async () => {
    const { send, handedOn } = endpoint();
    expect((await send()).status).toBe(202);
    expect(handedOn).toEqual([
      {
        source: 'bitbucket',
        workspace: 'acme',
        deliveryId: '7f6b0b1e-delivery',
        event: 'repo:created',
        repository: { uuid: REPOSITORY_UUID },
      },
    ]);
  });

  test('is the same in base64', async () => {
    const { send, handedOn } = endpoint();
    expect((await send({ base64: true })).status).toBe(202);
    expect(handedOn).toHaveLength(1);
  });

  test('is known by the request where it has no id of its own', async () => {
    const { send, handedOn } = endpoint();
    await send({ headers: { 'x-request-uuid': 'with spaces' } });
    expect(handedOn).toMatchObject([{ deliveryId: 'request-1' }]);
  });

  test.each(['repo:push', 'issue:created', 'diagnostics:ping', ''])(
    'of event "%s" is answered 204 and goes no further',
    async (event) => {
      const { send, handedOn } = endpoint();
      expect((await send({ headers: { 'x-event-key': event } })).status).toBe(204);
      expect(handedOn).toEqual([]);
    },
  );

  test.each<[string, string, number, string]>([
    ['that is no JSON', 'nothing', 400, 'REQUEST_INVALID'],
    ['that names nothing', '{}', 400, 'REQUEST_INVALID'],
    ['of another workspace', '{"repository":{"full_name":"globex/other"}}', 403, 'DENIED'],
    ['that is too large', JSON.stringify({ pad: 'x'.repeat(256 * 1024) }), 413, 'BODY_TOO_LARGE'],
  ])(
    '%s is refused: never a 5xx for a fault that repeating does not mend',
    async (_what, body, status, code) => {
      const { send, handedOn } = endpoint();
      expect(await send({ body })).toMatchObject({ status, code });
      expect(handedOn).toEqual([]);
    },
  );

  test('is answered 503 when it could not be handed on, so that Bitbucket sends it again', async () => {
    const { send } = endpoint({
      handOn: async () => {
        throw new PortError(
          'Lambda',
          'UNAVAILABLE',
          'The message could not be passed to the worker. Send it again.',
        );
      },
    });
    expect(await send()).toMatchObject({ status: 503, code: 'UPSTREAM_UNAVAILABLE' });
  });

  test('is answered 503 while the secret cannot be read', async () => {
    const { send } = endpoint({
      secrets: async () => {
        throw new PortError('SSM', 'UNAVAILABLE', "The webhook's secret cannot be read.");
      },
    });
    expect((await send()).status).toBe(503);
  });
});

describe('invariant 6: what is not signed is answered 401, reads and hands on nothing', () => {
  const other = signatureOf('another', BODY);
  test.each<[string, Sent, number]>([
    ['no signature', { headers: { 'x-hub-signature': '' } }, 0],
    ['another algorithm', { headers: { 'x-hub-signature': `sha1=${'0'.repeat(40)}` } }, 0],
    ['another secret', { headers: { 'x-hub-signature': other } }, 1],
    ['another body', { headers: { 'x-hub-signature': signatureOf('the-secret', '{}') } }, 1],
    ['an unknown workspace', { workspace: 'nobody' }, 0],
    ['a workspace by its UUID', { workspace: acme.uuid }, 0],
    ['a path instead of a workspace', { workspace: '../bitbucket/acme' }, 0],
    ['no body', { body: '', headers: { 'x-hub-signature': other } }, 1],
  ])('%s', async (_what, sent, secretsRead) => {
    const { send, handedOn, asked } = endpoint();
    const wrong = await send({ headers: { 'x-hub-signature': other } });
    asked.length = 0;
    const answer = await send(sent);
    // One answer for every reason: nothing tells which workspaces there are.
    expect(answer).toEqual({ ...wrong, status: 401, code: 'UNAUTHENTICATED' });
    expect(handedOn).toEqual([]);
    expect(asked).toHaveLength(secretsRead);
  });

  test('a workspace without a secret takes nothing', async () => {
    const { send } = endpoint({ secrets: async () => [] });
    expect((await send()).status).toBe(401);
  });
});
