import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { awsRoleInventory } from '../../../adapters/aws/role-inventory.ts';
import { passThrough } from '../../../adapters/outgoing.ts';
import { providerArn } from '../../../domain/bitbucket/oidc.ts';
import { policyText } from '../../../domain/policy/document.ts';
import { type Account, boundaryArn, findAccount } from '../../../domain/shared/account.ts';
import type { PortError } from '../../../domain/shared/port-error.ts';
import { type AwsSandbox, startAwsSandbox } from '../../../sandbox/aws/server.ts';
import { accountSeeds } from '../../../sandbox/infrastructure.ts';
import { AUDIENCE, ISSUER, role } from '../../support/adapters/aws.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { startScriptedServer } from '../../support/adapters/http-server.ts';
import { configurationContent, configurationOf, present } from '../../support/domain/samples.ts';
import { asEpoch } from '../../support/identifiers.ts';

const NOW = Date.parse('2026-11-23T09:00:00.000Z');
const SPOKE = '444455556666';
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const content = configurationContent();
const configuration = configurationOf({
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
    },
  ],
});
const clock = { now: () => asEpoch(NOW), sleep: async () => {} };
const accountOf = (alias: string): Account => present(findAccount(configuration.accounts, alias));

type Call = { service: string; action: string; status: number; parameters: Record<string, string> };
let discovery: Awaited<ReturnType<typeof startScriptedServer>>;
let sandbox: AwsSandbox;
let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'role-inventory-'));
  discovery = await startScriptedServer();
  sandbox = await startAwsSandbox({
    port: 0,
    dir,
    now: () => NOW,
    resolveIssuer: () => discovery.url,
    ...accountSeeds(join(import.meta.dirname, '../../..'), configuration, 'rolewright-sandbox'),
  });
  useAwsEnvironment({ iam: sandbox.url, sts: sandbox.url });
});
afterEach(async () => {
  await sandbox.close();
  await discovery.close();
  rmSync(dir, { recursive: true });
});

const administrator = ({ id, region }: Account) =>
  new IAMClient({ region, credentials: { accessKeyId: id, secretAccessKey: 'local' } });

const make = async (account: Account, name: string, maxSessionDuration = 3600) => {
  const client = administrator(account);
  await client.send(
    new CreateRoleCommand({
      RoleName: name,
      Path: role.path,
      AssumeRolePolicyDocument: policyText(role.trustPolicy),
      PermissionsBoundary: boundaryArn(account),
      MaxSessionDuration: maxSessionDuration,
      Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  await client.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: 'permissions',
      PolicyDocument: policyText(role.permissionsPolicy),
    }),
  );
};

const inventoryOf = (account: Account, deadline = NOW + 30_000) =>
  awsRoleInventory(configuration.accounts, clock, passThrough)({ account, deadline: asEpoch(deadline) });

const failureOf = (promise: Promise<unknown>): Promise<PortError> =>
  promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: PortError) => error,
  );

