import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RepositoryNotShown } from '../../../domain/bitbucket/port.ts';
import type { Repository } from '../../../domain/bitbucket/repository.ts';
import { acme, apiError, bitbucketAt, repositoryAnswer } from '../../support/adapters/bitbucket.ts';
import { everythingIn, rejectionOf } from '../../support/adapters/failures.ts';
import { startScriptedServer } from '../../support/adapters/http-server.ts';
import {
  type CredentialWorld,
  credentialWorld,
  globex,
  SEED,
} from '../../support/credentials/credential-world.ts';

let world: CredentialWorld;
beforeEach(async () => {
  world = await credentialWorld();
});
afterEach(() => world.close());

const find = (workspace = acme, repository = 'shop') => world.bitbucket.findRepository(workspace, repository);
const shop = (): Repository => ({ uuid: SEED.shop, slug: 'shop', fullName: 'acme/shop', workspace: acme });
const ACME = `/2.0/repositories/${acme.uuid}`;
const TOKEN = 'POST /site/oauth2/access_token';

describe('each workspace is read with its own credentials', () => {
  test('of three kinds', async () => {
    const account = await world.make({ workspace: 'acme', kind: 'apiToken' });
    const consumer = await world.make({ workspace: 'acme', kind: 'oauthConsumer' });
    for (const stored of [
      'sandbox-token-acme',
      account,
      consumer,
      [account],
      [consumer, 'sandbox-token-acme'],
    ]) {
      world.source.store('acme', stored);
      const bitbucket = world.open();
      expect(await bitbucket.findRepository(acme, 'shop')).toMatchObject({ uuid: SEED.shop });
      expect(await bitbucket.findEnvironment(shop(), 'Production')).toMatchObject({ name: 'Production' });
      expect(await bitbucket.findRepository(acme, 'none')).toBeUndefined();
    }
    expect(await find(globex, 'other')).toMatchObject({ fullName: 'globex/other' });
  });

  test('and never with those of another, whatever is asked', async () => {
    const server = await startScriptedServer();
    server.script({ status: 404, body: apiError('not found') });
    const { bitbucket } = bitbucketAt(server.url, { acme: 'token-of-acme', nobody: 'token-of-nobody' });
    const nobody = { slug: 'nobody', uuid: '{00000000-0000-0000-0000-000000000000}' } as typeof acme;
    // A slug that is not the configured one of this UUID names no credential either.
    for (const workspace of [acme, nobody, { ...acme, slug: 'nobody' }, { ...nobody, slug: 'acme' }]) {
      const within = { ...shop(), workspace };
      await bitbucket.findRepository(workspace, 'shop').catch(() => {});
      await bitbucket.isWorkspaceReadable(workspace).catch(() => {});
      await bitbucket.findEnvironment(within, 'Staging').catch(() => {});
      await bitbucket.findEnvironment(within, SEED.shop).catch(() => {});
      const asked = { workspaceUuid: workspace.uuid, repositoryUuid: SEED.shop };
      await bitbucket.isRepositoryAdmin(asked, 'x').catch(() => {});
    }
    await server.close();
    expect(server.requests.length).toBeGreaterThan(15);
    for (const { path, headers } of server.requests) {
      const owner = decodeURIComponent(path).includes(acme.uuid) ? 'acme' : 'nobody';
      expect(headers.authorization).toBe(`Bearer token-of-${owner}`);
    }
  });

  test('and one that is not configured with none', async () => {
    const stranger = { ...acme, uuid: SEED.shop as unknown as typeof acme.uuid };
    await expect(find(stranger)).rejects.toMatchObject({
      code: 'DENIED',
      problemCode: 'WORKSPACE_NOT_CONFIGURED',
    });
    expect([world.source.reads, await world.calls()]).toEqual([[], []]);
  });
});

