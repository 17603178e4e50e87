import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { bitbucketWorld, type World } from './world.ts';

const SHOP = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
const PRODUCTION = '{bd715740-c970-486b-b68a-b421ec2a1f8b}';
const ISSUER = 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const AUDIENCE = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';
const UUID = /^\{[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\}$/;
const NOW_MS = Date.UTC(2026, 5, 1);
const currentDate = new Date(NOW_MS);

let world: World;
beforeAll(async () => {
  world = await bitbucketWorld(() => NOW_MS);
});
afterAll(() => world.end());

/** Verifies with the keys that the workspace's discovery document names. */
async function verify(token: string, workspace = 'acme') {
  const path = `/2.0/workspaces/${workspace}/pipelines-config/identity/oidc/.well-known/openid-configuration`;
  const { issuer, jwks_uri } = (await world.anonymous(path)).body as { issuer: string; jwks_uri: string };
  return jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
    issuer,
    audience: AUDIENCE,
    currentDate,
    algorithms: ['RS256'],
  });
}

describe('a step token', () => {
  test('has exactly the claims of a step without deployment, and verifies with the served keys', async () => {
    const { payload, protectedHeader } = await verify(await world.token('step', { repository: 'acme/shop' }));
    expect(payload).toEqual({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: `${SHOP}:${payload.stepUuid}`,
      iat: NOW_MS / 1000,
      exp: NOW_MS / 1000 + 3600,
      workspaceUuid: '{922e118c-f34f-4226-a897-0e0afbec553d}',
      repositoryUuid: SHOP,
      pipelineUuid: expect.stringMatching(UUID),
      pipelineRunUuid: expect.stringMatching(UUID),
      stepUuid: expect.stringMatching(UUID),
      branchName: 'main',
    });
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) });
  });

  test.each(['Production', PRODUCTION, PRODUCTION.toUpperCase()])(
    'of a deployment names the environment in its subject: %s',
    async (deployment) => {
      const claims = decodeJwt(
        await world.token('step', { repository: SHOP, deployment, branch: 'release' }),
      );
      expect(claims).toMatchObject({
        sub: `${SHOP}:${PRODUCTION}:${claims.stepUuid}`,
        deploymentEnvironmentUuid: PRODUCTION,
        deploymentEnvironment: 'Production',
        branchName: 'release',
      });
    },
  );

  test('with audiences has a list that starts with the workspace', async () => {
    const audience = async (audiences: string[]) =>
      decodeJwt(await world.token('step', { repository: 'acme/shop', audiences })).aud;
    expect(await audience(['rolewright', 'b'])).toEqual([AUDIENCE, 'rolewright', 'b']);
    expect(await audience([])).toEqual([AUDIENCE]);
  });

  test('with a negative lifetime has expired, and was issued before it expired', async () => {
    const token = await world.token('step', { repository: 'acme/shop', expiresIn: -10 });
    await expect(verify(token)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect([iat, exp]).toEqual([NOW_MS / 1000 - 3610, NOW_MS / 1000 - 10]);
  });

  test('is signed with a key that no other workspace has', async () => {
    const token = await world.token('step', { repository: 'globex/other' });
    expect(decodeJwt(token).iss).toBe(ISSUER.replace('acme', 'globex'));
    await expect(verify(token)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    expect(decodeProtectedHeader(token).kid).not.toBe(
      decodeProtectedHeader(await world.token('step', { repository: 'acme/shop' })).kid,
    );
  });

  test.each([
    [{ repository: 'acme/x' }, 404, ['/repository']],
    [{ repository: 'globex/shop' }, 404, ['/repository']],
    [{ repository: 'shop' }, 404, ['/repository']],
    [{ repository: 'acme/shop/x' }, 404, ['/repository']],
    [{ repository: 'acme/shop', deployment: 'production' }, 404, ['/deployment']],
    [{ repository: 'acme/web', deployment: PRODUCTION }, 404, ['/deployment']],
    [{ repository: 7, branch: '', expiresIn: 1.5 }, 400, ['/repository', '/branch', '/expiresIn']],
    [{ repository: 'acme/shop', audiences: 'a' }, 400, ['/audiences']],
    [{ repository: 'acme/shop', audience: 'a' }, 400, ['/']],
    [undefined, 400, ['/']],
  ])('is refused with every fault named: %j', async (body, status, pointers) => {
    const reply = await world.send('POST', '/sandbox/step-token', body);
    expect(reply.status).toBe(status);
    const { errors } = reply.body as { errors: string[] };
    expect(errors.map((error) => error.split(':')[0])).toEqual(pointers);
  });
});

test('the served keys hold nothing private', async () => {
  for (const path of [
    '/2.0/workspaces/acme/pipelines-config/identity/oidc/keys.json',
    '/sandbox/issuers/login.acme.example/keys.json',
    '/sandbox/issuers/services.acme.example/keys.json',
  ]) {
    const { keys } = (await world.anonymous(path)).body as { keys: object[] };
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
  }
});

test('OIDC that is not enabled has no discovery and no keys', async () => {
  const path = '/2.0/workspaces/globex/pipelines-config/identity/oidc';
  const statuses = async () => [
    (await world.anonymous(`${path}/.well-known/openid-configuration`)).status,
    (await world.anonymous(`${path}/keys.json`)).status,
  ];
  await world.send('PUT', '/sandbox/workspaces/globex', { oidcEnabled: false });
  expect(await statuses()).toEqual([404, 404]);
  await world.send('PUT', '/sandbox/workspaces/globex', { oidcEnabled: true });
  expect(await statuses()).toEqual([200, 200]);
});
