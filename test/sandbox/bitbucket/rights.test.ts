import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bitbucketWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await bitbucketWorld();
});
afterEach(() => world.end());

type Values = { values: { slug: string; event: string }[] };

const may = (permission: string, repository = 'acme/shop') =>
  world.send('PUT', '/sandbox/permissions', { repository, account: 'credentials', permission });
const slugs = async (query = '') => {
  const { body } = await world.get(`/2.0/repositories/acme${query}`);
  return (body as Values).values.map(({ slug }) => slug);
};

describe('a name that differs from the slug', () => {
  test('is the repository’s name, and the full name is made of slugs', async () => {
    expect((await world.get('/2.0/repositories/acme/api')).body).toMatchObject({
      name: 'Public API',
      slug: 'api',
      full_name: 'acme/api',
    });
    expect((await world.get('/2.0/repositories/acme/shop')).body).toMatchObject({ name: 'shop' });
    const { body } = await world.get('/2.0/workspaces/acme/permissions/repositories/api');
    expect(body).toMatchObject({ values: [{ repository: { name: 'Public API' } }, {}, {}] });
  });

  test('is given when a repository is made, changed without its slug, and kept over a restart', async () => {
    const created = { workspace: 'acme', slug: 'new', name: 'Brand New' };
    expect((await world.send('POST', '/sandbox/repositories', created)).body).toMatchObject({
      slug: 'new',
      name: 'Brand New',
    });
    const renamed = await world.send('PUT', '/sandbox/repositories/acme/new', { name: 'Newer' });
    expect(renamed.body).toMatchObject({ slug: 'new', name: 'Newer' });
    await world.restart();
    expect((await world.get('/2.0/repositories/acme/new')).body).toMatchObject({ name: 'Newer' });
    expect((await world.get('/2.0/repositories/acme/Newer')).status).toBe(404);
  });
});

describe('a list by role', () => {
  test('holds the repositories on which the caller has it', async () => {
    await may('write', 'acme/web');
    await may('read', 'acme/api');
    expect(await slugs('?role=admin')).toEqual(['shop']);
    expect(await slugs('?role=owner')).toEqual(['shop']);
    expect(await slugs('?role=contributor')).toEqual(['shop', 'web']);
    expect(await slugs('?role=member')).toEqual(['shop', 'web', 'api']);
    expect(await slugs()).toEqual(['shop', 'web', 'api']);
  });

  test('keeps the role in its links', async () => {
    const { body } = await world.get('/2.0/repositories/acme?role=admin&pagelen=1');
    expect(new URL((body as { next: string }).next).searchParams.get('role')).toBe('admin');
  });

  test('is refused for a role that Bitbucket does not know', async () => {
    for (const role of ['boss', '', 'constructor']) {
      expect((await world.get(`/2.0/repositories/acme?role=${role}`)).status).toBe(400);
    }
  });
});

describe('403', () => {
  test('is a repository to which the caller has no access', async () => {
    expect((await may('none')).status).toBe(200);
    for (const path of ['', '/environments']) {
      const { status, body } = await world.get(`/2.0/repositories/acme/shop${path}`);
      expect({ status, body }).toEqual({
        status: 403,
        body: { type: 'error', error: { message: expect.any(String) } },
      });
    }
    expect(await slugs()).toEqual(['web', 'api']);
    expect((await world.get('/2.0/repositories/acme/nowhere')).status).toBe(404);
  });

  test('are the permissions on a repository that the caller does not administer', async () => {
    const path = '/2.0/workspaces/acme/permissions/repositories/shop';
    expect((await world.get(path)).status).toBe(200);
    for (const permission of ['write', 'read', 'none']) {
      await may(permission);
      expect((await world.get(path)).status).toBe(403);
    }
  });

  test('are the hooks of a workspace that the caller does not own', async () => {
    const set = (tokenIsOwner: boolean) => world.send('PUT', '/sandbox/workspaces/acme', { tokenIsOwner });
    expect((await set(false)).body).toMatchObject({ tokenIsOwner: false, oidcEnabled: true });
    const hook = { url: 'https://a.example/', events: ['repo:push'] };
    expect((await world.get('/2.0/workspaces/acme/hooks')).status).toBe(403);
    expect((await world.send('POST', '/2.0/workspaces/acme/hooks', hook)).status).toBe(403);
    await set(true);
    expect((await world.send('POST', '/2.0/workspaces/acme/hooks', hook)).status).toBe(201);
  });
});

describe('the events of hooks', () => {
  const events = async (subject: string) =>
    ((await world.anonymous(`/2.0/hook_events/${subject}?pagelen=100`)).body as Values).values.map(
      ({ event }) => event,
    );

  test('of a repository are those of a workspace but its creation and its project', async () => {
    const ofWorkspace = await events('workspace');
    expect(ofWorkspace).toEqual(expect.arrayContaining(['repo:created', 'project:updated', 'repo:push']));
    expect(await events('repository')).toEqual(
      ofWorkspace.filter((event) => !['repo:created', 'project:updated'].includes(event)),
    );
  });

  test('of anything else are 404', async () => {
    for (const subject of ['team', 'constructor', 'x']) {
      expect((await world.anonymous(`/2.0/hook_events/${subject}`)).status).toBe(404);
    }
  });
});
