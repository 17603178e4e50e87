import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { tokenVerifier } from '../../adapters/tokens/verifier.ts';
import { parseConfiguration } from '../../domain/configuration/configuration.ts';
import { seed } from '../../sandbox/bitbucket/seed.ts';
import { seedFor } from '../../sandbox/bitbucket/seed-for.ts';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../sandbox/bitbucket/server.ts';
import { slackSeed, slackSeedFor } from '../../sandbox/slack/seed.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const OWN = '{7d5f2d1c-9d6a-4d2f-8a57-1f0a1b2c3d4e}';
const PROJECT = '{7d5f2d1c-9d6a-4d2f-8a57-1f0a1b2c3d4f}';
const REPOSITORY = '{7d5f2d1c-9d6a-4d2f-8a57-1f0a1b2c3d50}';

const issuer = (host: string, more: object) => ({
  issuer: `https://${host}`,
  keys: `https://${host}/keys`,
  algorithms: ['RS256'],
  ...more,
});

/** A configuration of a company that the standard seed knows nothing of. */
const content = {
  workspaces: [{ slug: 'initech', uuid: OWN }],
  accounts: [{ alias: 'default', id: '730335287361', region: 'eu-west-1', boundaryPolicy: 'b' }],
  issuers: [
    issuer('sso.initech.example', {
      kind: 'person',
      audience: 'api://rolewright',
      idClaim: 'oid',
      groupsClaim: 'roles',
      match: { 'realm.kind': ['staff', 'contractor'] },
      require: { idtyp: 'user' },
    }),
    issuer('machines.initech.example', { kind: 'service', clientId: 'rolewright', match: { env: 'prod' } }),
  ],
  people: [{ id: 'p-17', email: 'peter@initech.example', groups: ['platform'] }],
  ownership: [
    { project: { workspace: 'initech', key: 'TPS', uuid: PROJECT }, owns: { any: ['tps-*'] } },
    { repository: { workspace: 'initech', slug: 'reports', uuid: REPOSITORY }, owns: { any: ['reports'] } },
  ],
};

const parsed = parseConfiguration(content);
if (!parsed.ok) throw new Error(parsed.problem.join('\n'));
const configuration = parsed.value;

test("the local stack's own configuration has the standard seed", () => {
  expect(seedFor(readConfiguration(sourceOfStage(ROOT, 'sandbox')))).toEqual(seed);
});

test('Slack’s stand-in has the team, channels and people that a configuration names', () => {
  const own = {
    slack: {
      team: 'T0INITECH',
      approversChannel: 'C0LUMBERGH',
      channels: [{ channel: 'C0TPS' }],
      userGroups: [{ id: 'S0TPS' }],
    },
    projects: [{ approversChannel: 'C0MILTON' }, {}],
    people: [{ id: 'p-17', email: 'peter@initech.example', slack: 'T0INITECH/U0PETER' }, { id: 'p-18' }],
  };
  const { team, channels, users, userGroups } = slackSeedFor(own);
  expect(userGroups.at(-1)).toEqual({ id: 'S0TPS', handle: 's0tps', users: [] });
  expect(team.id).toBe('T0INITECH');
  expect(channels.map(({ id }) => id)).toEqual(expect.arrayContaining(['C0LUMBERGH', 'C0TPS', 'C0MILTON']));
  expect(users.at(-1)).toMatchObject({ id: 'U0PETER', name: 'peter', email: 'peter@initech.example' });
  const standard = readConfiguration(sourceOfStage(ROOT, 'sandbox'));
  expect(slackSeedFor(standard)).toEqual({
    team: slackSeed.team,
    users: slackSeed.users,
    userGroups: slackSeed.userGroups,
    channels: slackSeed.channels,
  });
});

test.each(['sandbox', 'prod'])('settings of stage %s as shipped can be tried', (stage) => {
  const { workspaces, issuers } = seedFor(readConfiguration(sourceOfStage(ROOT, stage)));
  for (const { projects, repositories } of workspaces) {
    expect(repositories.map(({ projectKey }) => projectKey)).toEqual(
      expect.arrayContaining(projects.map(({ key }) => key)),
    );
  }
  expect(issuers.length).toBeGreaterThan(0);
});

