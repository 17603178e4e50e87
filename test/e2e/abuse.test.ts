import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Reply } from '../support/e2e-http.ts';
import { siteBody } from '../support/e2e-samples.ts';
import { START_WITHIN_MS, startWorld } from '../support/e2e-stack.ts';

const dir = mkdtempSync(join(tmpdir(), 'rolewright-abuse-'));
let world: Awaited<ReturnType<typeof startWorld>>;
beforeAll(async () => {
  world = await startWorld(dir);
}, START_WITHIN_MS);
afterEach(() => world.clearFaults());
afterAll(async () => {
  await world.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Texts that break things elsewhere, among any others. */
const nasty = fc.oneof(
  fc.constantFrom(
    '',
    '*',
    '${aws:username}',
    '{{bucket}}',
    '../../x',
    '__proto__',
    'constructor',
    "' OR 1=1",
    '\u0000',
    '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}',
    'acme/shop',
    's3-static-site',
    'shop-site',
    'P1D',
    '9'.repeat(400),
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);
const value = fc.oneof(
  nasty,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(nasty, { maxLength: 3 }),
);
const body = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      ...['repository', 'template', 'parameters', 'environment', 'name', 'expiresIn', 'reason'],
      ...['grantId', 'token', 'claims'],
    ),
    nasty,
  ),
  fc.oneof(value, fc.dictionary(nasty, value, { maxKeys: 4 })),
  { maxKeys: 8 },
);
const segment = nasty.map((text) => encodeURIComponent(text.toWellFormed()));
const path = fc.oneof(
  fc.constantFrom('/v1/grants', '/v1/events', '/v1/templates', '/v1/explain', '/healthz', '/', '/v1'),
  segment.map((text) => `/v1/grants/${text}`),
  segment.map((text) => `/v1/grants/${text}/events`),
  segment.map((text) => `/v1/templates/${text}`),
  fc.tuple(segment, segment).map((parts) => `/${parts.join('/')}`),
);
const query = fc
  .array(
    fc.tuple(fc.oneof(fc.constantFrom('limit', 'cursor', 'from', 'state', 'dryRun'), segment), segment),
    {
      maxLength: 3,
    },
  )
  .map((pairs) => (pairs.length > 0 ? `?${pairs.map((pair) => pair.join('=')).join('&')}` : ''));
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH'),
  path: fc.tuple(path, query).map((parts) => parts.join('')),
  body,
  mediaType: fc.constantFrom(
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/xml',
  ),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

const send = ({ method, path: to, body: json, mediaType }: Request, token?: string): Promise<Reply> =>
  world.api(method, to, {
    token,
    headers: { 'content-type': mediaType },
    ...(method === 'POST' ? { body: JSON.stringify(json) } : {}),
  });

const runs = { seed: 20_261_123, numRuns: 80 };

describe('whatever is sent', () => {
  it('is never answered by a fault of ours, and each refusal is a problem document', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (sent) => {
        const reply = await send(sent, world.ada);
        expect(reply.status).toBeLessThan(500);
        if (reply.status < 400) return;
        expect(reply.headers.get('content-type')).toBe('application/problem+json');
        expect(reply.json).toMatchObject({ status: reply.status, code: expect.any(String) });
      }),
      runs,
    );
  });

  it('invariant 6: without authentication reads nothing and writes nothing', async () => {
    const { iam, dynamodb, bitbucket } = await world.trace(() =>
      fc.assert(
        fc.asyncProperty(request, fc.option(nasty), async (sent, token) => {
          const bearer = token === null ? undefined : encodeURIComponent(token.toWellFormed());
          const reply = await send(sent, bearer);
          expect([200, 401, 404, 405]).toContain(reply.status);
          if (reply.status === 200) expect(reply.json).toEqual({ status: 'ok' });
        }),
        runs,
      ),
    );
    expect([...iam, ...dynamodb, ...bitbucket]).toEqual([]);
  });
});

it('invariant 10: fifty equal requests at once make one role and one story, and none fails', async () => {
  const sent = siteBody(await world.repository(), 'shop-fifty');
  const { value: replies, iamWrites } = await world.trace(() =>
    Promise.all(Array.from({ length: 50 }, () => world.request(sent))),
  );
  const statuses = replies.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(statuses.every((status) => [200, 201, 202].includes(status))).toBe(true);
  const [id] = new Set(replies.map(({ json }) => json.id));
  const events = await world.events(String(id));
  expect(events.filter(({ type }) => type === 'GrantRequested')).toHaveLength(1);
  expect(events.filter(({ type }) => type === 'GrantActivated')).toHaveLength(1);
  expect(iamWrites.filter(({ name }) => name === 'CreateRole')).toHaveLength(1);
});

it('no token and no secret is in any log, answer, event or row, whatever fails', async () => {
  const repository = await world.repository();
  const own = await world.caller(repository.fullName);
  const expired = await world.caller(repository.fullName, { expiresIn: -600 });
  const stranger = await world.person('mallory@acme.example');
  const tokens = [world.ada, own, expired, stranger];
  const replies: Reply[] = [];
  const ask = async (token: string, bucket = 'shop-secret') =>
    replies.push(await world.request(siteBody(repository, bucket), token));
  for (const token of tokens) await ask(token);
  await world.fault('bitbucket', { match: '/2.0', effect: 'forbid' });
  await ask(world.ada, 'shop-other');
  await world.fault('bitbucket', { match: '/2.0', effect: 'drop', times: 3 });
  await ask(own, 'shop-other');
  await world.clearFaults();
  await world.fault('aws', { match: 'PutRolePolicy', effect: 'forbid' });
  await ask(world.ada, 'shop-other');
  await world.fault('dynamodb', { match: 'ExecuteStatement', effect: 'error', times: 4 });
  await ask(world.ada, 'shop-third');
  await world.clearFaults();
  const explained = await world.step(repository.fullName);
  const [grant] = (await world.get('/v1/grants')).json.items as { id: string }[];
  const explain = () =>
    world.api('POST', '/v1/explain', { token: world.ada, json: { grantId: grant?.id, token: explained } });
  replies.push(await explain());
  await world.fault('dynamodb', { match: 'Query', effect: 'error', times: 9 });
  replies.push(await explain());
  await world.clearFaults();
  expect(replies.slice(-2).map(({ status }) => status)).toEqual([200, 503]);
  replies.push(await world.get('/v1/events?limit=100'), await world.get('/v1/grants?limit=100'));

  const stored = await everythingStored(world.stack.dynamodb.url);
  const log = readFileSync(join(dir, 'gateway.log'), 'utf8');
  expect(log).toContain('UPSTREAM_FAILED');
  const everything = [
    log,
    stored,
    ...replies.map(({ text, headers }) => text + JSON.stringify([...headers])),
  ].join('\n');
  for (const token of [...tokens, explained]) {
    const [, claims = '', signature = ''] = token.split('.');
    expect(everything.includes(signature)).toBe(false);
    expect(everything.includes(claims)).toBe(false);
  }
  expect(everything).not.toContain('sandbox-token');
});

/** All items of both tables, as text. */
async function everythingStored(endpoint: string): Promise<string> {
  const client = new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'OPERATOR', secretAccessKey: 'any' },
  });
  const tables = ['rolewright-sandbox-events', 'rolewright-sandbox-grants'];
  const pages = await Promise.all(tables.map((TableName) => client.send(new ScanCommand({ TableName }))));
  client.destroy();
  return JSON.stringify(pages.map(({ Items }) => Items));
}
