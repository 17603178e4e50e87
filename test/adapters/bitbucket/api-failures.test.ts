import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Bitbucket } from '../../../domain/bitbucket/port.ts';
import { acme, apiError, bitbucketAt, repositoryAnswer, SECRET } from '../../support/adapters/bitbucket.ts';
import { everythingIn, rejectionOf } from '../../support/adapters/failures.ts';
import { type Reply, type ScriptedServer, startScriptedServer } from '../../support/adapters/http-server.ts';

let server: ScriptedServer;
let bitbucket: Bitbucket;
let waits: number[];

beforeEach(async () => {
  server = await startScriptedServer();
  ({ bitbucket, waits } = bitbucketAt(server.url));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await server.close();
});

const find = () => bitbucket.findRepository(acme, 'shop');
const HTML = '<!DOCTYPE html><html><body>Something went wrong</body></html>';
const missingScope = apiError('Your credentials lack one or more required privilege scopes.', {
  granted: ['read:user:bitbucket'],
  required: ['read:repository:bitbucket', 'read:pipeline:bitbucket'],
});
const badToken = apiError('Token is invalid, expired, or not supported for this endpoint.');
const limited = apiError('Rate limit for this resource has been exceeded');

test('401 and 403 are a denial, which is not tried again', async () => {
  for (const status of [401, 403]) {
    server.requests.length = 0;
    for (const body of [badToken, apiError('x', 'a text'), HTML, '']) {
      server.script({ status, body });
      await expect(find()).rejects.toMatchObject({ code: 'DENIED', system: 'Bitbucket' });
    }
    expect(server.requests).toHaveLength(4);
  }
});

test('a denial names the scopes that Bitbucket asks for', async () => {
  server.script({ status: 403, body: missingScope });
  await expect(find()).rejects.toMatchObject({
    message: expect.stringContaining('read:repository:bitbucket, read:pipeline:bitbucket'),
  });
});

test('a denial passes on nothing that only looks like a scope', async () => {
  const required = ['<script>', `Bearer ${SECRET}`];
  server.script({ status: 403, body: apiError('no', { required }) });
  const { message } = (await rejectionOf(find())) as Error;
  expect(message).toMatch(
    /^Bitbucket refuses the access token of workspace acme \(403\)\. It needs scopes repository and/,
  );
  expect(message).not.toContain('<script>');
});

test("only Bitbucket's own 404 is an absence", async () => {
  const { workspace } = repositoryAnswer;
  server.script({ status: 404, body: apiError('Repository acme/shop not found') }, { body: workspace });
  expect(await find()).toBeUndefined();
  for (const body of [HTML, '', '{}', '{"message": "not found"}', '[]']) {
    server.script({ status: 404, body });
    await expect(find()).rejects.toMatchObject({ code: 'REJECTED' });
  }
});

test('other refusals are final', async () => {
  for (const status of [400, 405, 410, 418]) {
    server.requests.length = 0;
    server.script({ status, body: 'CHANGE-2770 - Functionality has been deprecated' });
    await expect(find()).rejects.toMatchObject({ code: 'REJECTED' });
    expect(server.requests).toHaveLength(1);
  }
});

test('429 is tried again after a growing wait, and then throttled for a minute', async () => {
  server.script({ status: 429, body: limited });
  await expect(find()).rejects.toMatchObject({ code: 'THROTTLED', retryAfter: 60 });
  expect(server.requests).toHaveLength(3);
  expect(waits).toHaveLength(2);
  const [first = 0, second = 0] = waits;
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(first);
});

test('429 that passes is not seen by anybody', async () => {
  server.script({ status: 429, body: HTML }, { status: 429, body: limited }, { body: repositoryAnswer });
  expect(await find()).toMatchObject({ fullName: 'acme/shop' });
});

test('a short Retry-After is waited for', async () => {
  server.script({ status: 429, headers: { 'retry-after': '2' } }, { body: repositoryAnswer });
  await find();
  expect(waits).toHaveLength(1);
  expect(waits[0]).toBeGreaterThanOrEqual(2000);
});

test('a long Retry-After is handed on at once', async () => {
  server.script({ status: 429, headers: { 'retry-after': '3' } });
  await expect(find()).rejects.toMatchObject({ code: 'THROTTLED', retryAfter: 3 });
  expect(server.requests).toHaveLength(1);
  expect(waits).toEqual([]);
});

