import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { loginFile } from '../../cli/api/login-file.ts';
import { originOf } from '../../cli/api/origin.ts';
import { UsageError } from '../../cli/command.ts';
import { issuerFailure } from '../../cli/login/issuer.ts';
import { runInShell } from '../support/command-line.ts';

const NOW = Date.parse('2026-11-29T12:00:00.000Z');
const folder = mkdtempSync(join(tmpdir(), 'rolewright-logins-'));
const variables = { XDG_CONFIG_HOME: folder };
const file = loginFile({ variables });

/** A JWT that ends so many seconds from now; nothing here verifies it. */
const tokenFor = (seconds: number, more: object = {}): string =>
  ['{}', JSON.stringify({ exp: NOW / 1000 + seconds, ...more }), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

type Seen = { path: string; authorization: string | undefined };
let server: Server;
let api: string;
const seen: Seen[] = [];
/** What happens while the next call waits for its answer. */
let meanwhile: (() => Promise<unknown>) | undefined;
let answer: { status: number; headers?: Record<string, string>; body: string };
const GRANT = {
  id: 'gr_hrq6egvaok6463yco36ybujl4g',
  repository: { uuid: '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}', fullName: 'acme/shop' },
  account: { alias: 'default', id: '111122223333' },
  template: { name: 's3-static-site', version: '1' },
  name: 'default',
  parameters: { bucket: 'shop-site' },
  requestedBy: { kind: 'person', id: 'grace' },
  createdAt: '2026-11-29T11:00:00.000Z',
  updatedAt: '2026-11-29T11:00:00.000Z',
};
const ME = JSON.stringify({ kind: 'person', id: 'ada', groups: [], may: [] });

beforeAll(async () => {
  server = createServer(async (request, response) => {
    seen.push({ path: request.url ?? '', authorization: request.headers.authorization });
    if (request.url === '/healthz') return response.end('{"status":"ok"}');
    const act = meanwhile;
    meanwhile = undefined;
    await act?.();
    return response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(dirname(file), { recursive: true, force: true });
  seen.length = 0;
  answer = { status: 200, body: ME };
});

const run = (words: string[], more: { input?: string; variables?: Record<string, string> } = {}) =>
  runInShell(words, { now: NOW, ...more, variables: { ...variables, ...more.variables } });
const logIn = (token = tokenFor(3600)) => run(['login', api, '--token'], { input: token });
const whoami = (...more: string[]) => run(['whoami', ...more]);

describe('the address of an API', () => {
  test.each([
    ['https://rolewright.example.com', 'https://rolewright.example.com'],
    ['https://Rolewright.example.com:443/', 'https://rolewright.example.com'],
    ['https://access.example.com/rolewright/', 'https://access.example.com/rolewright'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('is %s', (text, origin) => {
    expect(originOf('--url', text)).toBe(origin);
  });

  test.each([
    'http://rolewright.example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'https://user:secret@rolewright.example.com',
    'https://rolewright.example.com/?a=b',
    'https://rolewright.example.com/#a',
    'ftp://localhost',
    'file:///etc/passwd',
    'rolewright.example.com',
    'javascript:alert(1)',
    '',
  ])('is not %j', (text) => {
    expect(() => originOf('--url', text)).toThrow(UsageError);
  });
});

describe('the file of logins', () => {
  test.each([
    [{ XDG_CONFIG_HOME: '/etc/xdg' }, '/etc/xdg/rolewright/logins.json'],
    [{ HOME: '/home/ada' }, '/home/ada/.config/rolewright/logins.json'],
    [{ XDG_CONFIG_HOME: 'here', HOME: '/home/ada' }, '/home/ada/.config/rolewright/logins.json'],
    [{ XDG_CONFIG_HOME: '', HOME: '/home/ada' }, '/home/ada/.config/rolewright/logins.json'],
  ])('with %j is %s, never in the folder that a command runs in', (given, expected) => {
    expect(loginFile({ variables: given })).toBe(expected);
  });

  test('is the user’s alone, and nothing is left beside it', async () => {
    expect((await logIn()).code).toBe(0);
    expect(readdirSync(dirname(file))).toEqual(['logins.json']);
    expect((await whoami()).code).toBe(0);
  });

  test.each([0o644, 0o640, 0o604])(
    'is refused with mode %o: another user could have read it',
    async (mode) => {
      await logIn();
      chmodSync(file, mode);
      seen.length = 0;
      expect(await whoami()).toMatchObject({ code: 1, out: '', err: expect.stringContaining('chmod 600') });
      expect(seen).toEqual([]);
    },
  );

  test.each(['', '{', '[]', '{"version":2,"logins":{}}', '{"version":1,"logins":{"x":{"token":7}}}'])(
    'is refused and kept as it is where it holds %j',
    async (content) => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { mode: 0o600 });
      expect(await whoami()).toMatchObject({ code: 1, err: expect.stringContaining('delete it') });
      expect(readFileSync(file, 'utf8')).toBe(content);
    },
  );

  test('keeps each API by itself: a login at one changes no other, and a logout ends one', async () => {
    const other = api.replace('127.0.0.1', 'localhost');
    const [first, second] = [tokenFor(3600, { n: 1 }), tokenFor(3600, { n: 2 })];
    await logIn(first);
    expect((await run(['login', other, '--token'], { input: second })).code).toBe(0);
    seen.length = 0;
    await whoami('--url', api);
    await whoami('--url', other);
    await whoami();
    expect(seen.map(({ authorization }) => authorization)).toEqual(
      [first, second, second].map((one) => `Bearer ${one}`),
    );
    expect((await run(['logout', other])).code).toBe(0);
    expect((await whoami('--url', other)).code).toBe(1);
    expect((await whoami('--url', api)).code).toBe(0);
    expect((await run(['logout', '--all', '--json'])).out).toBe(
      `${JSON.stringify({ forgotten: [api] }, undefined, 2)}\n`,
    );
    expect(readFileSync(file, 'utf8')).not.toContain(first);
  });
});

test('a login that took its time leaves what was kept and forgotten meanwhile as it is', async () => {
  const other = api.replace('127.0.0.1', 'localhost');
  await logIn();
  meanwhile = async () => {
    await run(['login', other, '--token'], { input: tokenFor(3600, { n: 2 }) });
    await run(['logout', api]);
  };
  expect((await run(['login', api, '--token'], { input: tokenFor(3600, { n: 3 }) })).code).toBe(0);
  const { logins } = JSON.parse(readFileSync(file, 'utf8'));
  expect(Object.keys(logins).sort()).toEqual([api, other].sort());
  expect(logins[api].token).toBe(tokenFor(3600, { n: 3 }));
});

describe('a command', () => {
  test('without a login says how to log in, and calls nothing', async () => {
    expect(await whoami()).toEqual({
      code: 1,
      out: '',
      err: 'You are not logged in: run rolewright login with the address of the API.\n',
    });
    expect((await whoami('--url', api)).err).toBe(`You are not logged in: run rolewright login ${api}.\n`);
    expect(seen).toEqual([]);
  });

  test('with an expired login says when it ended, and calls nothing', async () => {
    await logIn();
    seen.length = 0;
    const later = await runInShell(['whoami'], { variables, now: NOW + 3_600_000 });
    expect(later).toEqual({
      code: 1,
      out: '',
      err: `The login at ${api} expired at 2026-11-29T13:00:00.000Z: run rolewright login ${api}.\n`,
    });
    expect(seen).toEqual([]);
  });

  test('of another API than the one that is logged in at sends no token', async () => {
    await logIn();
    seen.length = 0;
    const other = await whoami('--url', 'https://elsewhere.example.com');
    expect(other).toMatchObject({
      code: 1,
      err: expect.stringContaining(`You are logged in at ${api} only`),
    });
    expect(seen).toEqual([]);
  });

  test('whose API does not answer ends with 3 and one sentence', async () => {
    const gone = { ROLEWRIGHT_URL: 'http://127.0.0.1:9', ROLEWRIGHT_TOKEN: 'token' };
    const unreachable = await run(['whoami', '--json'], { variables: gone });
    expect(unreachable).toMatchObject({ code: 3, out: '' });
    expect(unreachable.err).toMatch(/^http:\/\/127\.0\.0\.1:9 cannot be reached \(.+\): check .+\.\n$/);
  });

  test.each([
    ['a page of something else', { status: 502, body: '<html>Bad gateway</html>' }],
    ['JSON of something else', { status: 404, body: '{"message":"Not Found"}' }],
    ['text in place of JSON', { status: 200, body: 'hello' }],
    ['another shape', { status: 200, body: '{"kind":7}' }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' }],
    ['too many requests', { status: 429, body: '{"code":"THROTTLED","detail":"Wait."}' }],
  ])('that is answered with %s ends with 3', async (_, given) => {
    await logIn();
    answer = given;
    const ended = await whoami();
    expect(ended).toMatchObject({ code: 3, out: '' });
    expect(ended.err).not.toBe('');
  });

  test('follows no redirect with its token', async () => {
    await logIn();
    answer = { status: 307, headers: { location: '/elsewhere' }, body: '' };
    seen.length = 0;
    await whoami();
    expect(seen.map(({ path }) => path)).toEqual(['/v1/me']);
  });

  test('that is refused with 401 says how to log in again', async () => {
    await logIn();
    answer = { status: 401, body: '{"code":"UNAUTHENTICATED","detail":"The token has expired."}' };
    expect(await whoami()).toMatchObject({
      code: 1,
      err: expect.stringContaining(`Run rolewright login ${api}`),
    });
  });

  test('takes a token of the environment only with the API that it is for', async () => {
    await logIn();
    seen.length = 0;
    const alone = await run(['whoami'], { variables: { ROLEWRIGHT_TOKEN: 'other' } });
    expect(alone).toMatchObject({ code: 2, err: expect.stringContaining('set ROLEWRIGHT_URL as well') });
    expect(seen).toEqual([]);
    await run(['whoami'], { variables: { ROLEWRIGHT_TOKEN: 'other', ROLEWRIGHT_URL: api } });
    expect(seen).toEqual([{ path: '/v1/me', authorization: 'Bearer other' }]);
  });

  test('sends a token of the environment to no other API than that of the environment', async () => {
    const given = { ROLEWRIGHT_TOKEN: 'other', ROLEWRIGHT_URL: 'https://rolewright.example.com' };
    const elsewhere = await run(['whoami', '--url', api], { variables: given });
    expect(elsewhere).toMatchObject({ code: 2, err: expect.stringContaining('is for ROLEWRIGHT_URL') });
    expect(seen).toEqual([]);
    const same = { ...given, ROLEWRIGHT_URL: `${api}/` };
    expect((await run(['whoami', '--url', api], { variables: same })).code).toBe(0);
  });

  test('that asks for a step prints nothing but a step', async () => {
    await logIn();
    answer = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' };
    expect(await run(['list', '--step'])).toMatchObject({ code: 3, out: '' });
    const type = 'text/x-bitbucket-pipelines; charset=utf-8';
    answer = { status: 200, headers: { 'content-type': type }, body: '- step:\n' };
    expect(await run(['list', '--step'])).toMatchObject({ code: 0, out: '- step:\n' });
  });

  test.each(['approve', 'reject'])('%s without a plan shows it as one document with --json', async (verb) => {
    await logIn();
    const waiting = {
      ...GRANT,
      state: 'pending',
      plan: {
        hash: 'a'.repeat(64),
        risk: 'low',
        gained: [],
        lost: [],
        requiresApproval: true,
        approvalReasons: [],
      },
    };
    answer = { status: 200, body: JSON.stringify(waiting) };
    const shown = await run([verb, GRANT.id, '--json']);
    expect([shown.code, JSON.parse(shown.out)]).toEqual([2, waiting]);
    expect(shown.err).toContain('Give --plan');
    expect(shown.err).not.toContain('acme/shop');
  });

  test.each(['two words', 'Bearer x', '"x"', '', 'x\r\nheader: y'])(
    'sends no header that is no token: %j',
    async (token) => {
      seen.length = 0;
      const ended = await run(['login', api, '--token'], { input: token });
      expect(ended).toMatchObject({ code: 2, out: '' });
      expect(seen.map(({ path }) => path)).toEqual(['/healthz']);
      expect(existsSync(file)).toBe(false);
    },
  );
});

describe('a login', () => {
  test.each([
    [[], 'Which API?'],
    [['http://rolewright.example.com'], 'https://'],
    [['https://a.example.com', 'https://b.example.com'], 'only'],
  ])('with %j is wrong use', async (words, text) => {
    expect(await run(['login', ...words])).toMatchObject({ code: 2, err: expect.stringContaining(text) });
  });

  test.each([
    [[], '--issuer and --client-id'],
    [['--issuer', 'http://login.example.com', '--client-id', 'x'], 'https address'],
    [['--issuer', 'login.example.com', '--client-id', 'x'], 'https address'],
    [['--issuer', 'https://login.example.com', '--client-id', 'x', '--device', '--browser'], 'exclude'],
    [['--issuer', 'https://login.example.com', '--client-id', 'x', '--port', '0'], '--port'],
    [['--token', 'eyJ.x.y'], 'standard input'],
  ])('at the API with %j says what to give', async (more, text) => {
    expect(await run(['login', api, ...more])).toMatchObject({ code: 2, err: expect.stringContaining(text) });
  });

  test('over an issuer whose endpoints are not https is refused before anything is sent there', async () => {
    const issuer = `${api}/.well-known/openid-configuration`;
    answer = {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ issuer: api, token_endpoint: 'http://login.example.com/token' }),
    };
    const ended = await run(['login', api, '--issuer', issuer, '--client-id', 'x']);
    expect(ended).toMatchObject({ code: 1, err: expect.stringContaining('unencrypted token_endpoint') });
    expect(seen.map(({ path }) => path)).toEqual(['/healthz', '/.well-known/openid-configuration']);
  });

  test('over an issuer that does not answer, or answers something else, says so', async () => {
    const gone = await run(['login', api, '--issuer', 'http://127.0.0.1:9', '--client-id', 'x']);
    expect(gone).toMatchObject({ code: 3, err: expect.stringContaining('cannot be reached') });
    answer = { status: 404, body: 'nothing' };
    const slow = Object.assign(new Error('operation timed out'), { code: 'OAUTH_TIMEOUT' });
    expect(issuerFailure('https://login.example.com', slow)).toMatchObject({ exitCode: 3 });
    const other = await run(['login', api, '--issuer', api, '--client-id', 'x']);
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining('check --issuer') });
  });
});

describe('an incident', () => {
  const uuid = '1de489be-ce6a-42a0-a8c8-eadbf1174ac7';

  test.each(['acme/shop', 'shop', `${uuid}x`, '\u001b[2J'])(
    'of what is no UUID is wrong use, and says where the UUID is: %j',
    async (given) => {
      await logIn();
      seen.length = 0;
      const refused = await run(['incident', given, '--reason', 'Leaked']);
      expect(refused).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('rolewright show GRANT'),
      });
      expect(refused.err).toMatch(/^[ -~\n]*$/);
      expect(seen).toEqual([]);
    },
  );

  test.each([uuid, `{${uuid.toUpperCase()}}`])('takes %s', async (given) => {
    await logIn();
    answer = { status: 200, body: '{"items":[]}' };
    expect((await run(['incident', given, '--reason', 'Leaked'])).code).toBe(0);
    expect(seen.at(-1)?.path).toBe(`/v1/repositories/${encodeURIComponent(`{${uuid}}`)}/revoke`);
  });

  test('with a stale count names the option with the right one', async () => {
    await logIn();
    const errors = [{ pointer: '/confirm', detail: 'is not the number of live grants, which is 12' }];
    answer = { status: 409, body: JSON.stringify({ code: 'CONFLICT', detail: 'Stale.', errors }) };
    const refused = await run(['incident', uuid, '--reason', 'Leaked', '--confirm', '9', '--json']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--confirm 12') });
    expect(JSON.parse(refused.out)).toMatchObject({ code: 'CONFLICT', errors });
  });
});

test('what is refused fits the terminal, field by field', async () => {
  await logIn();
  const errors = [{ pointer: '/parameters/distribution', detail: `must be ${'one of these '.repeat(9)}` }];
  answer = {
    status: 422,
    body: JSON.stringify({ code: 'PARAMETERS_INVALID', detail: 'They do not fit.', errors }),
  };
  const { err } = await runInShell(['whoami'], { now: NOW, columns: 60, variables });
  const lines = err.split('\n').slice(1, -1);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).toMatch(/^ {2}\S.{0,57}$/);
});