describe('an OAuth consumer', () => {
  test('gets one token for many calls, and another one shortly before its end', async () => {
    await Promise.all([find(globex, 'other'), find(globex, 'other'), find(globex, 'other')]);
    const tokens = async () => (await world.calls()).filter((call) => call.startsWith(TOKEN));
    expect(await tokens()).toEqual([`${TOKEN} 200`]);
    world.time.ms += 7000_000;
    await find(globex, 'other');
    expect(await tokens()).toEqual([]);
    world.time.ms += 100_000;
    await find(globex, 'other');
    expect(await tokens()).toEqual([`${TOKEN} 200`]);
  });

  test('whose token ends early gets another one, once', async () => {
    await find(globex, 'other');
    await world.calls();
    world.time.ahead = 8000_000;
    expect(await find(globex, 'other')).toBeDefined();
    expect((await world.calls()).map((call) => call.split(' ').at(-1))).toEqual(['401', '200', '200']);
    expect(await find(globex, 'other')).toBeDefined();
    expect(await world.calls()).toHaveLength(1);
  });

  test.each([
    ['whose secret is wrong', { secret: 'wrong-secret' }],
    ['that is unknown', { key: 'unknown' }],
  ])('%s is told as a credential to renew', async (_, over) => {
    world.source.store('globex', {
      kind: 'oauthConsumer',
      key: 'sandbox-key',
      secret: 'sandbox-secret',
      ...over,
    });
    await expect(find(globex, 'other')).rejects.toMatchObject({
      code: 'DENIED',
      message: expect.stringMatching(
        /OAuth consumer of workspace globex.*\/rolewright\/test\/bitbucket\/globex/s,
      ),
    });
    expect(await find()).toBeDefined();
  });

  test('that is not private gets no token', async () => {
    const made = await world.make({ workspace: 'globex', kind: 'oauthConsumer', private: false });
    world.source.store('globex', made);
    await expect(find(globex, 'other')).rejects.toMatchObject({ code: 'DENIED' });
    expect(await world.calls()).toEqual([`${TOKEN} 400`]);
  });

  test('that may write is refused before its first call', async () => {
    const scopes = ['repository', 'repository:write'];
    world.source.store('globex', await world.make({ workspace: 'globex', kind: 'oauthConsumer', scopes }));
    await expect(find(globex, 'other')).rejects.toMatchObject({
      code: 'DENIED',
      message: expect.stringMatching(/workspace globex is refused.*repository:write.*only reads/s),
    });
    expect(await world.calls()).toEqual([`${TOKEN} 200`]);
  });
});

