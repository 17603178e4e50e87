import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bitbucketWorld, type World } from './world.ts';

const SHOP = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
const ACME = '{922e118c-f34f-4226-a897-0e0afbec553d}';
const PRODUCTION = '{bd715740-c970-486b-b68a-b421ec2a1f8b}';
const OIDC = '/2.0/workspaces/acme/pipelines-config/identity/oidc';
const encoded = encodeURIComponent;

let world: World;
beforeAll(async () => {
  world = await bitbucketWorld();
});
afterAll(() => world.end());

describe('credentials', () => {
  test.each([
    ['none', undefined],
    ['a wrong token', 'Bearer other'],
    ['another scheme', 'Basic sandbox-token-acme'],
  ])('are needed for every resource: %s is 401', async (_, authorization) => {
    for (const path of ['/2.0/repositories/acme/shop', '/2.0/workspaces/acme', '/2.0/nothing']) {
      const { status, body } = await world.anonymous(path, authorization);
      expect({ status, body }).toEqual({
        status: 401,
        body: { type: 'error', error: { message: expect.any(String) } },
      });
    }
  });

  test('are not needed for discovery and keys', async () => {
    for (const path of [`${OIDC}/.well-known/openid-configuration`, `${OIDC}/keys.json`]) {
      expect((await world.anonymous(path)).status).toBe(200);
    }
  });
});

describe('a repository', () => {
  test.each([
    '/2.0/repositories/acme/shop',
    '/2.0/repositories/ACME/Shop',
    `/2.0/repositories/acme/${encoded(SHOP)}`,
    `/2.0/repositories/${encoded(ACME.toUpperCase())}/${encoded(SHOP.toUpperCase())}`,
    `/2.0/repositories/${ACME}/${SHOP}`,
  ])('is found by slug and by UUID, in any case: %s', async (path) => {
    const { status, body } = await world.get(path);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      type: 'repository',
      uuid: SHOP,
      full_name: 'acme/shop',
      slug: 'shop',
      workspace: { type: 'workspace', uuid: ACME, slug: 'acme' },
      project: { type: 'project', key: 'SHOP', uuid: expect.stringMatching(/^\{[0-9a-f-]{36}\}$/) },
    });
  });

  test.each([
    ['acme/x', 'Repository acme/x not found'],
    ['globex/shop', 'Repository globex/shop not found'],
    [`globex/${encoded(SHOP)}`, `Repository globex/${SHOP} not found`],
    ['nobody/shop', "No workspace with identifier 'nobody'."],
  ])('is not found outside its workspace: %s', async (name, message) => {
    const { status, body } = await world.get(`/2.0/repositories/${name}`);
    expect({ status, body }).toEqual({ status: 404, body: { type: 'error', error: { message } } });
  });
});

describe('an environment', () => {
  const path = `/2.0/repositories/acme/shop/environments/`;

  test('is found by UUID, in any case', async () => {
    for (const uuid of [PRODUCTION, PRODUCTION.toUpperCase()]) {
      expect((await world.get(path + encoded(uuid))).body).toMatchObject({
        type: 'deployment_environment',
        uuid: PRODUCTION,
        name: 'Production',
        environment_type: { name: 'Production' },
      });
    }
  });

  test('is not found by name, nor in another repository', async () => {
    expect((await world.get(`${path}Production`)).status).toBe(404);
    const elsewhere = `/2.0/repositories/acme/web/environments/${encoded(PRODUCTION)}`;
    expect((await world.get(elsewhere)).status).toBe(404);
  });
});

test('a workspace is found by slug and by UUID', async () => {
  for (const name of ['acme', encoded(ACME)]) {
    expect((await world.get(`/2.0/workspaces/${name}`)).body).toMatchObject({
      type: 'workspace',
      uuid: ACME,
      slug: 'acme',
    });
  }
});

test('what does not exist is 404 and what cannot be done is 405, both in the shape of errors', async () => {
  const shape = { type: 'error', error: { message: expect.any(String) } };
  expect(await world.get('/2.0/user')).toMatchObject({ status: 404, body: shape });
  expect(await world.get('/2.0/repositories/acme/')).toMatchObject({ status: 404, body: shape });
  for (const path of ['/2.0/repositories/acme/shop', `${OIDC}/keys.json`]) {
    expect(await world.send('POST', path, {})).toMatchObject({ status: 405, body: shape });
  }
});

test('a path with a broken encoding is refused', async () => {
  expect((await world.get('/2.0/repositories/acme/%zz')).status).toBe(400);
});
