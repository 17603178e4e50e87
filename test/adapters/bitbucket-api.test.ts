import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../sandbox/bitbucket/server.ts';
import {
  acme,
  apiError,
  bitbucketAt,
  environmentAnswer,
  REPOSITORY_UUID,
  repositoryAnswer,
  SECRET,
  shop,
} from '../support/adapter-bitbucket.ts';
import { type ScriptedServer, startScriptedServer } from '../support/adapter-http-server.ts';

describe('Bitbucket over the stand-in', () => {
  let dir: string;
  let sandbox: BitbucketSandbox;
  const api = () => bitbucketAt(`${sandbox.url}/2.0`, async () => 'sandbox-token').bitbucket;
  const change = (method: string, path: string, body: object) =>
    fetch(`${sandbox.url}/sandbox/${path}`, { method, body: JSON.stringify(body) });

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'adapter-bitbucket-'));
    sandbox = await startBitbucketSandbox({ port: 0, dir });
  });

  afterAll(async () => {
    await sandbox.close();
    rmSync(dir, { recursive: true });
  });

  test('a repository is found by slug and by UUID, with its project and workspace', async () => {
    const expected = {
      ...shop,
      project: { key: 'SHOP', uuid: '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}' },
    };
    expect(await api().findRepository(acme, 'shop')).toEqual(expected);
    expect(await api().findRepository(acme, REPOSITORY_UUID)).toEqual(expected);
  });

  test('a repository, a workspace or an environment that is not there is absent', async () => {
    const nobody = { slug: 'nobody', uuid: '{00000000-0000-0000-0000-000000000000}' };
    expect(await api().findRepository(acme, 'none')).toBeUndefined();
    expect(await api().findRepository(nobody, 'shop')).toBeUndefined();
    expect(await api().findEnvironment(shop, 'Nowhere')).toBeUndefined();
    expect(await api().findEnvironment(shop, nobody.uuid)).toBeUndefined();
    expect(await api().findEnvironment({ ...shop, uuid: nobody.uuid }, 'Staging')).toBeUndefined();
  });

  test('an environment is found by its UUID in any case, and by its name in exact case only', async () => {
    const staging = { uuid: '{744ccb6d-fff0-45c1-8855-3f91b372a57a}', name: 'Staging' };
    expect(await api().findEnvironment(shop, 'Staging')).toEqual(staging);
    expect(await api().findEnvironment(shop, staging.uuid.toUpperCase())).toEqual(staging);
    expect(await api().findEnvironment(shop, 'staging')).toBeUndefined();
    expect(await api().findEnvironment(shop, 'Staging ')).toBeUndefined();
  });

  test('an environment is found behind more than one page of others', async () => {
    for (let n = 0; n < 105; n += 1) {
      await change('POST', 'repositories/acme/web/environments', { name: `env-${n}` });
    }
    const web = { ...shop, uuid: '{3b2f8666-11df-42ad-adc4-55d5d305ae3a}' };
    expect(await api().findEnvironment(web, 'env-104')).toMatchObject({ name: 'env-104' });
    expect(await api().findEnvironment(web, 'env-105')).toBeUndefined();
  });

  test('OIDC is enabled where the discovery document exists, and not where it does not', async () => {
    expect(await api().isOidcEnabled('acme')).toBe(true);
    await change('PUT', 'workspaces/acme', { oidcEnabled: false });
    expect(await api().isOidcEnabled('acme')).toBe(false);
    expect(await api().isOidcEnabled('nobody')).toBe(false);
  });
});

