import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { bitbucketWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await bitbucketWorld();
});
afterAll(() => world.end());

async function verify(token: string, host: string) {
  const keys = createRemoteJWKSet(new URL(`${world.sandbox.url}/sandbox/issuers/${host}/keys.json`));
  return (await jwtVerify(token, keys, { issuer: `https://${host}`, audience: 'rolewright' })).payload;
}

test('a person token verifies with the keys of the login issuer and has a stable subject', async () => {
  const claims = await verify(
    await world.token('person', { email: 'ada@acme.example' }),
    'login.acme.example',
  );
  expect(claims).toMatchObject({ email: 'ada@acme.example', email_verified: true, groups: ['platform'] });
  expect(claims.sub).not.toContain('ada');
  const again = decodeJwt(await world.token('person', { email: 'Ada@acme.example', groups: [] }));
  expect(again.sub).toBe(claims.sub);
  expect(decodeJwt(await world.token('person', { email: 'grace@acme.example' })).sub).not.toBe(claims.sub);
});

test.each([
  [{ email: 'grace@acme.example' }, ['platform']],
  [{ email: 'mallory@acme.example' }, []],
  [{ email: 'new@acme.example' }, []],
  [{ email: 'ada@acme.example', groups: ['other'] }, ['other']],
  [{ email: 'ada@acme.example', groups: [] }, []],
])('a person has the groups that are asked for, else those of the seed: %j', async (body, groups) => {
  expect(decodeJwt(await world.token('person', body)).groups).toEqual(groups);
});

test('a service token verifies with the keys of the services issuer', async () => {
  const token = await world.token('service', { name: 'portal' });
  expect(await verify(token, 'services.acme.example')).toMatchObject({ sub: 'portal', groups: [] });
  await expect(verify(token, 'login.acme.example')).rejects.toMatchObject({
    code: 'ERR_JWKS_NO_MATCHING_KEY',
  });
});

test('audience and lifetime can be chosen', async () => {
  const token = await world.token('service', { name: 'portal', audience: 'other', expiresIn: -1 });
  const { aud, exp = 0 } = decodeJwt(token);
  expect(aud).toBe('other');
  expect(exp).toBeLessThan(Date.now() / 1000);
});

test('faulty bodies are refused with every fault named', async () => {
  const faults = async (kind: string, body: unknown) => {
    const reply = await world.send('POST', `/sandbox/${kind}-token`, body);
    expect(reply.status).toBe(400);
    return (reply.body as { errors: string[] }).errors.map((error) => error.split(':')[0]);
  };
  expect(await faults('person', { email: 'ada', groups: 'platform' })).toEqual(['/email', '/groups']);
  expect(await faults('service', { expiresIn: '1h' })).toEqual(['/name', '/expiresIn']);
});
