import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { issuerOf } from '../../domain/bitbucket/oidc.ts';
import { type AwsSandbox, startAwsSandbox } from '../../sandbox/aws/server.ts';
import { accountSeeds } from '../../sandbox/infrastructure.ts';
import { accountAccess, diagnoseAccounts } from '../../scripts/accounts/diagnose.ts';
import { hubRoles } from '../../scripts/accounts/hub-roles.ts';
import { ROOT } from '../support/arch/infrastructure.ts';

const configuration = readConfiguration(sourceOfStage(process.cwd(), 'sandbox'));
const SPOKE = '444455556666';
const [HUB] = configuration.accounts;
if (!HUB) throw new Error('the configuration has a hub');
const TRUSTED = hubRoles(ROOT, { ...HUB, stage: 'prod' });
let sandbox: AwsSandbox;
let dir: string;
let admin: IAMClient;
/** Where Bitbucket's discovery document is; undefined where it has none. */
let issuer: string | undefined;
beforeEach(async () => {
  issuer = undefined;
  dir = mkdtempSync(join(tmpdir(), 'doctor-accounts-'));
  sandbox = await startAwsSandbox({
    port: 0,
    dir,
    ...accountSeeds(process.cwd(), configuration, 'rolewright-sandbox'),
    resolveIssuer: () => issuer,
  });
  admin = new IAMClient({
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: SPOKE, secretAccessKey: 'x' },
  });
  await trust(TRUSTED);
});
afterEach(async () => {
  admin.destroy();
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

/** Has the roles of the spoke trust these roles, where the local stack's seed has its administrator. */
async function trust({ provisioner, reconciler }: typeof TRUSTED): Promise<void> {
  for (const [RoleName, arn] of [
    ['rolewright-spoke', provisioner],
    ['rolewright-spoke-reader', reconciler],
  ]) {
    const { Role: role } = await admin.send(new GetRoleCommand({ RoleName }));
    const document = decodeURIComponent(role?.AssumeRolePolicyDocument ?? '');
    const PolicyDocument = document.replace(/arn:aws:iam::[^"]+/, arn ?? '');
    await admin.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  }
}

const findings = (over: object = {}) => {
  const [hub, spoke] = configuration.accounts;
  const accounts = [hub, { ...spoke, ...over }] as typeof configuration.accounts;
  return diagnoseAccounts({ ...configuration, accounts }, TRUSTED, {
    endpoint: sandbox.url,
    credentials: 'account id',
  });
};
const faulty = async (over: object = {}) => (await findings(over)).filter(({ isGood }) => !isGood);

describe('the doctor of accounts', () => {
  test('finds boundary, room and role of the seed sound', async () => {
    expect(await findings()).toEqual([
      { about: 'account default: the permissions boundary rolewright-boundary exists', isGood: true },
      { about: 'account default: holds 0 of 1000 roles, and Rolewright stops at 80 %', isGood: true },
      { about: 'account staging: the permissions boundary rolewright-boundary exists', isGood: true },
      { about: 'account staging: holds 2 of 1000 roles, and Rolewright stops at 80 %', isGood: true },
      { about: 'account staging: the role rolewright-spoke can be assumed by Rolewright', isGood: true },
      {
        about: 'account staging: the role rolewright-spoke-reader can be assumed by Rolewright',
        isGood: true,
      },
    ]);
  });

  test('says what to do about a wrong external id', async () => {
    expect(await faulty({ externalId: 'another' })).toEqual(
      ['rolewright-spoke', 'rolewright-spoke-reader'].map((name) => ({
        about: `account staging: the role ${name} can be assumed by Rolewright`,
        isGood: false,
        remedy: 'Its ExternalId is another than externalId in the configuration: make them equal.',
      })),
    );
  });

  test.each([
    ['another stage', (arn: string) => arn.replace('-prod-', '-dev-')],
    ['a stage whose name ends alike', (arn: string) => arn.replace('-prod-', '-eu-prod-')],
    ['another account', (arn: string) => arn.replace('111122223333', '999999999999')],
    ['another path', (arn: string) => arn.replace('role/', 'role/platform/')],
    ['the whole account', () => 'arn:aws:iam::111122223333:root'],
  ])('misses the hub’s own roles where those of %s are trusted', async (_, other) => {
    const { provisioner, reconciler } = TRUSTED;
    await trust({ provisioner: other(provisioner), reconciler: other(reconciler) });
    const remedies = (await faulty()).map(({ remedy }) => remedy);
    expect(remedies).toEqual([
      expect.stringContaining(`does not name ${provisioner}: correct HubAccount, HubRoles and Stage`),
      expect.stringContaining(`does not name ${reconciler}: correct HubAccount, HubRoles and Stage`),
    ]);
  });

  test('tells the provisioner’s role from the reconciler’s', async () => {
    await trust({ provisioner: TRUSTED.reconciler, reconciler: TRUSTED.provisioner });
    expect(await faulty()).toHaveLength(2);
  });

  test('says what to do about a missing role', async () => {
    await admin.send(new DeleteRolePolicyCommand({ RoleName: 'rolewright-spoke', PolicyName: 'spoke' }));
    await admin.send(new DeleteRoleCommand({ RoleName: 'rolewright-spoke' }));
    expect((await faulty()).map(({ remedy }) => remedy)).toEqual([
      `There is no role arn:aws:iam::${SPOKE}:role/rolewright-spoke. Deploy infrastructure/spoke.yml in account ${SPOKE}.`,
    ]);
  });

  test('says what to do about a missing role to read by', async () => {
    const RoleName = 'rolewright-spoke-reader';
    await admin.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'reader' }));
    await admin.send(new DeleteRoleCommand({ RoleName }));
    expect((await faulty()).map(({ remedy }) => remedy)).toEqual([
      expect.stringContaining(`There is no role arn:aws:iam::${SPOKE}:role/${RoleName}.`),
    ]);
  });

  test('says what to do about a missing boundary, in that account only', async () => {
    await admin.send(
      new DeletePolicyCommand({ PolicyArn: `arn:aws:iam::${SPOKE}:policy/rolewright-boundary` }),
    );
    expect(await faulty()).toEqual([
      {
        about: 'account staging: the permissions boundary rolewright-boundary exists',
        isGood: false,
        remedy: `Deploy infrastructure/spoke.yml in account ${SPOKE}.`,
      },
    ]);
  });

  test('names an identity provider that is there without the audience of its workspace, and the command', async () => {
    const [acme] = configuration.workspaces;
    if (!acme) throw new Error('the configuration has a workspace');
    const bitbucket = createServer((_, response) => response.end('{}'));
    await new Promise<void>((resolve) => bitbucket.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(bitbucket.address() as AddressInfo).port}`;
    const about = `account staging: the identity provider of workspace ${acme.slug} takes its tokens`;
    const { OpenIDConnectProviderArn: arn = '' } = await admin.send(
      new CreateOpenIDConnectProviderCommand({
        Url: issuerOf(acme.slug),
        ClientIDList: ['other'],
      }),
    );
    bitbucket.close();
    const [found, ...others] = await faulty();
    expect([found?.about, others]).toEqual([about, []]);
    const [, provider, audience] =
      /add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn (\S+) --client-id (\S+)$/.exec(
        found?.remedy ?? '',
      ) ?? [];
    expect(provider).toBe(arn);
    await admin.send(
      new AddClientIDToOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: provider,
        ClientID: audience,
      }),
    );
    expect(await findings()).toContainEqual({ about, isGood: true });
  });

  test('warns of accounts for which there are no credentials, and fails none', async () => {
    const unchecked = await diagnoseAccounts(configuration, TRUSTED, { credentials: 'none' });
    expect(unchecked.map(({ about, isGood, isWarning }) => [about, isGood, isWarning])).toEqual([
      ['account default is not checked', true, true],
      ['account staging is not checked', true, true],
    ]);
    expect(unchecked[1]?.remedy).toContain('AWS_PROFILE=staging npm run doctor');
  });

  test('looks at the local stack on its port, and elsewhere only where credentials are named', () => {
    expect(accountAccess(true, { SANDBOX_AWS_PORT: '4999' })).toEqual({
      endpoint: 'http://127.0.0.1:4999',
      credentials: 'account id',
    });
    expect(accountAccess(false, {})).toEqual({ credentials: 'none' });
    expect(accountAccess(false, { AWS_PROFILE: 'staging' })).toEqual({ credentials: 'environment' });
  });

  test.each([
    'AWS_ACCESS_KEY_ID',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  ])('takes %s for named credentials', (name) => {
    expect(accountAccess(false, { [name]: 'given' })).toEqual({ credentials: 'environment' });
  });
});

describe('the roles of the hub that spokes trust', () => {
  const hub = { id: HUB.id, partition: 'aws' as const, stage: 'prod' };

  test('have the names of the service as it is shipped', () => {
    expect(hubRoles(ROOT, hub)).toEqual({
      provisioner: 'arn:aws:iam::111122223333:role/rolewright-prod-provisioner',
      reconciler: 'arn:aws:iam::111122223333:role/rolewright-prod-reconciler',
    });
  });

  test('have the path and prefix of their stage, before those of all stages', () => {
    const yaml = `service: acme-rolewright
params:
  default: { functionRolePath: /, functionRolePrefix: "" }
  prod: { functionRolePath: /platform/, functionRolePrefix: x- }
custom: { a: !Sub x }`;
    writeFileSync(join(dir, 'serverless.yml'), yaml);
    expect(hubRoles(dir, hub).provisioner).toBe(
      'arn:aws:iam::111122223333:role/platform/x-acme-rolewright-prod-provisioner',
    );
    expect(hubRoles(dir, { ...hub, stage: 'dev' }).reconciler).toBe(
      'arn:aws:iam::111122223333:role/acme-rolewright-dev-reconciler',
    );
  });
});
