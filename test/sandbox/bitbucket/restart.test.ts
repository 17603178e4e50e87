import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';
import { bitbucketWorld, type World } from './world.ts';

const KEYS = '/2.0/workspaces/acme/pipelines-config/identity/oidc/keys.json';

let world: World;
beforeEach(async () => {
  world = await bitbucketWorld();
});
afterEach(() => world.end());

test('keys and every change survive a restart', async () => {
  const token = await world.token('step', { repository: 'acme/shop' });
  await world.send('POST', '/sandbox/repositories', { workspace: 'acme', slug: 'new' });
  await world.send('POST', '/sandbox/repositories/acme/new/environments', { name: '*' });
  await world.send('PUT', '/sandbox/workspaces/globex', { oidcEnabled: false });
  await world.send('DELETE', '/sandbox/repositories/acme/web');
  const before = [
    await world.get('/2.0/repositories/acme'),
    await world.get('/2.0/repositories/acme/new/environments'),
  ];

  await world.restart();

  expect([
    await world.get('/2.0/repositories/acme'),
    await world.get('/2.0/repositories/acme/new/environments'),
  ]).toEqual(before);
  const discovery = '/2.0/workspaces/globex/pipelines-config/identity/oidc/.well-known/openid-configuration';
  expect((await world.anonymous(discovery)).status).toBe(404);
  const keys = createLocalJWKSet((await world.anonymous(KEYS)).body as JSONWebKeySet);
  await expect(jwtVerify(token, keys)).resolves.toBeDefined();
});

test('what was answered is on disk already, so that killing the process loses nothing', async () => {
  await world.send('POST', '/sandbox/repositories', { workspace: 'acme', slug: 'new' });
  const other = await startBitbucketSandbox({ port: 0, dir: world.dir });
  const { status } = await fetch(`${other.url}/2.0/repositories/acme/new`, {
    headers: { authorization: 'Bearer sandbox-token-acme' },
  });
  await other.close();
  expect(status).toBe(200);
});

test('the state is one file, readable by its owner only', async () => {
  expect(await readdir(world.dir)).toEqual(['bitbucket.json']);
  expect((await stat(join(world.dir, 'bitbucket.json'))).mode & 0o077).toBe(0);
});

test('a state that cannot be understood stops the start and is left alone', async () => {
  const path = join(world.dir, 'bitbucket.json');
  await writeFile(path, '{"version":0}');
  await expect(startBitbucketSandbox({ port: 0, dir: world.dir })).rejects.toThrow('bitbucket.json');
  expect(await readFile(path, 'utf8')).toBe('{"version":0}');
});

test('a port that is taken stops the start', async () => {
  const { port } = world.sandbox;
  await expect(startBitbucketSandbox({ port, dir: world.dir })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
