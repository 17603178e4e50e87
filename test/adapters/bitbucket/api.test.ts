import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Repository } from '../../../domain/bitbucket/repository.ts';
import { startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';
import { bitbucketContract } from '../../contract/bitbucket-contract.ts';
import { forEachItem } from '../../support/adapters/batches.ts';
import {
  acme,
  apiError,
  bitbucketAt,
  environmentAnswer,
  REPOSITORY_UUID,
  repositoryAnswer,
  SECRET,
  shop,
} from '../../support/adapters/bitbucket.ts';
import { armFault } from '../../support/adapters/environment.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/adapters/http-server.ts';
import {
  type RecordedBitbucket,
  type Shapes,
  startRecordedBitbucket,
  WEB_UUID,
} from '../../support/adapters/recorded-bitbucket.ts';
import { asEnvironmentUuid, asProjectUuid, asRepositoryUuid } from '../../support/identifiers.ts';

const staging = (n: number) => ({
  uuid: asEnvironmentUuid(environmentAnswer('', n).uuid),
  name: 'Staging',
});
const project = { key: 'SHOP', uuid: asProjectUuid('{6f578c1d-54b2-42bc-bfcb-8384e0619a40}') };
const web: Repository = {
  uuid: asRepositoryUuid(WEB_UUID),
  slug: 'web',
  fullName: 'acme/web',
  workspace: acme,
  project: { key: 'WEB', uuid: asProjectUuid('{18b60cd9-173a-4a44-a4ec-6c251e367573}') },
};

bitbucketContract('over the stand-in', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'adapter-bitbucket-'));
  const sandbox = await startBitbucketSandbox({ port: 0, dir });
  const change = (method: string, path: string, body: object) =>
    fetch(`${sandbox.url}/sandbox/${path}`, { method, body: JSON.stringify(body) });
  const fail = (effect: string, code: string) => ({
    code,
    async begin() {
      await fetch(`${sandbox.url}/sandbox/faults`, { method: 'DELETE' });
      await armFault(sandbox.url, { match: '*', effect, times: 100 });
    },
  });
  return {
    bitbucket: bitbucketAt(`${sandbox.url}/2.0`, { acme: 'sandbox-token-acme', nobody: 'sandbox-token-acme' })
      .bitbucket,
    shop: { ...shop, project },
    staging: { uuid: asEnvironmentUuid('{744ccb6d-fff0-45c1-8855-3f91b372a57a}'), name: 'Staging' },
    production: { uuid: asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}'), name: 'Production' },
    web,
    addEnvironments: (count) =>
      forEachItem(
        Array.from({ length: count }, (_, n) => `env-${n}`),
        (name) => change('POST', 'repositories/acme/web/environments', { name }),
      ),
    rename: () => change('PUT', 'repositories/acme/shop', { slug: 'store' }),
    disableOidc: () => change('PUT', 'workspaces/acme', { oidcEnabled: false }),
    failures: {
      'its own error': fail('error', 'UNAVAILABLE'),
      throttling: fail('throttle', 'THROTTLED'),
      'a missing scope': fail('forbid', 'DENIED'),
      'a closed connection': fail('drop', 'UNAVAILABLE'),
      'a lost reply': fail('lostReply', 'UNAVAILABLE'),
    },
    async close() {
      await sandbox.close();
      rmSync(dir, { recursive: true });
    },
  };
});

describe.each<Shapes>(['live', 'published'])('recorded answers', (shapes) => {
  bitbucketContract(`over ${shapes} shapes`, async () => {
    const recorded = await startRecordedBitbucket(shapes);
    const fail = (code: string, failure: RecordedBitbucket['failure']) => ({
      code,
      async begin() {
        recorded.failure = failure;
      },
    });
    const missingScope = { granted: ['read:user:bitbucket'], required: ['read:pipeline:bitbucket'] };
    return {
      bitbucket: bitbucketAt(recorded.url).bitbucket,
      shop: { ...shop, project },
      staging: staging(2),
      production: { ...staging(3), name: 'Production' },
      web,
      async addEnvironments(count) {
        recorded.environments.web = Array.from({ length: count }, (_, n) => `env-${n}`);
      },
      async rename() {
        recorded.slug = 'store';
      },
      async disableOidc() {
        recorded.isOidcEnabled = false;
      },
      failures: {
        'a call that was removed': fail('REJECTED', {
          status: 410,
          body: 'CHANGE-2770 - Functionality has been deprecated',
        }),
        'a missing scope': fail('DENIED', { status: 403, body: apiError('no scope', missingScope) }),
        'a bad token': fail('DENIED', { status: 401, body: apiError('Token is invalid') }),
        'a rate limit': fail('THROTTLED', { status: 429, body: apiError('Rate limit exceeded') }),
        'a gateway': fail('UNAVAILABLE', { status: 502, body: '<html><body>Bad Gateway</body></html>' }),
        'a page of HTML': fail('UNAVAILABLE', { status: 200, body: '<!DOCTYPE html><html></html>' }),
        'half an answer': fail('UNAVAILABLE', { status: 200, body: '{"type": "repository", "uuid": "{1de4' }),
        'a closed connection': fail('UNAVAILABLE', 'drop'),
      },
      close: recorded.close,
    };
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
    for (const name of ['a/b', 'a?b', 'a#b', 'a%2Fb', 'ü']) {
      await expect(bitbucket.findRepository(acme, name)).rejects.toMatchObject({ code: 'DENIED' });
    }
    const paths = server.requests.map(({ path }) => path);
    const listed = '/repositories/%7B922e118c-f34f-4226-a897-0e0afbec553d%7D?pagelen=1';
    const asked = paths.filter((path) => path.startsWith('/repositories/') && path !== listed);
    expect(asked).toHaveLength(5);
    for (const path of asked) expect(path).toMatch(/^\/repositories\/%7B[^/]+%7D\/[^/?#]+$/);
  });

  test('the discovery document is asked for without the token', async () => {
    server.script({ body: { issuer: 'x' } });
    expect(await bitbucketAt(server.url).bitbucket.isOidcEnabled('acme')).toBe(true);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
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
      { full_name: 'acme/\ud800' },
      { project: { key: '\udfff', uuid: '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}' } },
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
        message: "Bitbucket's next page is on another host.",
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
