import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { accountIam } from '../../../adapters/aws/account-iam.ts';
import { spokeSession, stsClient } from '../../../adapters/aws/spoke-session.ts';
import { passThrough } from '../../../adapters/outgoing.ts';
import { providerArn } from '../../../domain/bitbucket/oidc.ts';
import { type Account, boundaryArn, findAccount, isSpoke } from '../../../domain/shared/account.ts';
import type { IamScope } from '../../../domain/use-cases/provisioning/iam.ts';
import { type AwsSandbox, startAwsSandbox } from '../../../sandbox/aws/server.ts';
import { accountSeeds } from '../../../sandbox/infrastructure.ts';
import { role as hubRole } from '../../support/adapters/aws.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { grantIdNumber } from '../../support/adapters/events.ts';
import { configurationContent, configurationOf, present } from '../../support/domain/samples.ts';
import { asEpoch } from '../../support/identifiers.ts';

const NOW = Date.parse('2026-11-23T09:00:00.000Z');
const SPOKE = '444455556666';
const content = configurationContent();
const accounts = (over: object = {}) =>
  configurationOf({
    ...content,
    accounts: [
      ...content.accounts,
      {
        alias: 'staging',
        id: SPOKE,
        region: 'eu-west-1',
        boundaryPolicy: 'rolewright-boundary',
        provisionerRole: `arn:aws:iam::${SPOKE}:role/rolewright-spoke`,
        externalId: 'the-external-id',
        ...over,
      },
    ],
  });
const clock = { now: () => asEpoch(NOW), sleep: async () => {} };
const ofSpoke = (over: object = {}) => {
  const account = present(findAccount(accounts(over).accounts, 'staging'));
  if (!isSpoke(account)) throw new Error('staging is a spoke');
  return account;
};
const scopeOf = (account: Account, over: Partial<IamScope> = {}): IamScope => ({
  account,
  grantId: grantIdNumber(1),
  roleName: hubRole.name,
  providerArn: providerArn(account, 'acme'),
  deadline: asEpoch(NOW + 30_000),
  ...over,
});
const role = {
  ...hubRole,
  arn: hubRole.arn.replace('111122223333', SPOKE),
  boundaryArn: boundaryArn(ofSpoke()),
};