describe('a configuration of one’s own', () => {
  let dir: string;
  let sandbox: BitbucketSandbox;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'seed-'));
    sandbox = await startBitbucketSandbox({ port: 0, dir, seed: seedFor(configuration) });
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(dir, { recursive: true });
  });

  const token = async (kind: 'person' | 'service', body: object): Promise<string> => {
    const response = await fetch(`${sandbox.url}/sandbox/${kind}-token`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return ((await response.json()) as { token: string }).token;
  };

  const verify = (text: string) => {
    const clock = { now: () => Date.now() as never, sleep: async () => undefined };
    const keys = {
      bitbucket: () => `${sandbox.url}/nowhere`,
      company: ({ issuer: url }: { issuer: string }) =>
        `${sandbox.url}/sandbox/issuers/${new URL(url).host}/keys.json`,
    };
    return tokenVerifier(configuration, keys, clock).verify(text);
  };

  test('finds its workspaces, projects and repositories in Bitbucket’s stand-in', async () => {
    const headers = { authorization: 'Bearer sandbox-token-initech' };
    const listed = await fetch(`${sandbox.url}/2.0/repositories/initech`, { headers });
    const { values } = (await listed.json()) as { values: { uuid: string; slug: string; project: object }[] };
    expect(values.map(({ uuid, slug }) => [slug, slug === 'reports' ? uuid : 'any'])).toEqual([
      ['reports', REPOSITORY],
    ]);
    expect(values[0]?.project).toMatchObject({ key: 'TPS', uuid: PROJECT });
  });

  test('is verified tokens that its entries take, of people and services', async () => {
    const person = await token('person', { email: 'Peter@initech.example' });
    expect(decodeJwt(person)).toMatchObject({
      ...{ iss: 'https://sso.initech.example', aud: 'api://rolewright', oid: 'p-17', idtyp: 'user' },
      ...{ roles: ['platform'], realm: { kind: 'staff' } },
    });
    const service = await token('service', { name: 'nightly' });
    expect(await verify(person)).toMatchObject({
      ok: true,
      value: { principal: { kind: 'person', id: 'p-17' } },
    });
    expect(await verify(service)).toMatchObject({
      ok: true,
      value: { principal: { kind: 'service', id: 'nightly' } },
    });
  });

  test('that gains a workspace and a project finds them at the next start, beside what was there', async () => {
    await sandbox.close();
    const more = structuredClone(content);
    more.workspaces.push({ slug: 'acme', uuid: seed.workspaces[0]?.uuid ?? '' });
    more.ownership.push({
      project: { workspace: 'initech', key: 'NEW', uuid: OWN.replace('7d', '8d') },
      owns: { any: ['new-*'] },
    });
    const edited = parseConfiguration(more);
    if (!edited.ok) throw new Error(edited.problem.join('\n'));
    sandbox = await startBitbucketSandbox({ port: 0, dir, seed: seedFor(edited.value) });
    const state = JSON.parse(readFileSync(join(dir, 'bitbucket.json'), 'utf8')) as {
      workspaces: { slug: string; repositories: { slug: string }[] }[];
    };
    expect(
      state.workspaces.map(({ slug, repositories }) => [slug, repositories.map((one) => one.slug)]),
    ).toEqual([
      ['initech', ['reports', 'new-example']],
      ['acme', ['shop', 'web', 'api']],
    ]);
  });

  test('is not mixed with a file of an older shape', async () => {
    const old = mkdtempSync(join(tmpdir(), 'seed-old-'));
    writeFileSync(join(old, 'bitbucket.json'), JSON.stringify({ version: 1, workspaces: [], keys: {} }));
    await expect(startBitbucketSandbox({ port: 0, dir: old })).rejects.toThrow(
      'is not a state of this sandbox',
    );
    rmSync(old, { recursive: true });
  });
});

describe('the accounts that a configuration opens can be tried on the local stack:', () => {
  const ENVIRONMENTS = ['{7d5f2d1c-9d6a-4d2f-8a57-1f0a1b2c3d51}', '{7d5f2d1c-9d6a-4d2f-8a57-1f0a1b2c3d52}'];
  const opened = (workspace: string, key: string, uuid: string) => ({
    workspace,
    key,
    uuid,
    accounts: ['default', 'staging'],
    environments: { staging: ENVIRONMENTS, default: ENVIRONMENTS.slice(0, 1) },
  });
  const seedOf = (over: object) => {
    const staging = {
      alias: 'staging',
      id: '444455556666',
      region: 'eu-west-1',
      boundaryPolicy: 'b',
      provisionerRole: 'arn:aws:iam::444455556666:role/rolewright-spoke',
      externalId: 'staging',
    };
    const made = parseConfiguration({ ...content, accounts: [...content.accounts, staging], ...over });
    if (!made.ok) throw new Error(made.problem.join('\n'));
    return seedFor(made.value).workspaces;
  };

  test('a project that only `projects` names exists, with the environments that are pinned', () => {
    const lone = '{7d5f2d1c-9d6a-4d2f-8a57-1f0a1b2c3d60}';
    const [workspace] = seedOf({ projects: [opened('initech', 'LONE', lone)] });
    expect(workspace?.projects).toContainEqual({ key: 'LONE', uuid: lone, name: 'LONE' });
    const repository = workspace?.repositories.find(({ projectKey }) => projectKey === 'LONE');
    const pinned = repository?.environments.filter(({ uuid }) => ENVIRONMENTS.includes(uuid));
    expect(pinned).toEqual([
      { name: 'Pinned staging 1', uuid: ENVIRONMENTS[0], type: 'Staging' },
      { name: 'Pinned staging 2', uuid: ENVIRONMENTS[1], type: 'Staging' },
    ]);
    const all = workspace?.repositories.flatMap(({ environments }) => environments.map(({ uuid }) => uuid));
    expect(new Set(all).size).toBe(all?.length);
  });

  test('a project of the standard seed has the UUID of the configuration, by which rules are matched', () => {
    const [acme] = seed.workspaces;
    const [workspace] = seedOf({
      workspaces: [{ slug: acme?.slug, uuid: acme?.uuid }],
      projects: [opened('acme', 'SHOP', PROJECT)],
      ownership: [],
    });
    expect(workspace?.projects.find(({ key }) => key === 'SHOP')?.uuid).toBe(PROJECT);
    const shop = workspace?.repositories.find(({ slug }) => slug === 'shop');
    expect(shop?.environments.map(({ uuid }) => uuid)).toEqual(expect.arrayContaining(ENVIRONMENTS));
  });
});
