import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';
import { acme, apiError, bitbucketAt, REPOSITORY_UUID } from '../../support/adapters/bitbucket.ts';
import { type Reply, type ScriptedServer, startScriptedServer } from '../../support/adapters/http-server.ts';
import { asRepositoryUuid } from '../../support/identifiers.ts';

const shop = { workspaceUuid: acme.uuid, repositoryUuid: REPOSITORY_UUID };
const uuidOf = (n: number) => `{8a1d3f52-6c0e-4b7a-9f25-${n.toString(16).padStart(12, '0')}}`;
const [ADA, GRACE, MALLORY] = ['a001', 'a002', 'a003'].map(
  (end) => `{8a1d3f52-6c0e-4b7a-9f25-0d4c7e61${end}}`,
) as [string, string, string];
const HTML = '<!DOCTYPE html><html><body>Log in</body></html>';

describe('who has admin on a repository, over the stand-in', () => {
  let dir: string;
  let sandbox: BitbucketSandbox;
  const isAdmin = (account: string, repository = shop) =>
    bitbucketAt(`${sandbox.url}/2.0`, { acme: 'sandbox-admin-token-acme' }).bitbucket.isRepositoryAdmin(
      repository,
      account,
    );
  const permit = async (account: string, permission: string, repository = 'acme/shop') => {
    const body = JSON.stringify({ repository, account, permission });
    const reply = await fetch(`${sandbox.url}/sandbox/permissions`, { method: 'PUT', body });
    expect(reply.status).toBe(200);
  };

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'bitbucket-admins-'));
    sandbox = await startBitbucketSandbox({ port: 0, dir });
  });

  afterAll(async () => {
    await sandbox.close();
    rmSync(dir, { recursive: true });
  });

  test('is told by UUID and by account id, and writing is not administering', async () => {
    expect(await isAdmin(ADA)).toBe(true);
    expect(await isAdmin(`557058:${ADA.slice(1, -1)}`)).toBe(true);
    expect([await isAdmin(GRACE), await isAdmin(MALLORY), await isAdmin('557058:x')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('changes with the permission', async () => {
    await permit('mallory', 'admin');
    expect(await isAdmin(MALLORY)).toBe(true);
    await permit('mallory', 'none');
    expect(await isAdmin(MALLORY)).toBe(false);
  });

  test('is found behind more than one page of others, on this repository only', async () => {
    for (let n = 0; n < 105; n += 1) await permit(uuidOf(n), 'admin', 'acme/web');
    const web = { ...shop, repositoryUuid: asRepositoryUuid('{3b2f8666-11df-42ad-adc4-55d5d305ae3a}') };
    expect(await isAdmin(uuidOf(104), web)).toBe(true);
    expect(await isAdmin(uuidOf(105), web)).toBe(false);
    expect(await isAdmin(uuidOf(104))).toBe(false);
  });

  test('is unknown, and an error, for a repository that Bitbucket does not show', async () => {
    const gone = { ...shop, repositoryUuid: asRepositoryUuid(uuidOf(1)) };
    await expect(isAdmin(ADA, gone)).rejects.toMatchObject({
      code: 'DENIED',
      message: expect.stringMatching(/does not show the repository.*is unknown.*Give the credential admin/s),
    });
  });
});

describe('who has admin on a repository', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await startScriptedServer();
  });
  afterEach(() => server.close());

  const isAdmin = (account = ADA) => bitbucketAt(server.url).bitbucket.isRepositoryAdmin(shop, account);
  const held = (permission: string, uuid: string, more: object = {}) => ({
    type: 'repository_permission',
    permission,
    user: { type: 'user', display_name: 'A. Dev', uuid },
    repository: { type: 'repository', name: 'shop', full_name: 'acme/shop', uuid: REPOSITORY_UUID },
    ...more,
  });
  const page = (values: object[], next?: string): Reply => ({
    body: { pagelen: 100, values, ...(next ? { next } : {}) },
  });

  test('is asked with one call, for admins only', async () => {
    server.script(page([held('admin', ADA.toUpperCase())]));
    expect(await isAdmin()).toBe(true);
    expect(server.requests.map(({ path }) => decodeURIComponent(path))).toEqual([
      `/workspaces/${acme.uuid}/permissions/repositories/${REPOSITORY_UUID}?q=permission="admin"&pagelen=100`,
    ]);
  });

  test('does not follow from a filter that Bitbucket overlooked', async () => {
    server.script(page([held('write', ADA), held('admin', GRACE)]));
    expect(await isAdmin()).toBe(false);
  });

  test.each<[string, Reply[], string]>([
    ['403', [{ status: 403, body: apiError('no admin') }], 'DENIED'],
    ['403 in HTML', [{ status: 403, body: HTML }], 'DENIED'],
    ['401', [{ status: 401, body: apiError('expired') }], 'DENIED'],
    ['404', [{ status: 404, body: apiError('not found') }], 'DENIED'],
    ['404 in HTML', [{ status: 404, body: HTML }], 'REJECTED'],
    ['410, as an endpoint that is gone', [{ status: 410, body: apiError('gone') }], 'REJECTED'],
    ['HTML with 200', [{ body: HTML }], 'UNAVAILABLE'],
    ['a redirect', [{ status: 302, headers: { location: '/login' }, body: HTML }], 'REJECTED'],
    ['JSON that is cut off', [{ body: '{"values": [' }], 'UNAVAILABLE'],
    ['another shape', [{ body: { items: [] } }], 'REJECTED'],
    ['no user', [{ body: { values: [{ permission: 'admin' }] } }], 'REJECTED'],
    ['another repository', [page([held('admin', ADA, { repository: { uuid: uuidOf(9) } })])], 'REJECTED'],
    ['500 again and again', [{ status: 500, body: HTML }], 'UNAVAILABLE'],
    ['429 again and again', [{ status: 429, body: apiError('limit') }], 'THROTTLED'],
    ['silence', [{ drop: true }], 'UNAVAILABLE'],
  ])('is never a yes, nor a no, after %s', async (_, replies, code) => {
    server.script(...replies);
    await expect(isAdmin()).rejects.toMatchObject({ system: 'Bitbucket', code });
  });

  test('is no half answer: a second page that fails fails the whole', async () => {
    for (const [reply, code] of [
      [{ status: 404, body: apiError('no such page') }, 'DENIED'],
      [{ status: 403, body: apiError('no') }, 'DENIED'],
      [{ body: HTML }, 'UNAVAILABLE'],
    ] as const) {
      server.script(page([held('admin', GRACE)], `${server.url}/workspaces/x?page=2`), reply);
      await expect(isAdmin()).rejects.toMatchObject({ code });
    }
  });

  test('does not take the token to another host, nor pages without end', async () => {
    server.script(page([], 'https://evil.example/2.0/workspaces'));
    await expect(isAdmin()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    server.script(page([], `${server.url}/workspaces/x?page=2`));
    await expect(isAdmin()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.requests.length).toBeLessThan(30);
  });
});
