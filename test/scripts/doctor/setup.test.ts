import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeParametersCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readConfiguration } from '../../../adapters/settings/files.ts';
import { sourceOfStage } from '../../../adapters/settings/source.ts';
import { seedFor } from '../../../sandbox/bitbucket/seed-for.ts';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';
import { slackSeed } from '../../../sandbox/slack/seed.ts';
import { type SlackSandbox, startSlackSandbox } from '../../../sandbox/slack/server.ts';
import { clockFinding } from '../../../scripts/doctor/clock.ts';
import { diagnoseIssuers } from '../../../scripts/doctor/issuers.ts';
import { diagnoseParameters } from '../../../scripts/doctor/parameters.ts';
import { diagnoseSlack } from '../../../scripts/doctor/slack.ts';
import type { Finding } from '../../../scripts/finding.ts';

const configuration = readConfiguration(sourceOfStage(join(import.meta.dirname, '../../..'), 'sandbox'));
const dir = mkdtempSync(join(tmpdir(), 'rolewright-doctor-'));
let bitbucket: BitbucketSandbox;
let slack: SlackSandbox;
beforeAll(async () => {
  bitbucket = await startBitbucketSandbox({ port: 0, dir, seed: seedFor(configuration) });
  slack = await startSlackSandbox({ port: 0, dir });
});
afterAll(async () => {
  await Promise.all([bitbucket.close(), slack.close()]);
  rmSync(dir, { recursive: true });
});

const wrong = (findings: readonly Finding[]) => findings.filter(({ isGood }) => !isGood);
const company = configuration.issuers.filter(({ issuer }) => issuer.includes('acme.example'));
const issuers = (over: Partial<Parameters<typeof diagnoseIssuers>[0]> = {}, sandboxUrl = bitbucket.url) =>
  diagnoseIssuers(
    { workspaces: configuration.workspaces, issuers: company, ...over },
    { sandboxUrl, sandboxAwsUrl: undefined },
  );

describe('OpenID Connect and the keys of issuers', () => {
  test('are right where nothing is wrong', async () => {
    const findings = await issuers();
    expect(wrong(findings)).toEqual([]);
    expect(findings.length).toBe(configuration.workspaces.length * 2 + company.length);
  });

  test('of a workspace that Bitbucket does not know: one step has to run', async () => {
    const [acme] = configuration.workspaces;
    const workspaces = acme ? [{ ...acme, slug: 'nowhere' }] : [];
    expect(wrong(await issuers({ workspaces }))[0]).toMatchObject({
      about: 'nowhere: Pipelines has OpenID Connect',
      remedy: expect.stringContaining('oidc: true'),
    });
  });

  test('of an issuer that publishes none where the configuration says: correct keys', async () => {
    const [known] = company;
    const unknown = known ? [{ ...known, issuer: 'https://elsewhere.example' }] : [];
    expect(wrong(await issuers({ issuers: unknown }))).toMatchObject([
      { remedy: expect.stringMatching(/no keys.*jwks_uri of https:\/\/elsewhere\.example/) },
    ]);
  });

  test('where nothing answers', async () => {
    expect(wrong(await issuers({}, 'http://127.0.0.1:9')).length).toBeGreaterThan(3);
  });
});

const MANIFEST = ['commands', 'chat:write', 'channels:read', 'groups:read'];

