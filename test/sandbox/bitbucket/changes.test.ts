import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { bitbucketWorld, type World } from './world.ts';

type Resource = { uuid: string; name: string };

let world: World;
beforeAll(async () => {
  world = await bitbucketWorld();
});
afterAll(() => world.end());

const create = (body: object) => world.send('POST', '/sandbox/repositories', { workspace: 'acme', ...body });

describe('creating a repository', () => {
  test('answers with the repository as the API shows it from then on', async () => {
    const { status, body } = await create({ slug: 'pay-service', project: 'WEB' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ full_name: 'acme/pay-service', project: { key: 'WEB' } });
    expect((await world.get('/2.0/repositories/acme/pay-service')).body).toEqual(body);
  });

  test('puts it into the first project unless told otherwise', async () => {
    expect((await create({ slug: 'plain' })).body).toMatchObject({ project: { key: 'SHOP' } });
  });

  test.each([
    [{ workspace: 'nobody', slug: 'a' }, 404],
    [{ slug: 'a', project: 'NONE' }, 404],
    [{ slug: 'shop' }, 409],
    [{ slug: 'Shop' }, 400],
    [{ slug: 'a/b' }, 400],
    [{ slug: '..' }, 400],
    [{ slug: '' }, 400],
    [{ slug: 'a'.repeat(63) }, 400],
    [{}, 400],
    [{ slug: 'a', owner: 'x' }, 400],
  ])('is refused: %j', async (body, status) => {
    const reply = await create(body);
    expect(reply).toMatchObject({ status, body: { errors: [expect.any(String)] } });
  });
});

test('a rename keeps the UUID, and the old name answers 404 until it is given again', async () => {
  const { uuid } = (await create({ slug: 'before' })).body as Resource;
  const renamed = await world.send('PUT', '/sandbox/repositories/acme/before', { slug: 'after' });
  expect(renamed).toMatchObject({ status: 200, body: { uuid, slug: 'after', full_name: 'acme/after' } });
  expect((await world.get('/2.0/repositories/acme/before')).status).toBe(404);
  expect((await world.get(`/2.0/repositories/acme/${encodeURIComponent(uuid)}`)).body).toMatchObject({
    slug: 'after',
  });
  expect((await create({ slug: 'before' })).body).not.toMatchObject({ uuid });
});

test('a rename to a name that is taken, or is none, is refused', async () => {
  const rename = (slug: string) => world.send('PUT', '/sandbox/repositories/acme/web', { slug });
  expect((await rename('api')).status).toBe(409);
  expect((await rename('No')).status).toBe(400);
  expect((await rename('web')).status).toBe(200);
});

test('a repository can move to another project of its workspace', async () => {
  await create({ slug: 'mover' });
  const move = (project: string) => world.send('PUT', '/sandbox/repositories/acme/mover', { project });
  expect(await move('WEB')).toMatchObject({ status: 200, body: { slug: 'mover', project: { key: 'WEB' } } });
  expect((await move('OTHER')).status).toBe(404);
});

test('a deleted repository is gone, and deleting it again is 404', async () => {
  await create({ slug: 'short-lived' });
  const remove = () => world.send('DELETE', '/sandbox/repositories/acme/short-lived');
  expect(await remove()).toMatchObject({ status: 204, text: '' });
  expect((await world.get('/2.0/repositories/acme/short-lived')).status).toBe(404);
  expect((await remove()).status).toBe(404);
});

describe('an environment', () => {
  const path = '/sandbox/repositories/acme/api/environments';

  test.each(['*', 'EU / live', 'production'])('may have any name: %s', async (name) => {
    const { status, body } = await world.send('POST', path, { name, type: 'Production' });
    expect(status).toBe(201);
    const { uuid } = body as Resource;
    const shown = await world.get(`/2.0/repositories/acme/api/environments/${encodeURIComponent(uuid)}`);
    expect(shown.body).toEqual(body);
    const claims = decodeJwt(await world.token('step', { repository: 'acme/api', deployment: name }));
    expect(claims.deploymentEnvironmentUuid).toBe(uuid);
  });

  test('is refused without a name, with an unknown type, and where its name exists', async () => {
    expect((await world.send('POST', path, { name: '' })).status).toBe(400);
    expect((await world.send('POST', path, { name: 'a', type: 'Live' })).status).toBe(400);
    expect((await world.send('POST', path, { name: 'once' })).status).toBe(201);
    expect((await world.send('POST', path, { name: 'once' })).status).toBe(409);
  });

  test('can be deleted', async () => {
    const { uuid } = (await world.send('POST', path, { name: 'brief' })).body as Resource;
    const remove = () => world.send('DELETE', `${path}/${encodeURIComponent(uuid)}`);
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
  });
});

test('a change to what does not exist, or without sense, is refused', async () => {
  expect((await world.send('PUT', '/sandbox/workspaces/nobody', { oidcEnabled: true })).status).toBe(404);
  expect((await world.send('PUT', '/sandbox/workspaces/acme', { oidcEnabled: 1 })).status).toBe(400);
  expect((await world.send('PUT', '/sandbox/repositories/acme/none', { slug: 'a' })).status).toBe(404);
  expect((await world.send('GET', '/sandbox/nothing')).status).toBe(404);
  expect((await world.send('GET', '/sandbox/step-token')).status).toBe(405);
});
