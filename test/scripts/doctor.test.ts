import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../sandbox/bitbucket/server.ts';
import {
  type BitbucketSettings,
  bitbucketClient,
  bitbucketSettings,
} from '../../scripts/bitbucket/client.ts';
import { findHook, hookUrl, registerHook } from '../../scripts/bitbucket/workspace-hook.ts';
import { diagnose, diagnosisText, ownershipWarnings } from '../../scripts/doctor.ts';
import { acme } from '../support/adapters/bitbucket.ts';
import { type ScriptedServer, startScriptedServer } from '../support/adapters/http-server.ts';

const SECRET = 's'.repeat(32);
const dir = mkdtempSync(join(tmpdir(), 'rolewright-doctor-'));
let bitbucket: BitbucketSandbox;
let api: ScriptedServer;
let settings: BitbucketSettings;
beforeEach(async () => {
  bitbucket = await startBitbucketSandbox({ port: 0, dir });
  api = await startScriptedServer();
  api.script({ status: 200, body: '{}' });
  settings = {
    bitbucket: `${bitbucket.url}/2.0`,
    api: api.url,
    token: 'sandbox-token',
    adminToken: 'sandbox-token',
    email: undefined,
    isSandbox: true,
  };
});
afterEach(async () => {
  await Promise.all([bitbucket.close(), api.close()]);
  rmSync(dir, { recursive: true });
});
const client = () => bitbucketClient(settings, 'sandbox-token');
const url = () => hookUrl(settings.api, 'acme');
const register = (secret?: string) => registerHook(client(), { workspaceSlug: 'acme', url: url(), secret });
const faults = async (over: Partial<BitbucketSettings> = {}, workspace = acme) =>
  (await diagnose({ ...settings, ...over }, [workspace])).filter(({ isGood }) => !isGood);

describe('registering the webhook of a workspace', () => {
  it('creates it with every event and a secret, finds it in order, and repairs what is wrong', async () => {
    expect(await register(SECRET)).toBe('created');
    expect(await register()).toBe('in order');
    const hook = await findHook(client(), 'acme', url());
    expect(hook).toMatchObject({ active: true, secret_set: true, url: url() });
    expect(JSON.stringify(hook)).not.toContain(SECRET);
    const path = `/workspaces/acme/hooks/${encodeURIComponent(hook?.uuid ?? '')}`;
    const broken = { url: url().replace(/:\d+/, ':1'), active: false, events: ['repo:push'] };
    expect((await client().call('PUT', path, broken)).status).toBe(200);
    expect(await register()).toBe('updated');
    const updated = await findHook(client(), 'acme', url());
    expect(updated).toMatchObject({ uuid: hook?.uuid, active: true, secret_set: true, url: url() });
    expect(updated?.events).toEqual(expect.arrayContaining(['repo:push', 'repo:created', 'project:updated']));
  });

  it('makes none without a secret, or with a weak one', async () => {
    await expect(register()).rejects.toThrow('WEBHOOK_SECRET');
    await expect(register('short')).rejects.toThrow('32 to 128');
    expect(await findHook(client(), 'acme', url())).toBeUndefined();
  });

  it('says which credential it needs when Bitbucket refuses', async () => {
    const refused = bitbucketClient(settings, 'wrong');
    await expect(
      registerHook(refused, { workspaceSlug: 'acme', url: url(), secret: SECRET }),
    ).rejects.toThrow('scope webhook');
  });
});

describe('the doctor', () => {
  it('finds nothing wrong where nothing is', async () => {
    await register(SECRET);
    expect(await faults()).toEqual([]);
  });

  it('tells what to do about a webhook that is missing or broken', async () => {
    expect(await faults()).toMatchObject([
      { remedy: 'There is no webhook. Run: npm run webhook:register -- acme' },
    ]);
    await register(SECRET);
    const hook = await findHook(client(), 'acme', url());
    const path = `/workspaces/acme/hooks/${encodeURIComponent(hook?.uuid ?? '')}`;
    await client().call('PUT', path, { url: url(), active: false, events: ['repo:created'], secret: null });
    const [fault, ...more] = await faults();
    expect(more).toEqual([]);
    expect(fault?.remedy).toMatch(
      /not active; .*no secret.*; it does not send .*repo:deleted.*webhook:register/,
    );
  });

  it.each<[string, Partial<BitbucketSettings>, RegExp]>([
    ['no credential', { token: undefined }, /BITBUCKET_TOKEN/],
    ['a refused credential', { token: 'wrong' }, /401.*workspace access token/],
    ['no credential for webhooks', { adminToken: undefined }, /BITBUCKET_ADMIN_TOKEN/],
    ['a Rolewright that does not answer', { api: 'http://127.0.0.1:9' }, /ROLEWRIGHT_URL/],
  ])('tells what to do about %s', async (_what, over, remedy) => {
    await register(SECRET);
    const text = diagnosisText(await faults(over));
    expect(text).toMatch(remedy);
    expect(text).not.toContain('sandbox-token');
  });

  it('tells a workspace that is another than the configured one', async () => {
    await register(SECRET);
    expect(await faults({}, { ...acme, slug: 'acme-old' })).toMatchObject([
      { remedy: expect.stringContaining('Bitbucket calls it acme, ') },
      { remedy: expect.anything() },
    ]);
  });
});

it('settings are those of the local stack, or of a deployment over https', () => {
  expect(bitbucketSettings({ SANDBOX_BITBUCKET_PORT: '1', ROLEWRIGHT_PORT: '2' })).toMatchObject({
    bitbucket: 'http://127.0.0.1:1/2.0',
    api: 'http://127.0.0.1:2',
    isSandbox: true,
  });
  const own = {
    ROLEWRIGHT_URL: 'https://api.example.com/',
    BITBUCKET_TOKEN: 'a',
    BITBUCKET_ADMIN_TOKEN: 'b',
  };
  expect(bitbucketSettings(own)).toMatchObject({
    api: 'https://api.example.com',
    token: 'a',
    adminToken: 'b',
  });
  expect(() => bitbucketSettings({ ROLEWRIGHT_URL: 'http://api.example.com' })).toThrow('https');
});

test('the doctor warns of ownership patterns of two projects that overlap, each pair once, and fails for none', () => {
  const found = ownershipWarnings(
    readConfiguration(sourceOfStage(`${import.meta.dirname}/../..`, 'sandbox')),
  );
  expect(found.map(({ about }) => about)).toEqual(['ownership: *-service of WEB and shop-* of SHOP overlap']);
  expect(found.every(({ isGood }) => isGood)).toBe(true);
  expect(diagnosisText(found)).toMatch(/^! ownership: .*\n {4}A name that both match belongs to neither/);
});