describe('Slack', () => {
  const settings = {
    team: slackSeed.team.id,
    approversChannel: slackSeed.channels[0]?.id ?? '',
    channels: [],
    emailLookup: false,
    userGroups: [],
  } as unknown as Parameters<typeof diagnoseSlack>[0];
  const look = (over: object = {}, token: string | undefined = slackSeed.botToken) =>
    diagnoseSlack({ ...settings, ...over } as typeof settings, { token, url: slack.url });

  test('is right where nothing is wrong', async () => {
    const findings = await look();
    expect(wrong(findings)).toEqual([]);
    expect(findings).toHaveLength(3);
  });

  test.each<[string, object, string | undefined, RegExp]>([
    ['a refused token', {}, 'xoxb-a-secret', /invalid_auth.*store its token/],
    ['another workspace', { team: 'T0OTHER' }, slackSeed.botToken, /not of T0OTHER.*slack\.team/],
    [
      'an unknown channel',
      { approversChannel: 'C0NOWHERE' },
      slackSeed.botToken,
      /channel_not_found.*invite/,
    ],
  ])('%s is told, with what to do, and no secret', async (_, over, token, remedy) => {
    const found = wrong(await look(over, token));
    expect(found).toMatchObject([{ remedy: expect.stringMatching(remedy) }]);
    expect(JSON.stringify(found)).not.toMatch(/a-secret|slack-sandbox-token/);
  });

  test.each<[string, object, string[], string | undefined]>([
    ['what every app needs', {}, ['commands', 'chat:write', 'channels:read'], 'groups:read'],
    ['what finds users by email', { emailLookup: true }, [...MANIFEST, 'users:read'], 'users:read.email'],
    ['what reads user groups', { userGroups: [{}] }, MANIFEST, 'usergroups:read'],
    ['nothing that is not configured', {}, MANIFEST, undefined],
  ])('an app must have the scopes of %s', async (_, over, scopes, missing) => {
    const folder = mkdtempSync(join(tmpdir(), 'rolewright-doctor-'));
    const other = await startSlackSandbox({ port: 0, dir: folder, seed: { ...slackSeed, scopes } });
    const asked = { token: slackSeed.botToken, url: other.url };
    const found = wrong(await diagnoseSlack({ ...settings, ...over } as typeof settings, asked));
    await other.close();
    rmSync(folder, { recursive: true });
    expect(found.map(({ remedy }) => remedy)).toEqual(
      missing === undefined ? [] : [expect.stringContaining(`It lacks ${missing}.`)],
    );
  });

  test('without a token is not checked, and red', async () => {
    const found = await diagnoseSlack(settings, { token: undefined, url: slack.url });
    expect(wrong(found)).toMatchObject([{ remedy: expect.stringContaining('SLACK_BOT_TOKEN') }]);
  });
});

