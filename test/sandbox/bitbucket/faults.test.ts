import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { bitbucketWorld, type World } from './world.ts';

const SHOP = '/2.0/repositories/acme/shop';
const KEYS = '/2.0/workspaces/acme/pipelines-config/identity/oidc/keys.json';

let world: World;
beforeAll(async () => {
  world = await bitbucketWorld();
});
beforeEach(async () => {
  await world.send('DELETE', '/sandbox/faults');
  await world.send('DELETE', '/sandbox/calls');
});
afterAll(() => world.end());

const arm = (fault: object) => world.send('POST', '/sandbox/faults', fault);
const calls = async () => ((await world.get('/sandbox/calls')).body as { items: object[] }).items;

describe('a fault', () => {
  test('throttle is 429 in the shape of errors', async () => {
    await arm({ match: SHOP, effect: 'throttle' });
    expect(await world.get(SHOP)).toMatchObject({ status: 429, body: { type: 'error' } });
  });

  test('error is 500 with HTML', async () => {
    await arm({ match: SHOP, effect: 'error' });
    const { status, text, body } = await world.get(SHOP);
    expect([status, body]).toEqual([500, undefined]);
    expect(text).toContain('<html>');
  });

  test('forbid is 403 with the missing scope as an object', async () => {
    await arm({ match: SHOP, effect: 'forbid' });
    expect(await world.get(SHOP)).toMatchObject({
      status: 403,
      body: { error: { detail: { granted: expect.any(Array), required: expect.any(Array) } } },
    });
  });

  test.each(['drop', 'lostReply'])('%s closes the connection without an answer', async (effect) => {
    await arm({ match: SHOP, effect });
    await expect(world.get(SHOP)).rejects.toThrow('fetch failed');
    expect((await world.get(SHOP)).status).toBe(200);
  });

  test('delay answers normally, later', async () => {
    await arm({ match: SHOP, effect: 'delay', delayMs: 30 });
    const start = performance.now();
    expect((await world.get(SHOP)).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
  });

  test('is used up after its times', async () => {
    await arm({ match: SHOP, effect: 'throttle', times: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await world.get(SHOP)).status);
    expect(statuses).toEqual([429, 429, 200]);
  });

  test('hits every path that starts with its match, and no other', async () => {
    await arm({ match: '/2.0/repositories/acme', effect: 'error' });
    expect((await world.get('/2.0/repositories/globex/other')).status).toBe(200);
    expect((await world.get(`${SHOP}/environments`)).status).toBe(500);
  });

  test('named by slugs hits the same repository by its UUIDs, and with or without /2.0', async () => {
    const acme = '%7B922e118c-f34f-4226-a897-0e0afbec553d%7D';
    const shop = '%7B1de489be-ce6a-42a0-a8c8-eadbf1174ac7%7D';
    for (const match of [SHOP, SHOP.replace('/2.0', '')]) {
      await arm({ match, effect: 'error', times: 2 });
      expect((await world.get(`/2.0/repositories/${acme}/web`)).status).toBe(200);
      expect((await world.get(`/2.0/repositories/${acme}/${shop}`)).status).toBe(500);
      expect((await world.get(`/2.0/repositories/${acme}/shop/environments`)).status).toBe(500);
      expect((await world.get(SHOP)).status).toBe(200);
    }
  });

  test('matches a UUID in braces however the client encodes it', async () => {
    await arm({ match: '/2.0/repositories/{', effect: 'error' });
    expect((await world.get('/2.0/repositories/%7B922e118c%7D/shop')).status).toBe(500);
  });

  test('for * hits keys too, but never the endpoints of the sandbox', async () => {
    await arm({ match: '*', effect: 'error' });
    await world.token('step', { repository: 'acme/shop' });
    expect((await world.anonymous(KEYS)).status).toBe(500);
  });

  test.each([
    {},
    { match: '*', effect: 'explode' },
    { match: '*', effect: 'propagation' },
    { match: '', effect: 'drop' },
  ])('that makes no sense is refused: %j', async (fault) => {
    expect(await arm(fault)).toMatchObject({ status: 400, body: { errors: expect.any(Array) } });
  });

  test('that is armed is confirmed, and can be cleared', async () => {
    expect(await arm({ match: '*', effect: 'error' })).toMatchObject({ status: 200, body: { armed: true } });
    expect((await world.send('DELETE', '/sandbox/faults')).status).toBe(204);
    expect((await world.get(SHOP)).status).toBe(200);
  });
});

describe('the call log', () => {
  test('holds the calls of the API in order, with their status and without credentials', async () => {
    await world.get(`${SHOP}?secret=1`);
    await world.anonymous(KEYS);
    await world.anonymous(SHOP);
    await world.token('step', { repository: 'acme/shop' });
    const at = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(await calls()).toEqual([
      { at, method: 'GET', path: SHOP, status: 200 },
      { at, method: 'GET', path: KEYS, status: 200 },
      { at, method: 'GET', path: SHOP, status: 401 },
    ]);
    expect(JSON.stringify(await calls())).not.toContain('sandbox-token-acme');
  });

  test('tells a lost reply from a dropped call', async () => {
    for (const effect of ['lostReply', 'drop']) {
      await arm({ match: SHOP, effect });
      await world.get(SHOP).catch(() => undefined);
    }
    expect(await calls()).toMatchObject([{ status: 200 }, { status: 0 }]);
  });

  test('can be cleared', async () => {
    await world.get(SHOP);
    expect((await world.send('DELETE', '/sandbox/calls')).status).toBe(204);
    expect(await calls()).toEqual([]);
  });
});
