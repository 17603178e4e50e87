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
      ['PUT', '/v1/grants', 'GET, POST'],
      ['DELETE', '/v1/grants', 'GET, POST'],
      ['POST', '/v1/grants/gr_hrq6egvaok6463yco36ybujl4g', 'DELETE, GET'],
      ['PATCH', '/v1/grants/gr_hrq6egvaok6463yco36ybujl4g', 'DELETE, GET'],
      ['POST', '/v1/grants/gr_hrq6egvaok6463yco36ybujl4g/events', 'GET'],
      ['DELETE', '/v1/events', 'GET'],
      ['POST', '/v1/templates', 'GET'],
      ['POST', '/healthz', 'GET'],
    ])('names its methods when it is called with another: %s %s', async (method, path, allowed) => {
      const reply = await call(method, path, world().ada);
      expectProblem(reply, 405, 'METHOD_NOT_ALLOWED');
      expect((reply.headers.get('allow') ?? '').split(', ').sort().join(', ')).toBe(allowed);
    });

    it.each([
      '/v1/grants',
      '/v1/grants/gr_hrq6egvaok6463yco36ybujl4g',
      '/v1/templates',
      '/v1/events',
      '/healthz',
    ])('does not take HEAD: %s', async (path) => {
      // Not through the document's check: an answer to HEAD has no body.
      const { status, headers } = await send(world().stack.api, 'HEAD', path, { token: world().ada });
      expect([status, headers.get('allow')?.split(', ')]).toEqual([405, expect.arrayContaining(['GET'])]);
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