describe('the repositories of a workspace', () => {
  const list = (after?: string) => world.bitbucket.listRepositories(acme, after);

  test('are listed with the time of their creation, by a credential that has an id of its own', async () => {
    const { by, items, next } = await list();
    expect(items.map(({ slug }) => slug).sort()).toEqual(['api', 'shop', 'web']);
    expect(items[0]?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
    expect(next).toBeUndefined();
    expect(by).toMatch(/^[0-9a-f]{16}$/);
    expect(by).toBe(await world.open().wholeViewOf(acme));
    expect(everythingIn(by)).not.toContain('sandbox-token');
  });

  test('are listed by the same credential under the same id, wherever it is in the list', async () => {
    const other = await credentialWorld();
    const part = await other.make({ workspace: 'acme', kind: 'accessToken', project: 'WEB' });
    other.source.store('acme', [part, 'sandbox-token-acme']);
    expect(await other.bitbucket.wholeViewOf(acme)).toBe(await world.bitbucket.wholeViewOf(acme));
    await other.close();
  });

  test('are listed by another credential under another id', async () => {
    const other = await credentialWorld();
    other.source.store('acme', await other.make({ workspace: 'acme', kind: 'oauthConsumer' }));
    const id = await other.bitbucket.wholeViewOf(acme);
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(id).not.toBe(await world.bitbucket.wholeViewOf(acme));
    await other.close();
  });

  test('are not listed where no credential sees all of it', async () => {
    world.source.store('acme', [
      await world.make({ workspace: 'acme', kind: 'accessToken', project: 'WEB' }),
    ]);
    const bitbucket = world.open();
    expect(await bitbucket.wholeViewOf(acme)).toBeUndefined();
    await expect(bitbucket.listRepositories(acme, undefined)).rejects.toMatchObject({ code: 'DENIED' });
  });

  test.each([
    '/workspaces/acme?',
    '/repositories/globex?page=2',
    '/repositories/acme/shop',
    'https://evil.example/2.0/repositories/acme?page=2',
  ])('are asked for by no position like %s', async (after) => {
    await expect(list(after)).rejects.toMatchObject({ code: 'REJECTED' });
    expect((await world.calls()).filter((call) => !call.includes('/workspaces/'))).toEqual([]);
  });
});

describe('several credentials', () => {
  const parts = async () => [
    await world.make({ workspace: 'acme', kind: 'accessToken', repository: 'shop' }),
    await world.make({ workspace: 'acme', kind: 'accessToken', project: 'WEB' }),
  ];

  test('are tried by what they can see, and the one that showed a repository comes first', async () => {
    world.source.store('acme', await parts());
    expect(await find(acme, 'api')).toMatchObject({ uuid: SEED.api });
    expect((await world.calls()).map((call) => call.split(' ').at(-1))).toEqual(['404', '200']);
    expect(await find(acme, SEED.api)).toMatchObject({ slug: 'api' });
    expect(await world.calls()).toEqual([`GET ${ACME}/${SEED.api} 200`]);
    expect(await find()).toMatchObject({ uuid: SEED.shop });
  });

  test('of which none sees the whole workspace never make an absence', async () => {
    world.source.store('acme', await parts());
    for (const asked of ['none', SEED.other]) {
      const error = await rejectionOf(find(acme, asked));
      expect(error).toBeInstanceOf(RepositoryNotShown);
      expect(error).toMatchObject({
        message: expect.stringMatching(/workspace acme.*no proof of its absence/),
      });
    }
    expect(await world.bitbucket.isWorkspaceReadable(acme).catch(({ code }) => code)).toBe('DENIED');
  });

  test.each<[string, object]>([
    ['another workspace', { workspace: 'globex', kind: 'accessToken' }],
    ['a project of another workspace', { workspace: 'globex', kind: 'accessToken', project: 'OTHER' }],
  ])('of which each sees %s are an administrator’s mistake, whatever is asked for', async (_, stored) => {
    world.source.store('acme', [await world.make(stored as never), await world.make(stored as never)]);
    for (const asked of ['shop', 'none']) {
      const error = await rejectionOf(find(acme, asked));
      expect(error).not.toBeInstanceOf(RepositoryNotShown);
      expect(error).toMatchObject({
        code: 'DENIED',
        message: expect.stringMatching(/administrator (store|correct)/),
      });
    }
  });

  test('make an absence where one sees the whole workspace, and every one says "not found"', async () => {
    world.source.store('acme', [...(await parts()), 'sandbox-token-acme']);
    expect(await find(acme, 'none')).toBeUndefined();
    await world.send('PUT', 'permissions', {
      repository: 'acme/shop',
      account: 'credentials',
      permission: 'none',
    });
    await expect(find()).rejects.toMatchObject({ code: 'DENIED' });
  });

  test('an environment is absent where the one that shows the repository says so, and not where another does', async () => {
    world.source.store('acme', (await parts()).reverse());
    expect(await world.bitbucket.findEnvironment(shop(), 'Production')).toMatchObject({ name: 'Production' });
    expect(await world.open().findEnvironment(shop(), 'Nowhere')).toBeUndefined();
    expect(await world.open().findEnvironment(shop(), SEED.web)).toBeUndefined();
  });

  test('one that is not accepted, not allowed or busy hides no repository of another', async () => {
    const blind = await world.make({ workspace: 'acme', kind: 'accessToken', scopes: ['account'] });
    world.source.store('acme', ['expired', blind, 'sandbox-token-acme']);
    expect(await find()).toBeDefined();
    expect(await find(acme, 'web')).toBeDefined();
    await expect(find(acme, 'none')).rejects.toMatchObject({ code: 'DENIED' });
    await world.send('POST', 'faults', {
      match: '/repositories/acme/api',
      effect: 'throttle',
      retryAfter: 60,
    });
    expect(await find(acme, 'api')).toBeDefined();
  });

  test('are not all tried where Bitbucket itself fails, and are where one has reached its limit', async () => {
    const server = await startScriptedServer();
    const { bitbucket } = bitbucketAt(server.url, { acme: ['a', 'b', 'c'] });
    server.script({ status: 503 });
    await expect(bitbucket.findRepository(acme, 'x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.requests).toHaveLength(3);
    server.requests.length = 0;
    server.script({ status: 429, headers: { 'retry-after': '60' } });
    await expect(bitbucket.findRepository(acme, 'x')).rejects.toMatchObject({
      code: 'THROTTLED',
      retryAfter: 60,
    });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer a',
      'Bearer b',
      'Bearer c',
    ]);
    await server.close();
  });

  test('a token that Bitbucket calls one of a part proves no absence, even where it reads the workspace', async () => {
    const server = await startScriptedServer();
    const narrow = { 'x-credential-type': 'repo_access_token' };
    const absent = { status: 404, body: apiError('not found') };
    const { bitbucket } = bitbucketAt(server.url);
    const some = { body: { values: [repositoryAnswer] } };
    server.script(absent, { body: repositoryAnswer.workspace, headers: narrow }, some);
    expect(await rejectionOf(bitbucket.findRepository(acme, 'x'))).toBeInstanceOf(RepositoryNotShown);
    server.script(absent, { body: repositoryAnswer.workspace });
    expect(await bitbucket.findRepository(acme, 'x')).toBeUndefined();
    await server.close();
  });
});

describe('a credential that is of no use', () => {
  test('of another workspace shows nothing, and makes no absence', async () => {
    world.source.store('globex', 'sandbox-token-acme');
    for (const asked of ['other', 'none', SEED.shop]) {
      await expect(find(globex, asked)).rejects.toMatchObject({
        code: 'DENIED',
        message: expect.stringMatching(/workspace globex.*\/rolewright\/test\/bitbucket\/globex/s),
      });
    }
  });

  test('that may write or administer is refused at its first call', async () => {
    for (const scope of ['repository:write', 'repository:admin', 'webhook', 'pipeline:variable']) {
      const scopes = ['repository', 'pipeline', scope];
      world.source.store('acme', await world.make({ workspace: 'acme', kind: 'accessToken', scopes }));
      const message = expect.stringContaining(scope);
      await expect(world.open().findRepository(acme, 'shop')).rejects.toMatchObject({
        code: 'DENIED',
        message,
      });
    }
  });

  test.each([
    ['malformed JSON', '{"kind":"accessToken","token":"SECRET'],
    ['an unknown kind', '{"kind":"SECRET"}'],
    ['an empty list', '[]'],
    ['nothing', ' '],
  ])(
    '%s is told with its parameter and without its value, and other workspaces are read',
    async (_, text) => {
      world.source.store('acme', text);
      const error = await rejectionOf(find());
      expect(error).toMatchObject({
        code: 'DENIED',
        message: expect.stringMatching(
          /^The credential of workspace acme is malformed: .*bitbucket\/acme\.$/,
        ),
      });
      expect(everythingIn(error)).not.toContain('SECRET');
      expect(await world.calls()).toEqual([]);
      expect(await find(globex, 'other')).toBeDefined();
    },
  );

  test('is in no failure', async () => {
    const revoke = { workspace: 'acme', kind: 'accessToken', revoked: true };
    await world.send('POST', 'credentials', revoke);
    world.source.store('globex', { kind: 'oauthConsumer', key: 'sandbox-key', secret: 'wrong-secret' });
    for (const failed of [find(), find(globex, 'other')]) {
      const text = everythingIn(await rejectionOf(failed));
      expect(text).not.toMatch(/sandbox-(token|key)|wrong-secret|Basic |Bearer /);
      expect(text).not.toContain(Buffer.from('sandbox-key:wrong-secret').toString('base64'));
    }
  });
});

describe('a credential is rotated without a deployment', () => {
  test('after a 401 what is stored is read again, once, and used', async () => {
    expect(await find()).toBeDefined();
    await world.send('POST', 'credentials', { workspace: 'acme', kind: 'accessToken', revoked: true });
    const scopes = ['repository', 'pipeline', 'account'];
    world.source.store('acme', await world.make({ workspace: 'acme', kind: 'accessToken', scopes }));
    world.source.reads.length = 0;
    await world.calls();
    expect(await find()).toBeDefined();
    expect(world.source.reads.filter(({ isFresh }) => isFresh)).toHaveLength(1);
    expect((await world.calls()).map((call) => call.split(' ').at(-1))).toEqual(['401', '200']);
    expect(await find()).toBeDefined();
    expect(world.source.reads.filter(({ isFresh }) => isFresh)).toHaveLength(1);
  });

  test('where what is stored is still not accepted, the failure says what to do', async () => {
    world.source.store('acme', 'expired');
    await expect(find()).rejects.toMatchObject({
      code: 'DENIED',
      message:
        'Bitbucket does not accept the access token of workspace acme. Have an administrator store a valid one in parameter /rolewright/test/bitbucket/acme.',
    });
    expect(world.source.reads.filter(({ isFresh }) => isFresh)).toHaveLength(1);
    expect((await world.calls()).length).toBe(1);
    world.source.store('acme', 'sandbox-token-acme');
    expect(await find()).toBeDefined();
  });

  test('one that may write, and one that is malformed, are replaced likewise', async () => {
    const scopes = ['repository', 'webhook'];
    for (const stored of [await world.make({ workspace: 'acme', kind: 'accessToken', scopes }), '[]']) {
      world.source.store('acme', stored);
      await world.source.read('acme', true);
      const bitbucket = world.open();
      await expect(bitbucket.findRepository(acme, 'shop')).rejects.toMatchObject({ code: 'DENIED' });
      world.source.store('acme', 'sandbox-token-acme');
      expect(await bitbucket.findRepository(acme, 'shop')).toBeDefined();
    }
  });
});
