import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Reply } from '../../support/e2e/http.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

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
      ...['grantId', 'token', 'claims', 'identity', 'variables'],
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

const runs = { seed: 20_261_123, numRuns: 80 };

/** Requests that no client would make. */
export function fuzzRules(world: () => World): void {
  const send = ({ method, path: to, body: json, mediaType }: Request, token?: string): Promise<Reply> =>
    world().api(method, to, {
      token,
      headers: { 'content-type': mediaType },
      ...(method === 'POST' ? { body: JSON.stringify(json) } : {}),
    });

  describe('whatever is sent', () => {
    it('is never answered by a fault of ours, and each refusal is a problem document', async () => {
      await fc.assert(
        fc.asyncProperty(request, async (sent) => {
          const reply = await send(sent, world().ada);
          expect(reply.status).toBeLessThan(500);
          if (reply.status < 400) return;
          expect(reply.headers.get('content-type')).toBe('application/problem+json');
          expect(reply.json).toMatchObject({ status: reply.status, code: expect.any(String) });
        }),
        runs,
      );
    });

    it('invariant 6: without authentication reads nothing and writes nothing', async () => {
      const { iam, dynamodb, bitbucket } = await world().trace(() =>
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
}
