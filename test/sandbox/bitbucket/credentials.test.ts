import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bitbucketWorld, type World } from './world.ts';

let world: World;
let now = Date.UTC(2026, 10, 23);
beforeAll(async () => {
  world = await bitbucketWorld(() => now);
});
afterAll(() => world.end());

type Made = Record<string, string>;
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
const make = async (body: object) => {
  const reply = await world.send('POST', '/sandbox/credentials', body);
  expect([200, 201]).toContain(reply.status);
  return reply.body as Made;
};
const token = async (pair: string, grant = 'client_credentials') => {
  const reply = await fetch(`${world.sandbox.url}/site/oauth2/access_token`, {
    method: 'POST',
    headers: { authorization: basic(pair) },
    body: new URLSearchParams({ grant_type: grant }),
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, string | number> };
};
const statusOf = async (authorization: string, path = '/2.0/repositories/acme/shop') =>
  (await world.anonymous(path, authorization)).status;
const shown = async (authorization: string, path: string) =>
  ((await world.anonymous(path, authorization)).body as { values: { slug: string }[] }).values.map(
    ({ slug }) => slug,
  );

describe('a credential of one workspace', () => {
  test.each([
    ['an access token', async () => 'Bearer sandbox-token-acme'],
    [
      'an API token',
      async () => {
        const { email, token: secret } = await make({ workspace: 'acme', kind: 'apiToken' });
        return basic(`${email}:${secret}`);
      },
    ],
    [
      'an OAuth consumer',
      async () => {
        const { key, secret } = await make({ workspace: 'acme', kind: 'oauthConsumer' });
        return `Bearer ${(await token(`${key}:${secret}`)).body.access_token}`;
      },
    ],
  ])('%s sees it, and no other', async (_, authorize) => {
    const authorization = await authorize();
    for (const path of [
      '/repositories/acme/shop',
      '/workspaces/acme',
      '/repositories/acme',
      '/repositories/acme/shop/environments',
    ]) {
      expect([path, await statusOf(authorization, `/2.0${path}`)]).toEqual([path, 200]);
    }
    for (const path of [
      '/repositories/globex/other',
      '/workspaces/globex',
      '/repositories/globex',
      '/workspaces/globex/hooks',
    ]) {
      expect([path, await statusOf(authorization, `/2.0${path}`)]).toEqual([path, 404]);
    }
    expect([403, 404]).toContain(await statusOf(authorization, '/2.0/workspaces/acme/hooks'));
  });

  test('the token of all workspaces is gone', async () => {
    expect(await statusOf(`Bearer ${['sandbox', 'token'].join('-')}`)).toBe(401);
  });

  test('says in every answer what it is and which scopes it has', async () => {
    const reply = await fetch(`${world.sandbox.url}/2.0/repositories/acme/none`, {
      headers: { authorization: 'Bearer sandbox-token-acme' },
    });
    expect([
      reply.status,
      reply.headers.get('x-oauth-scopes'),
      reply.headers.get('x-credential-type'),
    ]).toEqual([404, 'repository, pipeline', 'workspace_access_token']);
  });

  test('of a project or repository sees that part only, and not the workspace itself', async () => {
    const project = `Bearer ${(await make({ workspace: 'acme', kind: 'accessToken', project: 'WEB' })).token}`;
    const repository = `Bearer ${(await make({ workspace: 'acme', kind: 'accessToken', repository: 'shop' })).token}`;
    expect(await shown(project, '/2.0/repositories/acme')).toEqual(['web', 'api']);
    expect(await shown(repository, '/2.0/repositories/acme')).toEqual(['shop']);
    expect([await statusOf(project), await statusOf(repository)]).toEqual([404, 200]);
    for (const one of [project, repository]) expect(await statusOf(one, '/2.0/workspaces/acme')).toBe(403);
  });

  test('without a scope is told which one it lacks, in its own spelling', async () => {
    const scopes = ['read:repository:bitbucket'];
    const { email, token: secret } = await make({ workspace: 'acme', kind: 'apiToken', scopes });
    const reply = await world.anonymous(
      '/2.0/repositories/acme/shop/environments',
      basic(`${email}:${secret}`),
    );
    expect(reply).toMatchObject({
      status: 403,
      body: { error: { detail: { granted: scopes, required: ['read:pipeline:bitbucket'] } } },
    });
    expect(await statusOf(basic(`${email}:${secret}`), '/2.0/workspaces/acme')).toBe(403);
  });

  test('is revoked and restored by its description, over a restart', async () => {
    const body = { workspace: 'acme', kind: 'accessToken' };
    expect(await make({ ...body, revoked: true })).toMatchObject({
      token: 'sandbox-token-acme',
      revoked: true,
    });
    expect(await statusOf('Bearer sandbox-token-acme')).toBe(401);
    await world.restart();
    expect(await statusOf('Bearer sandbox-token-acme')).toBe(401);
    expect(await statusOf('Bearer sandbox-webhook-token-acme')).toBe(200);
    await make({ ...body, revoked: false });
    expect(await statusOf('Bearer sandbox-token-acme')).toBe(200);
  });

  test.each([
    ['an unknown workspace', { workspace: 'none', kind: 'apiToken' }, 404],
    ['an unknown kind', { workspace: 'acme', kind: 'appPassword' }, 400],
    ['an unknown project', { workspace: 'acme', kind: 'accessToken', project: 'NONE' }, 400],
    ['an unknown repository', { workspace: 'acme', kind: 'accessToken', repository: 'none' }, 400],
    ['a consumer of a project', { workspace: 'acme', kind: 'oauthConsumer', project: 'WEB' }, 400],
    ['another field', { workspace: 'acme', kind: 'apiToken', admin: true }, 400],
  ])('%s makes none', async (_, body, status) => {
    expect(await world.send('POST', '/sandbox/credentials', body)).toMatchObject({
      status,
      body: { errors: [expect.any(String)] },
    });
  });
});

describe('the endpoint of OAuth', () => {
  test('gives a private consumer a token for two hours', async () => {
    const { status, body } = await token('sandbox-key:sandbox-secret');
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ token_type: 'bearer', expires_in: 7200, scopes: 'repository pipeline' }),
    ]);
    const path = '/2.0/repositories/globex/other';
    expect(await statusOf(`Bearer ${body.access_token}`, path)).toBe(200);
    now += 7200_000;
    expect(await statusOf(`Bearer ${body.access_token}`, path)).toBe(401);
    expect(await statusOf(basic('sandbox-key:sandbox-secret'), path)).toBe(401);
  });

  test('gives none for a wrong secret, to a public or revoked consumer, and for another grant', async () => {
    const hidden = await make({ workspace: 'globex', kind: 'oauthConsumer', private: false });
    const ended = await make({
      workspace: 'acme',
      kind: 'oauthConsumer',
      scopes: ['repository'],
      revoked: true,
    });
    for (const [pair, error] of [
      ['sandbox-key:wrong', 'unauthorized_client'],
      ['wrong:sandbox-secret', 'unauthorized_client'],
      [`${hidden.key}:${hidden.secret}`, 'invalid_grant'],
      [`${ended.key}:${ended.secret}`, 'unauthorized_client'],
    ] as const) {
      expect(await token(pair)).toMatchObject({ status: 400, body: { error } });
    }
    expect(await token('sandbox-key:sandbox-secret', 'password')).toMatchObject({
      body: { error: 'unsupported_grant_type' },
    });
    expect((await world.anonymous('/site/oauth2/access_token')).status).toBe(400);
  });
});

test('a throttled call says when to come back, where the fault says so', async () => {
  for (const [more, header] of [
    [{ retryAfter: 1800 }, '1800'],
    [{}, null],
  ] as const) {
    await world.send('POST', '/sandbox/faults', { match: '/repositories', effect: 'throttle', ...more });
    const reply = await fetch(`${world.sandbox.url}/2.0/repositories/acme/shop`, {
      headers: { authorization: 'Bearer sandbox-token-acme' },
    });
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, header]);
  }
});
