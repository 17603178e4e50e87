import { expect, test } from '@jest/globals';
import { send } from '../../support/e2e/http.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** What web pages of other origins, and clients that keep documents, get from the gateway. `portal` is an origin of the
 *  configuration. */
export function webPageRules(world: () => World, portal: string): void {
  const corsOf = (headers: Headers) =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
  const preflight = (origin: string) =>
    send(world().stack.api, 'OPTIONS', '/v1/grants', {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  test('of the configuration may ask before it calls, and reads the answer', async () => {
    const asked = await preflight(portal);
    expect([asked.status, asked.text]).toEqual([204, '']);
    expect(corsOf(asked.headers)).toMatchObject({
      'access-control-allow-origin': portal,
      'access-control-allow-methods': 'GET,HEAD,POST,DELETE',
      'access-control-allow-headers': expect.stringContaining('authorization'),
      'access-control-max-age': '60',
    });
    const called = await world().api('GET', '/v1/me', { token: world().ada, headers: { origin: portal } });
    expect(called.status).toBe(200);
    expect(corsOf(called.headers)).toEqual({
      'access-control-allow-origin': portal,
      'access-control-expose-headers': expect.stringContaining('x-request-id'),
    });
    const refused = await world().api('GET', '/v1/me', { headers: { origin: portal } });
    expect([refused.status, corsOf(refused.headers)['access-control-allow-origin']]).toEqual([401, portal]);
  });

  test.each([
    'https://elsewhere.example',
    'https://portal.acme.example:8443',
    'http://portal.acme.example',
    'null',
  ])('of %s gets no leave', async (origin) => {
    expect(corsOf((await preflight(origin)).headers)).toEqual({});
    const called = await world().api('GET', '/v1/me', { token: world().ada, headers: { origin } });
    expect([called.status, corsOf(called.headers)]).toEqual([200, {}]);
  });

  test.each(['/openapi.json', '/v1/templates?limit=3', '/v1/templates/s3-static-site'])(
    'that has %s already is told that it is unchanged',
    async (path) => {
      const token = world().ada;
      const whole = await world().api('GET', path, { token });
      const etag = whole.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]{43}"$/);
      for (const method of ['GET', 'HEAD']) {
        const again = await world().api(method, path, { token, headers: { 'if-none-match': etag } });
        expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
      }
      const other = await world().api('GET', path, { token, headers: { 'if-none-match': '"other"' } });
      expect([other.status, other.text]).toEqual([200, whole.text]);
    },
  );

  test('that has a template of another caller is still asked for a token', async () => {
    const path = '/v1/templates/s3-static-site';
    const { headers } = await world().api('GET', path, { token: world().ada });
    const known = { 'if-none-match': headers.get('etag') ?? '' };
    expect((await world().api('GET', path, { headers: known })).status).toBe(401);
  });

  test('finds the id of its request in the events that it wrote', async () => {
    const { json, headers } = await world().request({
      repository: 'acme/shop',
      template: 's3-static-site',
      parameters: { bucket: 'shop-traced' },
      name: 'traced',
    });
    const [first] = await world().events(String(json.id));
    expect(first?.correlationId).toBe(headers.get('x-request-id'));
  });
}
