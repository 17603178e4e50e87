import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { type AwsSandbox, startAwsSandbox } from '../../sandbox/aws/server.ts';
import { accountSeeds } from '../../sandbox/infrastructure.ts';
import { accountAccess, diagnoseAccounts } from '../../scripts/accounts/diagnose.ts';

const configuration = readConfiguration(sourceOfStage(process.cwd(), 'sandbox'));
const SPOKE = '444455556666';
let sandbox: AwsSandbox;
let dir: string;
let admin: IAMClient;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'doctor-accounts-'));
  sandbox = await startAwsSandbox({
    port: 0,
    dir,
    ...accountSeeds(process.cwd(), configuration, 'rolewright-sandbox'),
    resolveIssuer: () => undefined,
  });
  admin = new IAMClient({
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: SPOKE, secretAccessKey: 'x' },
  });
});
afterEach(async () => {
  admin.destroy();
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

const findings = (over: object = {}) => {
  const [hub, spoke] = configuration.accounts;
  const accounts = [hub, { ...spoke, ...over }] as typeof configuration.accounts;
  return diagnoseAccounts(
    { ...configuration, accounts },
    { endpoint: sandbox.url, credentials: 'account id' },
  );
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
    ]);
  });

  test('says what to do about a wrong external id', async () => {
    expect(await faulty({ externalId: 'another' })).toEqual([
      {
        about: 'account staging: the role rolewright-spoke can be assumed by Rolewright',
        isGood: false,
        remedy: 'Its ExternalId is another than externalId in the configuration: make them equal.',
      },
    ]);
  });

  test('says what to do about a missing role', async () => {
    await admin.send(new DeleteRolePolicyCommand({ RoleName: 'rolewright-spoke', PolicyName: 'spoke' }));
    await admin.send(new DeleteRoleCommand({ RoleName: 'rolewright-spoke' }));
    expect((await faulty()).map(({ remedy }) => remedy)).toEqual([
      `There is no role arn:aws:iam::${SPOKE}:role/rolewright-spoke. Deploy infrastructure/spoke.yml in account ${SPOKE}.`,
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

  test('warns of accounts for which there are no credentials, and fails none', async () => {
    const unchecked = await diagnoseAccounts(configuration, { credentials: 'none' });
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
