import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import fc from 'fast-check';
import type { WorkerMessage } from '../../../domain/messaging/worker-message.ts';
import { PortError } from '../../../domain/shared/port-error.ts';
import { guarded } from '../../../handlers/http/http-function.ts';
import { type SlackPorts, slackEndpoint } from '../../../handlers/slack/endpoint.ts';
import { runs } from '../../support/domain/arbitraries.ts';
import { FakeClaimStore } from '../../support/domain/fakes/claim-store.ts';
import { FakeClock } from '../../support/domain/fakes/store.ts';
import { configurationContent, configurationOf, templateOf } from '../../support/domain/samples.ts';
import { coreOf } from '../../support/handlers/served.ts';

const SECRET = 'a signing secret';
const unreachable = () => Promise.reject(new PortError('Lambda', 'UNAVAILABLE', 'down'));
const clock = new FakeClock();
let claims = new FakeClaimStore(clock);
let handedOn: WorkerMessage[] = [];
let opened: object[] = [];
afterEach(() => {
  claims = new FakeClaimStore(clock);
  handedOn = [];
  opened = [];
});

const silent = { info() {}, warn() {}, error() {} } as unknown as SlackPorts['logger'];
const ports = (over: Partial<SlackPorts> = {}): SlackPorts => ({
  configuration: configurationOf({
    ...configurationContent(),
    people: [{ id: 'ada@acme.example', slack: 'T0ACME/U0ADA', groups: ['platform'] }],
    slack: { team: 'T0ACME', approversChannel: 'C0APPROVALS' },
  }),
  templates: new Map([['s3-static-site', templateOf()]]),
  clock,
  signingSecret: async () => SECRET,
  responseOrigin: 'https://hooks.slack.com',
  claims,
  worker: { handOn: async (message) => void handedOn.push(message) },
  web: {
    openView: async (_trigger: string, view: object) => void opened.push(view),
    profile: async () => undefined,
  } as unknown as SlackPorts['web'],
  logger: silent,
  acknowledgementWaitMs: 2000,
  ...over,
});

type Sent = {
  body: string | Buffer;
  path?: string;
  contentType?: string;
  isBase64?: boolean;
  secret?: string;
  ageSeconds?: number;
  headers?: Record<string, string>;
};

/** What the endpoint answers to one request, signed unless its headers say otherwise. */
async function send(sent: Sent, over: Partial<SlackPorts> = {}) {
  const {
    path = '/slack/commands',
    contentType = 'application/x-www-form-urlencoded',
    isBase64 = false,
  } = sent;
  const bytes = Buffer.from(sent.body);
  const timestamp = String(Math.floor(clock.now() / 1000) - (sent.ageSeconds ?? 0));
  const mac = createHmac('sha256', sent.secret ?? SECRET)
    .update(`v0:${timestamp}:`)
    .update(bytes)
    .digest('hex');
  const event = {
    headers: {
      'Content-Type': contentType,
      'X-Slack-Request-Timestamp': timestamp,
      'X-Slack-Signature': `v0=${mac}`,
      ...sent.headers,
    },
    requestContext: { http: { method: 'POST', path } },
    body: bytes.toString(isBase64 ? 'base64' : 'utf8'),
    isBase64Encoded: isBase64,
  } as unknown as APIGatewayProxyEventV2;
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 9000 } as Context;
  const answer = await guarded(coreOf([]), slackEndpoint(ports(over)))(event, context, () => {});
  const { statusCode, body } = answer as APIGatewayProxyStructuredResultV2;
  return { status: statusCode, text: body ?? '', json: body ? JSON.parse(body) : {} };
}

const URL_OF_SLACK = 'https://hooks.slack.com/commands/T0ACME/1/secret';
const commandBody = (text: string, over: Record<string, string> = {}) =>
  new URLSearchParams({
    team_id: 'T0ACME',
    user_id: 'U0ADA',
    user_name: 'mallory',
    text,
    response_url: URL_OF_SLACK,
    trigger_id: '1.2.x',
    ...over,
  }).toString();
const interaction = (payload: unknown) => ({
  path: '/slack/interactions',
  body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
});
const REQUEST = 'request acme/shop s3-static-site bucket=shop-site';
const nothingDone = () => expect([claims.claims.size, handedOn, opened]).toEqual([0, [], []]);