describe('stored parameters', () => {
  const ssm = mockClient(SSMClient);
  beforeEach(() => {
    ssm.on(DescribeParametersCommand).resolves({ Parameters: [] });
  });
  afterEach(() => {
    ssm.reset();
  });
  afterAll(() => {
    ssm.restore();
  });
  const notFound = Object.assign(new Error('no'), { name: 'ParameterNotFound' });
  const look = (isDeployed = true, encryptionKey?: string) =>
    diagnoseParameters(configuration, { stage: 'prod', region: 'eu-central-1', isDeployed, encryptionKey });
  const store = (...missing: string[]) => {
    ssm.on(GetParameterCommand).callsFake(({ Name }: { Name: string }) => {
      if (missing.some((name) => Name.endsWith(name)) || Name.endsWith('/frozen')) throw notFound;
      return { Parameter: { Name, Type: 'SecureString', Value: 'a-secret' } };
    });
  };

  test('are right where all are there and the installation is not frozen; no value is decrypted', async () => {
    store();
    expect(wrong(await look())).toEqual([]);
    const asked = ssm.commandCalls(GetParameterCommand).map(({ args }) => args[0].input);
    expect(asked.every(({ WithDecryption }) => WithDecryption === false)).toBe(true);
    expect(asked.map(({ Name }) => Name)).toContain('/rolewright/prod/cursor-keys');
  });

  test.each(['bitbucket/acme', 'cursor-keys', 'webhook-secret/globex', 'slack-signing-secret'])(
    '%s is missed, with where it is described',
    async (name) => {
      store(`/${name}`);
      expect(wrong(await look())).toMatchObject([
        {
          about: `the parameter /rolewright/prod/${name} is stored`,
          remedy: expect.stringContaining('docs/'),
        },
      ]);
    },
  );

  test('before the first deployment the secrets of webhooks are not missed, which are stored after it', async () => {
    store('/webhook-secret/acme', '/webhook-secret/globex');
    expect(wrong(await look(false))).toEqual([]);
    expect(wrong(await look(true))).toHaveLength(2);
  });

  test('one that is not encrypted, or cannot be read, is wrong', async () => {
    ssm.on(GetParameterCommand).callsFake(({ Name }: { Name: string }) => {
      if (Name.endsWith('/frozen')) throw notFound;
      if (Name.endsWith('cursor-keys')) return { Parameter: { Type: 'String' } };
      throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    });
    const remedies = wrong(await look()).map(({ remedy }) => remedy);
    expect(remedies).toContainEqual(expect.stringContaining('It is String'));
    expect(remedies).toContainEqual(expect.stringContaining('AccessDeniedException'));
  });

  const NAME = '/rolewright/prod/cursor-keys';
  const ID = '0a1b2c3d-0000-4000-8000-000000000000';
  const KEY = `arn:aws:kms:eu-central-1:111122223333:key/${ID}`;
  const underKey = (KeyId: string) => {
    store();
    ssm
      .on(DescribeParametersCommand)
      .resolvesOnce({ Parameters: [], NextToken: 'more' })
      .resolves({ Parameters: [{ Name: NAME, Type: 'SecureString', KeyId }] });
  };

  test.each<[string, string | undefined]>([
    ['alias/aws/ssm', undefined],
    ['arn:aws:kms:eu-central-1:111122223333:alias/aws/ssm', KEY],
    [KEY, KEY],
    [ID, KEY],
  ])('under %s are right where encryptionKey is %s', async (keyId, encryptionKey) => {
    underKey(keyId);
    expect((await look(true, encryptionKey)).filter((one) => !one.isGood || one.isWarning)).toEqual([]);
  });

  test.each<[string, string | undefined]>([
    [KEY, undefined],
    ['alias/other', undefined],
    [`${KEY.slice(0, -1)}1`, KEY],
    [ID.slice(1), KEY],
  ])(
    'under %s are wrong where encryptionKey is %s: the functions may not decrypt',
    async (keyId, encryptionKey) => {
      underKey(keyId);
      expect(wrong(await look(true, encryptionKey))).toMatchObject([
        {
          about: `the parameter ${NAME} is stored`,
          remedy: expect.stringContaining(`It is encrypted by ${keyId}, which the functions may not use.`),
        },
      ]);
    },
  );

  test('under an alias may be right where encryptionKey is given, and who may not ask is told so', async () => {
    const warnings = async () => (await look(true, KEY)).filter(({ isWarning }) => isWarning);
    underKey('alias/rolewright');
    expect(await warnings()).toMatchObject([{ remedy: expect.stringContaining(`an alias of ${KEY}`) }]);
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    ssm.on(DescribeParametersCommand).rejects(denied);
    expect(await warnings()).toMatchObject([{ remedy: expect.stringContaining('ssm:DescribeParameters') }]);
    expect(wrong(await look())).toEqual([]);
  });

  test('a frozen installation is red: nothing is granted', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Type: 'SecureString' } });
    expect(wrong(await look())).toMatchObject([
      { remedy: expect.stringContaining('npm run thaw -- --stage prod') },
    ]);
  });
});

test.each<[string | null, boolean, RegExp | undefined]>([
  ['Sun, 29 Nov 2026 09:00:30 GMT', true, undefined],
  ['Sun, 29 Nov 2026 09:05:00 GMT', false, /300 seconds behind/],
  ['Sun, 29 Nov 2026 08:50:00 GMT', false, /600 seconds ahead/],
  [null, true, /Not checked/],
])('a clock against an answer of %s: right is %s', (date, isGood, remedy) => {
  const found = clockFinding(date, Date.parse('2026-11-29T09:00:00Z'));
  expect(found.isGood).toBe(isGood);
  expect(found.remedy ?? '').toMatch(remedy ?? /^$/);
});
