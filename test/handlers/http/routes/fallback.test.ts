import { expect, test } from '@jest/globals';
import { operations } from '../../../../handlers/http/contract/operations.ts';
import { fallbackEndpoint } from '../../../../handlers/http/routes/fallback.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { REQUEST_ID, serveFunction } from '../../../support/handlers/served.ts';

const lines: Record<string, unknown>[] = [];
const { send } = serveFunction(fallbackEndpoint({ report: (line) => lines.push(line), address: undefined }));

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
  ['PUT', '/v1/grants', 'GET, HEAD, POST'],
  ['PATCH', '/v1/grants/gr_x', 'DELETE, GET, HEAD'],
  ['DELETE', '/healthz', 'GET, HEAD'],
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

test('HEAD answers as GET does, with the length of the body and without it', async () => {
  const [head, get] = [await send('HEAD', '/healthz'), await send('GET', '/healthz')];
  expect([head.status, head.text, head.headers.get('content-length')]).toEqual([
    200,
    '',
    String(get.text.length),
  ]);
});

test('the document is answered with 304 to who has it, and whole to anyone else', async () => {
  const whole = await send('GET', '/openapi.json');
  const etag = whole.headers.get('etag') ?? '';
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await send('GET', '/openapi.json', { headers: { 'if-none-match': known } });
    expect([again.status, again.headers.get('etag')]).toEqual([304, etag]);
  }
  for (const other of ['"other"', etag.slice(1, -1), '']) {
    const again = await send('GET', '/openapi.json', { headers: { 'if-none-match': other } });
    expect([again.status, again.text]).toEqual([200, whole.text]);
  }
});

test('every answer has the id of its request', async () => {
  for (const [method, path] of [
    ['GET', '/healthz'],
    ['HEAD', '/openapi.json'],
    ['PATCH', '/v1/grants'],
    ['GET', '/nowhere'],
  ] as const) {
    expect((await send(method, path)).headers.get('x-request-id')).toBe(REQUEST_ID);
  }
});

test('what is refused is reported once, with the id of the answer; what is served is not', async () => {
  lines.length = 0;
  await send('GET', '/healthz');
  const { json } = await send('GET', '/v2');
  expect(lines).toEqual([{ requestId: json.instance, code: 'ROUTE_NOT_FOUND', status: 404 }]);
});

test('a preflight is no error, whose headers the gateway adds; other uses of OPTIONS are', async () => {
  const headers = { origin: 'https://portal.example.com', 'access-control-request-method': 'POST' };
  const preflight = await send('OPTIONS', '/v1/grants', { headers });
  expect([preflight.status, preflight.text]).toEqual([204, '']);
  expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  expectProblem(await send('OPTIONS', '/v1/grants'), 405, 'METHOD_NOT_ALLOWED');
  expectProblem(await send('OPTIONS', '/nowhere', { headers }), 404, 'ROUTE_NOT_FOUND');
});