describe("Bitbucket's recorded answers", () => {
  let server: ScriptedServer;

  beforeEach(async () => {
    server = await startScriptedServer();
  });

  afterEach(() => server.close());

  const find = () => bitbucketAt(server.url).bitbucket.findRepository(acme, 'shop');
  const findEnvironment = (name: string) => bitbucketAt(server.url).bitbucket.findEnvironment(shop, name);

  test('UUIDs stand in the path encoded, and the token in one header', async () => {
    server.script({ body: repositoryAnswer });
    await bitbucketAt(server.url).bitbucket.findRepository(acme, REPOSITORY_UUID);
    const [request] = server.requests;
    expect(request?.path).toBe(
      '/repositories/%7B922e118c-f34f-4226-a897-0e0afbec553d%7D/%7B1de489be-ce6a-42a0-a8c8-eadbf1174ac7%7D',
    );
    expect(request?.headers.authorization).toBe(`Bearer ${SECRET}`);
  });

  test('a name cannot reach another path', async () => {
    server.script({ status: 404, body: apiError('not found') });
    const { bitbucket } = bitbucketAt(server.url);
    for (const name of ['a/b', 'a?b', 'a#b', 'a%2Fb', 'ü']) await bitbucket.findRepository(acme, name);
    for (const { path } of server.requests) expect(path).toMatch(/^\/repositories\/%7B[^/]+%7D\/[^/?#]+$/);
  });

  test('the discovery document is asked for without the token', async () => {
    server.script({ body: { issuer: 'x' } });
    expect(await bitbucketAt(server.url).bitbucket.isOidcEnabled('acme')).toBe(true);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('an answer without slug and workspace is completed from the name and from the workspace itself', async () => {
    const { slug: _, workspace, ...published } = repositoryAnswer;
    server.script({ body: published }, { body: workspace });
    expect(await find()).toMatchObject({ slug: 'shop', fullName: 'acme/shop', workspace: acme });
    expect(server.requests[1]?.path).toBe('/workspaces/%7B922e118c-f34f-4226-a897-0e0afbec553d%7D');
  });

  test('a repository whose workspace cannot be seen is a failure, not an absence', async () => {
    const { workspace: _, ...published } = repositoryAnswer;
    server.script({ body: published }, { status: 404, body: apiError('No workspace') });
    await expect(find()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('the workspace is the one that the answer names, wherever it was looked for', async () => {
    const moved = { slug: 'globex', uuid: '{979f3574-6128-47d7-81ae-79d593e68689}' };
    server.script({ body: { ...repositoryAnswer, workspace: moved } });
    expect((await find())?.workspace).toEqual(moved);
  });

  test('UUIDs in upper case are read in lower case', async () => {
    const upper = (text: string) => text.toUpperCase();
    const { project, workspace, uuid } = repositoryAnswer;
    server.script({
      body: {
        ...repositoryAnswer,
        uuid: upper(uuid),
        workspace: { ...workspace, uuid: upper(workspace.uuid) },
        project: { ...project, uuid: upper(project.uuid) },
      },
    });
    expect(await find()).toEqual({ ...shop, project: { key: 'SHOP', uuid: project.uuid } });
    const [environment] = [environmentAnswer('Staging', 0xabc)];
    server.script({ body: { pagelen: 100, values: [{ ...environment, uuid: upper(environment.uuid) }] } });
    expect(await findEnvironment('Staging')).toEqual({ uuid: environment.uuid, name: 'Staging' });
  });

  test('a repository without a project has none', async () => {
    const { project: _, ...without } = repositoryAnswer;
    for (const body of [without, { ...repositoryAnswer, project: null }]) {
      server.script({ body });
      expect(await find()).toEqual(shop);
    }
  });

  test('an answer in any other shape is refused', async () => {
    const { workspace, project } = repositoryAnswer;
    const broken = [
      { uuid: '1de489be-ce6a-42a0-a8c8-eadbf1174ac7' },
      { uuid: '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}:*' },
      { uuid: '{*}' },
      { uuid: null },
      { full_name: 'shop' },
      { full_name: 'a/b/c' },
      { workspace: { ...workspace, uuid: '{}' } },
      { workspace: { ...workspace, slug: '' } },
      { project: { ...project, uuid: 'x' } },
    ];
    for (const fault of broken) {
      server.script({ body: { ...repositoryAnswer, ...fault } });
      await expect(find()).rejects.toMatchObject({ name: 'PortError', code: 'REJECTED' });
    }
    for (const body of [[], 'null', '"text"', '7', '{}']) {
      server.script({ body });
      await expect(find()).rejects.toMatchObject({ name: 'PortError', code: 'REJECTED' });
    }
  });

  test('every page is read before an environment is absent, whatever `size` and `page` say', async () => {
    const page = (values: object[], next?: string) => ({
      body: { pagelen: 1, values, ...(next ? { next } : {}) },
    });
    const pages = [
      page([environmentAnswer('Test', 1)], `${server.url}/next?page=2`),
      page([], `${server.url}/next?page=3&x=%7B`),
      page([environmentAnswer('*', 3)]),
    ];
    server.script(...pages);
    expect(await findEnvironment('*')).toEqual({ uuid: environmentAnswer('*', 3).uuid, name: '*' });
    expect(server.requests.map(({ path }) => path).slice(1)).toEqual(['/next?page=2', '/next?page=3&x=%7B']);
    server.script(...pages);
    expect(await findEnvironment('Production')).toBeUndefined();
  });

  test('a page on another host is not asked for', async () => {
    const other = await startScriptedServer();
    const foreign = [
      `${other.url}/environments`,
      'https://api.bitbucket.org.evil.example/2.0/x',
      `${server.url}.evil.example/x`,
      `${server.url}@evil.example/x`,
      '//evil.example/x',
      'file:///etc/passwd',
    ];
    for (const next of foreign) {
      server.script({ body: { values: [], next } });
      await expect(findEnvironment('Staging')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'Bitbucket pages into another host.',
      });
    }
    expect(other.requests).toEqual([]);
    await other.close();
  });

  test('pages without end come to an end', async () => {
    server.script({ body: { values: [environmentAnswer('Test', 1)], next: `${server.url}/again` } });
    await expect(findEnvironment('Staging')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.requests.length).toBeLessThan(50);
  });
});
