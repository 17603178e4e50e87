import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import type { Key } from '../../adapters/bitbucket/keyring.ts';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../sandbox/bitbucket/server.ts';
import {
  type BitbucketSettings,
  bitbucketClient,
  bitbucketSettings,
  storedKeys,
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
  const variables = { SANDBOX_BITBUCKET_PORT: String(bitbucket.port) };
  settings = { ...(await bitbucketSettings(variables)), api: api.url };
});
afterEach(async () => {
  await Promise.all([bitbucket.close(), api.close()]);
  rmSync(dir, { recursive: true });
});
const keyOf = (stored: unknown): Key => {
  const found = storedKeys(
    { ...settings, webhookCredentials: { acme: stored } },
    'webhookCredentials',
    'acme',
  );
  if ('fault' in found || !found.keys[0]) throw new Error('no key');
  return found.keys[0];
};
const client = () => bitbucketClient(settings, keyOf(settings.webhookCredentials.acme));
const url = () => hookUrl(settings.api, 'acme');
const register = (secret?: string) => registerHook(client(), { workspaceSlug: 'acme', url: url(), secret });
const faults = async (over: Partial<BitbucketSettings> = {}, workspace = acme) =>
  (
    await diagnose(
      { ...settings, ...over },
      { workspaces: [workspace], access: { repositoryAdmins: true } },
      true,
    )
  ).filter(({ isGood }) => !isGood);

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
    const refused = bitbucketClient(settings, keyOf('wrong'));
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
    ['no credential', { credentials: {} }, /BITBUCKET_CREDENTIALS, entry acme/],
    ['a refused credential', { credentials: { acme: 'wrong' } }, /401.*Store a valid one/],
    ['no credential for administrators', { adminCredentials: {} }, /BITBUCKET_ADMIN_CREDENTIALS, entry acme/],
    ['no credential for webhooks', { webhookCredentials: {} }, /BITBUCKET_WEBHOOK_CREDENTIALS, entry acme/],
    ['a Rolewright that does not answer', { api: 'http://127.0.0.1:9' }, /ROLEWRIGHT_URL/],
  ])('tells what to do about %s', async (_what, over, remedy) => {
    await register(SECRET);
    const text = diagnosisText(await faults(over));
    expect(text).toMatch(remedy);
    expect(text).not.toMatch(/sandbox-.*token|wrong$/);
  });

  it('tells a workspace that is another than the configured one', async () => {
    await register(SECRET);
    const credentials = { 'acme-old': 'sandbox-token-acme' };
    const [fault] = await faults({ credentials }, { ...acme, slug: 'acme-old' });
    expect(fault?.remedy).toContain('Bitbucket calls it acme, ');
  });
});

it('settings are those of the local stack, or of a deployment over https', async () => {
  const local = { SANDBOX_BITBUCKET_PORT: String(bitbucket.port), ROLEWRIGHT_PORT: '2' };
  expect(await bitbucketSettings(local)).toMatchObject({
    bitbucket: `${bitbucket.url}/2.0`,
    api: 'http://127.0.0.1:2',
    credentials: { acme: 'sandbox-token-acme' },
    isSandbox: true,
  });
  const own = {
    ROLEWRIGHT_URL: 'https://api.example.com/',
    BITBUCKET_CREDENTIALS: '{"acme":"a"}',
    BITBUCKET_WEBHOOK_CREDENTIALS: '{"acme":["b"]}',
  };
  expect(await bitbucketSettings(own)).toMatchObject({
    bitbucket: 'https://api.bitbucket.org/2.0',
    tokenUrl: 'https://bitbucket.org/site/oauth2/access_token',
    api: 'https://api.example.com',
    credentials: { acme: 'a' },
    webhookCredentials: { acme: ['b'] },
  });
  await expect(bitbucketSettings({ ROLEWRIGHT_URL: 'http://api.example.com' })).rejects.toThrow('https');
  const broken = bitbucketSettings({ ...own, BITBUCKET_CREDENTIALS: 'a-secret' });
  await expect(broken).rejects.toThrow(/^BITBUCKET_CREDENTIALS must be a JSON object/);
});

test('the doctor warns of ownership patterns of two projects that overlap, each pair once, and fails for none', () => {
  const found = ownershipWarnings(
    readConfiguration(sourceOfStage(`${import.meta.dirname}/../..`, 'sandbox')),
  );
  expect(found.map(({ about }) => about)).toEqual(['ownership: *-service of WEB and shop-* of SHOP overlap']);
  expect(found.every(({ isGood }) => isGood)).toBe(true);
  expect(diagnosisText(found)).toMatch(/^! ownership: .*\n {4}A name that both match belongs to neither/);
});