describe('a request that is not signed', () => {
  test.each<[string, Partial<Sent>]>([
    ['by a wrong secret', { secret: 'another' }],
    ['301 seconds ago', { ageSeconds: 301 }],
    ['301 seconds ahead', { ageSeconds: -301 }],
    ['at all', { headers: { 'X-Slack-Signature': '' } }],
    ['with another version', { headers: { 'X-Slack-Signature': `v1=${'0'.repeat(64)}` } }],
    ['at any time', { headers: { 'X-Slack-Request-Timestamp': '' } }],
  ])('%s does nothing, and is told nothing', async (_, over) => {
    const { status, json } = await send({ body: commandBody(REQUEST), ...over });
    expect([status, json.code]).toEqual([401, 'UNAUTHENTICATED']);
    nothingDone();
  });

  test('does nothing, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (body, isBase64) => {
        const { status } = await send({ body: Buffer.from(body), isBase64, secret: 'guessed' });
        expect(status).toBe(401);
        nothingDone();
      }),
    );
  });
});

describe('a signed request', () => {
  test('is taken within 300 seconds on either side, and once', async () => {
    for (const ageSeconds of [300, -300]) {
      expect((await send({ body: commandBody('help'), ageSeconds })).status).toBe(200);
      expect((await send({ body: commandBody('help'), ageSeconds })).status).toBe(401);
    }
  });

  test.each<[string, Partial<Sent>]>([
    ['as base64', { isBase64: true }],
    ['with a charset', { contentType: 'application/x-www-form-urlencoded; charset=utf-8' }],
    ['with its type in capitals', { contentType: 'Application/X-WWW-Form-URLencoded' }],
  ])('is understood %s', async (_, over) => {
    const { status, text } = await send({ body: commandBody(`${REQUEST} because größer`), ...over });
    expect([status, text]).toEqual([200, expect.stringContaining('Requesting')]);
    expect(handedOn).toMatchObject([{ act: { verb: 'request', request: { reason: 'größer' } } }]);
  });

  test('that is no form, or has no shape of Slack’s, is the sender’s fault', async () => {
    expect((await send({ body: '{}', contentType: 'application/json' })).status).toBe(415);
    expect((await send({ body: 'text=help' })).status).toBe(400);
    expect((await send({ path: '/slack/interactions', body: 'payload={' })).status).toBe(400);
    expect((await send({ path: '/slack/interactions', body: 'nothing=here' })).status).toBe(400);
    expect((await send({ body: `text=${'x'.repeat(256 * 1024)}` })).status).toBe(413);
  });

  test('hands on who gave it by the signed ids alone, and nothing secret but the response URL', async () => {
    await send({ body: commandBody(REQUEST, { token: 'legacy-token' }) });
    expect(handedOn).toEqual([
      {
        source: 'slack',
        deliveryId: 'request-1',
        team: 'T0ACME',
        user: 'U0ADA',
        answerTo: { responseUrl: URL_OF_SLACK },
        act: expect.objectContaining({ verb: 'request' }),
      },
    ]);
    expect(JSON.stringify(handedOn)).not.toMatch(/legacy-token|mallory/);
  });

  test.each(['http://169.254.169.254/latest', 'https://evil.example/x', ''])(
    'with %j as response URL is handed on to nobody',
    async (response_url) => {
      expect((await send({ body: commandBody(REQUEST, { response_url }) })).status).toBe(400);
      expect(handedOn).toEqual([]);
    },
  );

  test('of another workspace, or of somebody in no entry, gets help and nothing else', async () => {
    for (const over of [{ team_id: 'T0EVIL' }, { user_id: 'U0EVE' }]) {
      for (const text of ['', 'list', REQUEST, 'templates', 'reqest']) {
        expect((await send({ body: commandBody(text, { ...over, trigger_id: text }) })).text).toContain(
          'I do not know who you are',
        );
      }
      expect((await send({ body: commandBody('help', over) })).text).toContain('requests a role');
    }
    expect([handedOn, opened]).toEqual([[], []]);
  });

  test('whose worker, claims or Slack cannot be reached is answered in words, never by a failure', async () => {
    const broken: Partial<SlackPorts>[] = [
      { worker: { handOn: unreachable } },
      { web: { ...ports().web, openView: unreachable } },
    ];
    for (const over of broken) {
      const text = 'worker' in over ? REQUEST : '';
      const { status, text: said } = await send({ body: commandBody(text) }, over);
      expect([status, said]).toEqual([200, expect.stringContaining('did not get that')]);
    }
  });

  test('is answered in time by whatever is slow, and nothing is begun after that', async () => {
    let found = () => {};
    const slow = new Promise<undefined>((resolve) => {
      found = () => resolve(undefined);
    });
    const never = () => slow as Promise<never>;
    const acknowledgementWaitMs = 20;
    const late = (over: Partial<SlackPorts>, text = REQUEST) =>
      send({ body: commandBody(text) }, { acknowledgementWaitMs, ...over });
    expect(await late({ worker: { handOn: never } })).toMatchObject({
      status: 200,
      text: expect.stringContaining('did not get that'),
    });
    claims = new FakeClaimStore(clock);
    expect(await late({ web: { ...ports().web, openView: never } }, '')).toMatchObject({ status: 200 });
    claims = new FakeClaimStore(clock);
    const { configuration } = ports();
    const emailLookup = {
      ...configuration,
      people: [],
      slack: { ...configuration.slack, emailLookup: true },
    };
    const profile = async () => {
      await slow;
      return {
        teamId: 'T0ACME',
        email: 'ada@acme.example',
        isDeleted: false,
        isBot: false,
        isGuest: false,
        isStranger: false,
        isEmailConfirmed: true,
      };
    };
    const people = [{ id: 'ada@acme.example', email: 'ada@acme.example', groups: [] }];
    await late({
      configuration: { ...emailLookup, people } as SlackPorts['configuration'],
      web: { ...ports().web, profile },
    });
    claims = new FakeClaimStore(clock);
    claims.claim = async () => {
      await slow;
      return true;
    };
    expect((await late({})).status).toBe(503);
    found();
    await new Promise(setImmediate);
    expect(handedOn).toEqual([]);
  });

  test('does nothing where it cannot be known whether it was taken before', async () => {
    claims.claim = unreachable;
    expect((await send({ body: commandBody(REQUEST) })).status).toBe(503);
    expect(handedOn).toEqual([]);
  });

  test('finds no endpoint where Slack is not configured', async () => {
    const { slack: _, ...configuration } = ports().configuration;
    expect((await send({ body: commandBody('help') }, { configuration })).status).toBe(404);
  });
});