type Call = { service: string; action: string; status: number; parameters: Record<string, string> };
let sandbox: AwsSandbox;
let dir: string;
let admin: IAMClient;
const iamOf = (scope: IamScope) => accountIam(accounts().accounts, clock, passThrough)(scope);
const calls = async (service?: string): Promise<Call[]> => {
  const { items } = (await (await fetch(`${sandbox.url}/sandbox/calls`)).json()) as { items: Call[] };
  return items.filter((call) => service === undefined || call.service === service);
};
const arm = (fault: object) =>
  fetch(`${sandbox.url}/sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'spoke-'));
  sandbox = await startAwsSandbox({
    port: 0,
    dir,
    ...accountSeeds(process.cwd(), accounts(), 'rolewright-sandbox'),
    resolveIssuer: () => undefined,
    now: () => NOW,
  });
  useAwsEnvironment({ iam: sandbox.url, sts: sandbox.url });
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

describe('a run in a spoke', () => {
  test('has one session, named after the grant, of 900 seconds, for the grant’s role and provider', async () => {
    const account = ofSpoke();
    const iam = iamOf(scopeOf(account));
    expect(await calls()).toEqual([]);
    expect(await iam.createRole(role)).toMatchObject({ outcome: 'created' });
    expect((await iam.findRole(role.name))?.path).toBe('/rolewright/');
    await iam.roleQuota();
    const assumed = await calls('sts');
    expect(assumed.map(({ action, parameters: { Policy, ...rest } }) => ({ action, ...rest }))).toEqual([
      {
        action: 'AssumeRole',
        RoleArn: account.provisionerRole,
        RoleSessionName: grantIdNumber(1),
        ExternalId: 'the-external-id',
        DurationSeconds: '900',
      },
    ]);
    const policy = assumed[0]?.parameters.Policy ?? '';
    expect(policy.length).toBeLessThan(1000);
    expect(JSON.parse(policy).Statement[0].Resource).toEqual([
      role.arn,
      `arn:aws:iam::${SPOKE}:role/${role.name}`,
      providerArn(account, 'acme'),
    ]);
  });

  test('shares its session with no other run, not even of the same grant', async () => {
    const account = ofSpoke();
    const every = accountIam(accounts().accounts, clock, passThrough);
    await Promise.all(
      [1, 1, 2].map((n) => every(scopeOf(account, { grantId: grantIdNumber(n) })).roleQuota()),
    );
    const names = (await calls('sts')).map(({ parameters }) => parameters.RoleSessionName);
    expect(names.sort()).toEqual([1, 1, 2].map(grantIdNumber).sort());
  });

  test('reaches no role but its own, whatever the spoke’s role may do', async () => {
    const account = ofSpoke();
    await iamOf(scopeOf(account)).createRole(role);
    const other = iamOf(scopeOf(account, { roleName: 'rw-other-s3-static-site-aaaaaaaaaaaa' }));
    await expect(other.putTrustPolicy(role.name, role.trustPolicy)).rejects.toMatchObject({ code: 'DENIED' });
    await expect(other.deleteRole(role.name)).rejects.toMatchObject({ code: 'DENIED' });
    const pattern = iamOf(
      scopeOf(account, { roleName: `rw-*-${role.name.slice(-12)}`, providerArn: undefined }),
    );
    expect(await pattern.findRole(role.name)).toBeDefined();
  });

  test('opens no session in the hub', async () => {
    const hub = present(findAccount(accounts().accounts, undefined));
    await iamOf(scopeOf(hub)).roleQuota();
    expect(await calls('sts')).toEqual([]);
  });
});

describe('a spoke that cannot be reached', () => {
  const failing = async (account = ofSpoke()) => {
    const iam = iamOf(scopeOf(account));
    const failure = await iam.createRole(role).catch((error: unknown) => error);
    expect(failure).toMatchObject({ problemCode: 'ACCOUNT_UNREACHABLE', certain: true });
    expect(await calls('iam')).toEqual([]);
    return (failure as Error).message;
  };

  test.each<[string, () => Promise<unknown> | object]>([
    [
      'a role that is missing',
      async () => {
        await admin.send(new DeleteRolePolicyCommand({ RoleName: 'rolewright-spoke', PolicyName: 'spoke' }));
        await admin.send(new DeleteRoleCommand({ RoleName: 'rolewright-spoke' }));
        await fetch(`${sandbox.url}/sandbox/calls`, { method: 'DELETE' });
      },
    ],
    ['another external id', () => ({ externalId: 'Another-external-id' })],
    ['a refusal', () => arm({ match: 'AssumeRole', effect: 'forbid' })],
  ])('for %s says what to do about each cause', async (_, break_) => {
    const over = (await break_()) as object | undefined;
    const message = await failing(ofSpoke(over && 'externalId' in over ? over : {}));
    expect(message).toContain('Account staging (444455556666) cannot be reached.');
    expect(message).toContain(
      'If the role does not exist, deploy infrastructure/spoke.yml in account 444455556666.',
    );
    expect(message).toContain('compare the ExternalId of its stack with externalId in the configuration');
    expect(message).toContain('compare HubAccount, Stage and OrganizationId');
    expect(message).not.toMatch(/external-id|arn:/i);
  });

  test.each(['throttle', 'error', 'drop'])(
    'for STS’s own fault %s says to repeat, after the SDK’s retries',
    async (effect) => {
      await arm({ match: 'AssumeRole', effect, times: 10 });
      expect(await failing()).toMatch(/STS did not answer \(\w+\)\. Repeat the request in a minute\./);
      expect(await calls('sts')).toHaveLength(3);
    },
  );

  test('is met once in a run', async () => {
    await arm({ match: 'AssumeRole', effect: 'forbid', times: 10 });
    const iam = iamOf(scopeOf(ofSpoke()));
    for (let call = 0; call < 3; call += 1) {
      await expect(iam.findRole(role.name)).rejects.toMatchObject({ problemCode: 'ACCOUNT_UNREACHABLE' });
    }
    expect(await calls('sts')).toHaveLength(1);
  });

  test('is not looked for when there is no time left', async () => {
    const iam = iamOf(scopeOf(ofSpoke(), { deadline: asEpoch(NOW) }));
    await expect(iam.roleQuota()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await calls()).toEqual([]);
  });

  test.each([
    `arn:aws:sts::999999999999:assumed-role/rolewright-spoke/gr_x`,
    `arn:aws-cn:sts::${SPOKE}:assumed-role/rolewright-spoke/gr_x`,
    `arn:aws:iam::${SPOKE}:role/rolewright-spoke`,
    undefined,
  ])('is one whose session is %s: nothing is written with it', async (arn) => {
    const sts = stsClient('eu-central-1');
    const mock = mockClient(sts as unknown as STSClient);
    const given = { AccessKeyId: 'a', SecretAccessKey: 'b', SessionToken: 'c', Expiration: new Date(NOW) };
    mock
      .on(AssumeRoleCommand)
      .resolves({ Credentials: given, AssumedRoleUser: { AssumedRoleId: 'x', Arn: arn } });
    const open = spokeSession({ sts, clock }, { ...scopeOf(ofSpoke()), account: ofSpoke() });
    await expect(open()).rejects.toMatchObject({
      problemCode: 'ACCOUNT_UNREACHABLE',
      message: expect.stringContaining('Correct id and provisionerRole in the configuration.'),
    });
    mock.restore();
  });
});

test('IAM’s own fault behind the session is no unreachable account', async () => {
  await arm({ match: 'CreateRole', effect: 'forbid' });
  const failure = await iamOf(scopeOf(ofSpoke()))
    .createRole(role)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ system: 'IAM', code: 'DENIED', problemCode: undefined });
});

test('a spoke without its boundary gets no role, and the answer says what to deploy', async () => {
  await admin.send(new DeletePolicyCommand({ PolicyArn: role.boundaryArn }));
  const failure = await iamOf(scopeOf(ofSpoke()))
    .createRole(role)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'REJECTED',
    certain: true,
    message: `The permissions boundary rolewright-boundary does not exist in account ${SPOKE}, and no role is created without it. Deploy the stack of the account again: infrastructure/spoke.yml, or Rolewright itself where it runs there.`,
  });
});