describe.each(['default', 'staging'])('the inventory of account %s', (alias) => {
  const account = accountOf(alias);

  test('shows a role with its parsed documents, attached policies, boundary and tags', async () => {
    await make(account, role.name);
    await administrator(account).send(
      new AttachRolePolicyCommand({ RoleName: role.name, PolicyArn: ADMINISTRATOR }),
    );
    const { items, next } = await inventoryOf(account).roles(undefined);
    expect(next).toBeUndefined();
    expect(items.find(({ name }) => name === role.name)).toEqual({
      name: role.name,
      id: expect.stringMatching(/^AROA/),
      path: role.path,
      createdAt: '2026-11-23T09:00:00.000Z',
      trustPolicy: role.trustPolicy,
      boundaryArn: boundaryArn(account),
      tags: role.tags,
      inline: [{ name: 'permissions', document: role.permissionsPolicy }],
      attached: [ADMINISTRATOR],
    });
  });

  test('shows the session durations of the roles below the path, and of no other', async () => {
    await make(account, role.name, 7200);
    const { items, next } = await inventoryOf(account).durations(undefined);
    expect(items).toEqual([{ name: role.name, maxSessionDuration: 7200 }]);
    expect(next).toBeUndefined();
  });

  test('continues a list where the last part ended, and shows every role once', async () => {
    const names = Array.from({ length: 101 }, (_, n) => `rw-shop-${String(n).padStart(3, '0')}`);
    await Promise.all(names.map((name) => make(account, name)));
    const inventory = inventoryOf(account);
    const seen: string[] = [];
    let after: string | undefined;
    let calls = 0;
    do {
      const part = await inventory.roles(after);
      seen.push(...part.items.map(({ name }) => name));
      after = part.next;
      calls += 1;
    } while (after !== undefined);
    expect(seen.filter((name) => name.startsWith('rw-')).sort()).toEqual(names);
    expect(calls).toBe(2);
  });

  test('shows identity providers, and tells one that is not there', async () => {
    const arn = providerArn(account, 'acme');
    expect(await inventoryOf(account).findProvider(arn)).toBeUndefined();
    await administrator(account).send(
      new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: [AUDIENCE] }),
    );
    expect(await inventoryOf(account).findProvider(arn)).toEqual({ clientIds: [AUDIENCE] });
    expect(await inventoryOf(account).providerArns()).toEqual([arn]);
  });

  test('begins no call after its deadline', async () => {
    const error = await failureOf(inventoryOf(account, NOW).roles(undefined));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', certain: true });
  });

  test('refuses a position that IAM does not take', async () => {
    expect(await failureOf(inventoryOf(account).roles('nonsense'))).toMatchObject({ code: 'REJECTED' });
  });
});

describe('a spoke', () => {
  const spoke = accountOf('staging');
  const calls = async () => {
    const answer = await fetch(`${sandbox.url}/sandbox/calls`);
    return ((await answer.json()) as { items: Call[] }).items;
  };

  test('is read by one session of its reading role, narrowed to what is read', async () => {
    const inventory = inventoryOf(spoke);
    await inventory.roles(undefined);
    await inventory.durations(undefined);
    const assumed = (await calls()).filter(({ action }) => action === 'AssumeRole');
    expect(assumed.map(({ parameters }) => parameters)).toMatchObject([
      {
        RoleArn: `arn:aws:iam::${SPOKE}:role/rolewright-spoke-reader`,
        RoleSessionName: 'rolewright-reconciler',
        ExternalId: 'the-external-id',
        DurationSeconds: '900',
      },
    ]);
    const policy = assumed[0]?.parameters.Policy ?? '';
    expect(policy).not.toMatch(/"iam:(?!Get|List)/);
  });

  test('whose reading role cannot be assumed is unreachable, with the role in the sentence', async () => {
    const wrong = { ...spoke, externalId: 'another' };
    const error = await failureOf(inventoryOf(wrong).roles(undefined));
    expect(error).toMatchObject({ problemCode: 'ACCOUNT_UNREACHABLE' });
    expect(error.message).toMatch(/reconciler assume its role rolewright-spoke-reader/);
  });
});

test('a part that is cut and does not say where the next begins is no end', async () => {
  const iam = mockClient(IAMClient);
  iam.onAnyCommand().resolves({ IsTruncated: true, RoleDetailList: [], Roles: [] });
  const inventory = inventoryOf(accountOf('default'));
  expect(await failureOf(inventory.roles(undefined))).toMatchObject({ code: 'UNAVAILABLE' });
  expect(await failureOf(inventory.durations(undefined))).toMatchObject({ code: 'UNAVAILABLE' });
  iam.onAnyCommand().resolves({ RoleDetailList: [{ RoleName: 'rw-x' }] });
  expect(await failureOf(inventory.roles(undefined))).toMatchObject({ code: 'UNAVAILABLE' });
  iam.restore();
});