describe('an interaction', () => {
  const button = (
    action_id: string,
    value = JSON.stringify({ grantId: 'gr_x', planHash: 'f'.repeat(64) }),
  ) => ({
    type: 'block_actions',
    team: { id: 'T0ACME' },
    user: { id: 'U0ADA' },
    trigger_id: 't',
    response_url: 'https://hooks.slack.com/actions/T0ACME/1/secret',
    actions: [{ action_id, value }],
  });

  test('Approve hands on the grant and the plan that was read', async () => {
    expect((await send(interaction(button('approve')))).status).toBe(200);
    expect(handedOn).toMatchObject([{ act: { verb: 'approve', grantId: 'gr_x', planHash: 'f'.repeat(64) } }]);
  });

  test('Renew hands on the grant, and nothing else is believed of a button', async () => {
    const grantId = 'gr_hrq6egvaok6463yco36ybujl4g';
    expect((await send(interaction(button('renew', grantId)))).status).toBe(200);
    expect(handedOn).toMatchObject([{ act: { verb: 'renew', grantId }, user: 'U0ADA' }]);
    expect((await send(interaction(button('renew', 'gr_x')))).status).toBe(400);
  });

  test('of a user of another team is nobody that this app knows, whichever of the two teams is ours', async () => {
    const teams = [
      { team: { id: 'T0ACME' }, user: { id: 'U0ADA', team_id: 'T0EVIL' } },
      { team: { id: 'T0EVIL' }, user: { id: 'U0ADA', team_id: 'T0ACME' } },
    ];
    for (const over of teams) {
      await send(interaction({ ...button('approve'), ...over }));
    }
    expect(handedOn.map((message) => (message as { team: string }).team)).not.toContain('T0ACME');
    await send(interaction({ ...button('approve'), user: { id: 'U0ADA', team_id: 'T0ACME' } }));
    expect(handedOn.at(-1)).toMatchObject({ team: 'T0ACME' });
  });

  test('that cannot be handed on never looks as if it had been', async () => {
    const down = { worker: { handOn: unreachable } };
    expect((await send(interaction(button('approve')), down)).status).toBe(503);
    const submission = (callback_id: string, private_metadata: object, values: object) => ({
      type: 'view_submission',
      team: { id: 'T0ACME' },
      user: { id: 'U0ADA' },
      view: {
        id: 'V1',
        callback_id,
        private_metadata: JSON.stringify(private_metadata),
        state: { values },
      },
    });
    const failure = {
      response_action: 'errors',
      errors: { reason: expect.stringContaining('did not get that') },
    };
    const reason = { reason: { value: { value: 'not needed' } } };
    const rejection = submission('reject-reason', { grantId: 'gr_x', planHash: 'f'.repeat(64) }, reason);
    expect((await send(interaction(rejection), down)).json).toEqual(failure);
    const request = submission(
      'request-detail',
      { repository: 'acme/shop', template: 's3-static-site' },
      { 'parameter.bucket': { value: { value: 'shop-site' } } },
    );
    expect((await send(interaction(request), down)).json).toEqual(failure);
  });

  test.each(['x'.repeat(501), '\ud800', 'no \udc00 reason', ' '])(
    'Reject takes no reason that an event cannot hold, such as %j',
    async (text) => {
      const rejection = {
        type: 'view_submission',
        team: { id: 'T0ACME' },
        user: { id: 'U0ADA' },
        view: {
          id: 'V1',
          callback_id: 'reject-reason',
          private_metadata: JSON.stringify({ grantId: 'gr_x', planHash: 'f'.repeat(64) }),
          state: { values: { reason: { value: { value: text } } } },
        },
      };
      expect((await send(interaction(rejection))).json).toMatchObject({ response_action: 'errors' });
      expect(handedOn).toEqual([]);
    },
  );

  test('Reject asks for the reason first', async () => {
    await send(interaction(button('reject')));
    expect([handedOn, opened]).toEqual([[], [expect.objectContaining({ callback_id: 'reject-reason' })]]);
  });

  const GRANT = 'gr_hrq6egvaok6463yco36ybujl4g';
  const revocation = (text: string | null, metadata: object = { grantId: GRANT }) => ({
    type: 'view_submission',
    team: { id: 'T0ACME' },
    user: { id: 'U0ADA' },
    view: {
      id: 'V1',
      callback_id: 'revoke',
      private_metadata: JSON.stringify(metadata),
      state: { values: { reason: { value: { value: text } } } },
    },
  });

  test('Revoke asks for confirmation with the reason that was typed', async () => {
    const value = JSON.stringify({ grantId: GRANT, reason: 'nobody uses it' });
    expect((await send(interaction(button('revoke', value)))).status).toBe(200);
    const [view] = opened;
    expect([handedOn, view]).toEqual([[], expect.objectContaining({ callback_id: 'revoke' })]);
    expect(JSON.stringify(view)).toContain('nobody uses it');
    expect((await send(interaction(button('revoke', 'gr_x')))).status).toBe(400);
  });

  test.each([
    ['with its reason', ' nobody uses it ', { reason: 'nobody uses it' }],
    ['without one', null, {}],
  ])('Revoke that is confirmed is handed on %s', async (_, text, more) => {
    const { status, json } = await send(interaction(revocation(text)));
    expect([status, json]).toEqual([200, expect.objectContaining({ response_action: 'update' })]);
    expect(handedOn).toMatchObject([
      { act: { verb: 'revoke', grantId: GRANT, ...more }, answerTo: { viewId: 'V1' } },
    ]);
  });

  test.each(['x'.repeat(501), '\ud800'])(
    'Revoke takes no reason that an event cannot hold: %j',
    async (text) => {
      expect((await send(interaction(revocation(text)))).json).toMatchObject({ response_action: 'errors' });
      expect((await send(interaction(revocation('why', { grantId: 'gr_x' })))).status).toBe(400);
      expect(handedOn).toEqual([]);
    },
  );

  test('Revoke of somebody whom the directory does not know is handed on to nobody', async () => {
    const submitted = { ...revocation('mine now'), user: { id: 'U0EVE' } };
    expect((await send(interaction(submitted))).text).toContain('I do not know who you are');
    expect(handedOn).toEqual([]);
  });

  test('a link, and kinds that the app does not know, want nothing of it', async () => {
    for (const payload of [button('open'), { type: 'view_closed' }, { type: 'shortcut' }]) {
      expect((await send(interaction(payload))).status).toBe(200);
    }
    expect([handedOn, opened]).toEqual([[], []]);
  });

  test('of any content is answered, never with a failure of ours', async () => {
    const fields = {
      type: fc.constantFrom('block_actions', 'view_submission', 'x'),
      team: fc.anything(),
      user: fc.anything(),
    };
    const payloads = fc.oneof(
      fc.anything(),
      fc.record(
        { ...fields, view: fc.anything(), actions: fc.anything(), trigger_id: fc.anything() },
        { requiredKeys: [] },
      ),
      fc.record({
        type: fc.constant('view_submission'),
        team: fc.constant({ id: 'T0ACME' }),
        user: fc.constant({ id: 'U0ADA' }),
        view: fc.record({
          id: fc.string({ minLength: 1, maxLength: 20 }),
          callback_id: fc.constantFrom('request-choose', 'request-detail', 'reject-reason', 'revoke', 'x'),
          private_metadata: fc.oneof(
            fc.string(),
            fc.constant('{"repository":"acme/shop","template":"s3-static-site"}'),
            fc.constant('{"grantId":"gr_x","planHash":"f"}'),
          ),
          state: fc.record({
            values: fc.dictionary(
              fc.constantFrom(
                'repository',
                'template',
                'parameter.bucket',
                'expiresIn',
                'reason',
                '__proto__',
                'x',
              ),
              fc.record({
                value: fc.record({
                  value: fc.oneof(fc.string(), fc.constant(null), fc.constant('s3-static-site')),
                }),
              }),
            ),
          }),
        }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(payloads, async (payload) => {
        claims = new FakeClaimStore(clock);
        const { status } = await send(interaction(payload));
        expect([200, 400]).toContain(status);
      }),
      runs(150),
    );
  });
});