test('a Retry-After that is no number of seconds is no Retry-After', async () => {
  for (const text of ['Wed, 25 Nov 2026 07:28:00 GMT', '-5', 'soon', 'Infinity']) {
    server.script({ status: 503, headers: { 'retry-after': text } });
    await expect(find()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 5 });
  }
});

test('500, 502 and 503 are tried three times in all', async () => {
  for (const status of [500, 502, 503]) {
    server.requests.length = 0;
    server.script({ status, body: HTML });
    await expect(find()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 5 });
    expect(server.requests).toHaveLength(3);
  }
});

test('500 that passes is not seen by anybody', async () => {
  server.script({ status: 500, body: HTML }, { body: repositoryAnswer });
  expect(await find()).toMatchObject({ fullName: 'acme/shop' });
});

test('a dropped connection is tried again, three times in all', async () => {
  server.script({ drop: true }, { drop: true }, { body: repositoryAnswer });
  expect(await find()).toMatchObject({ fullName: 'acme/shop' });
  server.script({ drop: true });
  server.requests.length = 0;
  await expect(find()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 5 });
  expect(server.requests).toHaveLength(3);
});

test('an answer that breaks off is no answer', async () => {
  server.script({ body: repositoryAnswer, cutAfter: 40 }, { body: repositoryAnswer });
  expect(await find()).toMatchObject({ fullName: 'acme/shop' });
  server.script({ body: repositoryAnswer, cutAfter: 40 });
  await expect(find()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('200 with HTML, with nothing or with half a document is a failure', async () => {
  for (const body of [HTML, '', JSON.stringify(repositoryAnswer).slice(0, 100)]) {
    server.script({ body });
    await expect(find()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 5 });
    await expect(bitbucket.isOidcEnabled('acme')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
});

test('a redirect is not followed', async () => {
  const other = await startScriptedServer();
  other.script({ body: repositoryAnswer });
  for (const status of [301, 302, 307, 308]) {
    server.script({ status, headers: { location: `${other.url}/repository` } });
    await expect(find()).rejects.toMatchObject({ code: 'REJECTED' });
  }
  expect(other.requests).toEqual([]);
  await other.close();
});

test('an answer whose body does not come in time is given up, once', async () => {
  const limits: number[] = [];
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  jest.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
    limits.push(milliseconds);
    return timeout(50);
  });
  server.script({ body: repositoryAnswer, stall: true });
  await expect(find()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 5 });
  expect(limits).toEqual([4000]);
});

test('the token appears in no failure, whatever the failure', async () => {
  const echo = apiError(`Bearer ${SECRET}`, { required: [SECRET] });
  const failures: Reply[] = [
    { status: 401, body: echo },
    { status: 404, body: HTML },
    { status: 400, body: echo },
    { status: 429 },
    { status: 500 },
    { body: HTML },
    { body: { uuid: 'x' } },
    { status: 302, headers: { location: server.url } },
    { drop: true },
    { body: repositoryAnswer, cutAfter: 20 },
  ];
  for (const failure of failures) {
    server.script(failure);
    expect(everythingIn(await rejectionOf(find()))).not.toContain(SECRET);
  }
  const nowhere = bitbucketAt('http://127.0.0.1:1').bitbucket;
  expect(everythingIn(await rejectionOf(nowhere.findRepository(acme, 'shop')))).not.toContain(SECRET);
});

test('a token that no header can hold is a denial that does not show it', async () => {
  for (const secret of ['first\nsecond-half', 'to\u0000ken', 'tökén', '']) {
    const broken = bitbucketAt(server.url, { acme: secret }).bitbucket;
    const error = await rejectionOf(broken.findRepository(acme, 'shop'));
    expect(error).toMatchObject({ name: 'PortError', code: 'DENIED' });
    if (secret !== '') expect(everythingIn(error)).not.toContain(secret.slice(-5));
  }
  expect(server.requests).toEqual([]);
});

test('white space around a token is not part of it', async () => {
  server.script({ body: repositoryAnswer });
  await bitbucketAt(server.url, { acme: `${SECRET}\n` }).bitbucket.findRepository(acme, 'shop');
  expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
});
