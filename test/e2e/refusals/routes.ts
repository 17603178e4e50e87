import { describe, expect, it } from '@jest/globals';
import { send } from '../../support/e2e/http.ts';
import { expectProblem, refused } from '../../support/e2e/problems.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** Which paths and methods there are. */
export function routeRules(world: () => World): void {
  const call = (method: string, path: string, token?: string) =>
    refused(world(), () => world().api(method, path, { token }));

  describe('a path', () => {
    it.each([
      ['GET', '/'],
      ['GET', '/v1'],
      ['GET', '/v2/grants'],
      ['GET', '/v1/Grants'],
      ['POST', '/v1/grants/gr_hrq6egvaok6463yco36ybujl4g/nothing'],
      ['GET', '/v1/templates/ecr-push/parameters'],
      ['GET', '/sandbox/calls'],
      ['GET', '/.env'],
    ])('that is none is answered ROUTE_NOT_FOUND: %s %s', async (method, path) => {
      expectProblem(await call(method, path), 404, 'ROUTE_NOT_FOUND');
      expectProblem(await call(method, path, world().ada), 404, 'ROUTE_NOT_FOUND');
    });

    it.each([
      ['PUT', '/v1/grants', 'GET, HEAD, POST'],
      ['DELETE', '/v1/grants', 'GET, HEAD, POST'],
      ['POST', '/v1/grants/gr_hrq6egvaok6463yco36ybujl4g', 'DELETE, GET, HEAD'],
      ['PATCH', '/v1/grants/gr_hrq6egvaok6463yco36ybujl4g', 'DELETE, GET, HEAD'],
      ['POST', '/v1/grants/gr_hrq6egvaok6463yco36ybujl4g/events', 'GET, HEAD'],
      ['DELETE', '/v1/events', 'GET, HEAD'],
      ['POST', '/v1/templates', 'GET, HEAD'],
      ['POST', '/healthz', 'GET, HEAD'],
    ])('names its methods when it is called with another: %s %s', async (method, path, allowed) => {
      const reply = await call(method, path, world().ada);
      expectProblem(reply, 405, 'METHOD_NOT_ALLOWED');
      expect((reply.headers.get('allow') ?? '').split(', ').sort().join(', ')).toBe(allowed);
    });

    it.each([
      '/v1/grants',
      '/v1/grants?limit=101',
      '/v1/grants/gr_hrq6egvaok6463yco36ybujl4g',
      '/v1/templates',
      '/v1/templates/s3-static-sites',
      '/v1/events?limit=1',
      '/v1/me',
      '/openapi.json',
      '/healthz',
      '/nowhere',
    ])('answers HEAD as it answers GET, without the body: %s', async (path) => {
      const token = world().ada;
      const [head, get] = await Promise.all(
        ['HEAD', 'GET'].map((method) => send(world().stack.api, method, path, { token })),
      );
      expect([head?.status, head?.text]).toEqual([get?.status, '']);
      const kept = ['content-type', 'etag', 'cache-control'];
      expect(kept.map((name) => head?.headers.get(name))).toEqual(kept.map((name) => get?.headers.get(name)));
      expect((await send(world().stack.api, 'HEAD', '/v1/me')).status).toBe(401);
    });

    it.each([['gr_aaaaaaaaaaaaaaaaaaaaaaaaaa'], ['gr_HRQ6EGVAOK6463YCO36YBUJL4G'], ['1'], ['..%2Fevents']])(
      'of a grant that does not exist is answered GRANT_NOT_FOUND: %s',
      async (id) => {
        for (const [method, path] of [
          ['GET', `/v1/grants/${id}`],
          ['GET', `/v1/grants/${id}/events`],
          ['DELETE', `/v1/grants/${id}`],
        ] as const) {
          expectProblem(await call(method, path, world().ada), 404, 'GRANT_NOT_FOUND');
        }
      },
    );
  });
}
