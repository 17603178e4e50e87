import { expect, test } from '@jest/globals';
import { operations } from '../../../../handlers/http/contract/operations.ts';
import { fallbackEndpoint } from '../../../../handlers/http/routes/fallback.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { serveFunction } from '../../../support/handlers/served.ts';

const lines: Record<string, unknown>[] = [];
const { send } = serveFunction(fallbackEndpoint({ report: (line) => lines.push(line) }));

test('GET /healthz answers without a token', async () => {
  expect((await send('GET', '/healthz')).json).toEqual({ status: 'ok' });
});

test('GET /openapi.json is the document of every operation', async () => {
  const { paths } = (await send('GET', '/openapi.json')).json;
  expect(Object.keys(paths as object).sort()).toEqual(
    [...new Set(operations.map(({ path }) => path))].sort(),
  );
});

test.each([
  ['PUT', '/v1/grants', 'GET, POST'],
  ['PATCH', '/v1/grants/gr_x', 'DELETE, GET'],
  ['DELETE', '/healthz', 'GET'],
])('%s %s answers 405 with the methods that there are', async (method, path, allow) => {
  const reply = await send(method, path);
  expectProblem(reply, 405, 'METHOD_NOT_ALLOWED');
  expect(reply.headers.get('allow')?.split(', ').sort().join(', ')).toBe(allow);
});

test.each(['/', '/v1', '/v1/grants/', '/v2/grants'])(
  'GET %s answers 404 and names the document',
  async (path) => {
    const reply = await send('GET', path);
    expectProblem(reply, 404, 'ROUTE_NOT_FOUND');
    expect(reply.json.detail).toContain('/openapi.json');
  },
);

test('what is refused is reported once, with the id of the answer; what is served is not', async () => {
  lines.length = 0;
  await send('GET', '/healthz');
  const { json } = await send('GET', '/v2');
  expect(lines).toEqual([{ requestId: json.instance, code: 'ROUTE_NOT_FOUND', status: 404 }]);
});
