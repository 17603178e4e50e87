import { AttachRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { awsIam, iamClient } from '../../adapters/aws-iam.ts';
import {
  AUDIENCE,
  type AwsWorld,
  awsWorld,
  BOUNDARY,
  ISSUER,
  NOW,
  PROVIDER,
  role,
} from '../support/adapter-aws.ts';
import { armFault, callsOf, useAwsEnvironment } from '../support/adapter-environment.ts';
import { startScriptedServer } from '../support/adapter-http-server.ts';

const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

let world: AwsWorld;

beforeEach(async () => {
  world = await awsWorld();
});

afterEach(() => world.close());

const provider = { url: ISSUER, clientId: AUDIENCE, tags: { 'rolewright:grant': 'gr_1' } };

/** A role of that name as the account would have it after a successful create. */
async function createRole(): Promise<string> {
  const created = await world.iam.createRole(role);
  if (created.outcome !== 'created') throw new Error('the role exists');
  return created.id;
}

test('a provider is missing, then created with the audience, then exists', async () => {
  expect(await world.iam.findProvider(PROVIDER)).toBeUndefined();
  expect(await world.iam.createProvider(provider)).toBe('created');
  expect(await world.iam.findProvider(PROVIDER)).toEqual({ clientIds: [AUDIENCE] });
  expect(await world.iam.createProvider(provider)).toBe('exists');
});

test('a role is created with its path, boundary, session duration, tags and trust policy, and no permissions', async () => {
  expect(await world.iam.findRole(role.name)).toBeUndefined();
  const id = await createRole();
  expect(id).toMatch(/^AROA/);
  expect(await world.iam.findRole(role.name)).toEqual({
    id,
    path: '/rolewright/',
    createdAt: new Date(NOW).toISOString(),
    trustPolicy: role.trustPolicy,
    boundaryArn: BOUNDARY,
    maxSessionDuration: 7200,
    tags: role.tags,
  });
  expect(await world.iam.findPermissionsPolicy(role.name)).toBeUndefined();
  expect(await world.iam.listPolicies(role.name)).toEqual({ inline: [], attached: [] });
});

test('a name that is taken exists, in whatever case', async () => {
  await createRole();
  expect(await world.iam.createRole(role)).toEqual({ outcome: 'exists' });
  expect(await world.iam.createRole({ ...role, name: role.name.toUpperCase() })).toEqual({
    outcome: 'exists',
  });
});

test('documents come back as they were put', async () => {
  await createRole();
  await world.iam.putPermissionsPolicy(role.name, role.permissionsPolicy);
  expect(await world.iam.findPermissionsPolicy(role.name)).toEqual(role.permissionsPolicy);
  const [statement] = role.trustPolicy.Statement;
  if (!statement) throw new Error('the trust policy is empty');
  const { Condition: _, ...bare } = statement;
  const denying = { ...role.trustPolicy, Statement: [{ ...bare, Effect: 'Deny' as const }] };
  await world.iam.putTrustPolicy(role.name, denying);
  expect((await world.iam.findRole(role.name))?.trustPolicy).toEqual(denying);
});

test('the boundary and the session duration are changed', async () => {
  await createRole();
  await world.iam.putBoundary(role.name, DENY_ALL);
  await world.iam.putMaxSessionDuration(role.name, 3600);
  expect(await world.iam.findRole(role.name)).toMatchObject({
    boundaryArn: DENY_ALL,
    maxSessionDuration: 3600,
  });
});

test('every policy is listed, by pages too, and can be taken off; then the role goes', async () => {
  await createRole();
  const inline = Array.from({ length: 120 }, (_, n) => `extra-${String(n).padStart(3, '0')}`);
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action: '*', Resource: '*' },
  });
  for (const PolicyName of inline) {
    await world.client.send(new PutRolePolicyCommand({ RoleName: role.name, PolicyName, PolicyDocument }));
  }
  for (const PolicyArn of [READ_ONLY, BOUNDARY]) {
    await world.client.send(new AttachRolePolicyCommand({ RoleName: role.name, PolicyArn }));
  }
  const found = await world.iam.listPolicies(role.name);
  expect(found.inline.sort()).toEqual(inline);
  expect(found.attached.sort()).toEqual([BOUNDARY, READ_ONLY].sort());

  await expect(world.iam.deleteRole(role.name)).rejects.toMatchObject({ code: 'CONFLICT' });
  await Promise.all(found.inline.map((name) => world.iam.deleteInlinePolicy(role.name, name)));
  for (const arn of found.attached) await world.iam.detachPolicy(role.name, arn);
  expect(await world.iam.listPolicies(role.name)).toEqual({ inline: [], attached: [] });
  await world.iam.deleteRole(role.name);
  expect(await world.iam.findRole(role.name)).toBeUndefined();
});

test('a write to a role that is not there is NOT_FOUND, and certain', async () => {
  const writes = [
    () => world.iam.putPermissionsPolicy(role.name, role.permissionsPolicy),
    () => world.iam.putTrustPolicy(role.name, role.trustPolicy),
    () => world.iam.putBoundary(role.name, DENY_ALL),
    () => world.iam.putMaxSessionDuration(role.name, 3600),
    () => world.iam.listPolicies(role.name),
    () => world.iam.deleteInlinePolicy(role.name, 'permissions'),
    () => world.iam.detachPolicy(role.name, READ_ONLY),
    () => world.iam.deleteRole(role.name),
  ];
  for (const write of writes)
    await expect(write()).rejects.toMatchObject({ code: 'NOT_FOUND', certain: true });
});

test("the account's role count and quota are told", async () => {
  await createRole();
  expect(await world.iam.roleQuota()).toEqual({ roles: 1, quota: 1000 });
});

test("IAM's refusal of a document is final, certain and says why", async () => {
  await createRole();
  const [statement] = role.permissionsPolicy.Statement;
  if (!statement) throw new Error('the policy is empty');
  const Resource = Array.from({ length: 300 }, (_, n) => `arn:aws:s3:::shop-${n}-${'x'.repeat(30)}/*`);
  const tooLarge = { ...role.permissionsPolicy, Statement: [{ ...statement, Resource }] };
  await expect(world.iam.putPermissionsPolicy(role.name, tooLarge)).rejects.toMatchObject({
    code: 'REJECTED',
    problemCode: 'POLICY_TOO_LARGE',
    certain: true,
  });
  expect(world.attempts.filter(({ operation }) => operation === 'PutRolePolicy')).toHaveLength(1);
  const malformed = { ...role.permissionsPolicy, Statement: [{ ...statement, Action: ['no action'] }] };
  const refused = world.iam.putPermissionsPolicy(role.name, malformed);
  await expect(refused).rejects.toMatchObject({ code: 'REJECTED', problemCode: undefined, certain: true });
});

test('a write whose reply was lost is not known to be without effect', async () => {
  await armFault(world.sandbox.url, { match: 'CreateRole', effect: 'lostReply', times: 4 });
  await expect(world.iam.createRole(role)).rejects.toMatchObject({ code: 'UNAVAILABLE', certain: false });
  expect(await world.iam.findRole(role.name)).toBeDefined();
});

test('a create whose first reply was lost finds its own role', async () => {
  await armFault(world.sandbox.url, { match: 'CreateRole', effect: 'lostReply' });
  expect(await world.iam.createRole(role)).toEqual({ outcome: 'exists' });
});

test('passing failures are tried again, each attempt by way of the one door', async () => {
  await createRole();
  for (const effect of ['throttle', 'error', 'drop']) {
    world.attempts.length = 0;
    await armFault(world.sandbox.url, { match: 'GetRole', effect });
    expect(await world.iam.findRole(role.name)).toBeDefined();
    expect(world.attempts).toEqual([
      { system: 'IAM', operation: 'GetRole' },
      { system: 'IAM', operation: 'GetRole' },
    ]);
  }
});

test('a denial is not tried again', async () => {
  await armFault(world.sandbox.url, { match: 'GetRole', effect: 'forbid' });
  await expect(world.iam.findRole(role.name)).rejects.toMatchObject({ code: 'DENIED', certain: true });
  expect(world.attempts).toHaveLength(1);
});

test('no call begins after the deadline, nor at it', async () => {
  for (const milliseconds of [0, -1]) {
    const late = world.within(milliseconds);
    const expected = { system: 'IAM', code: 'UNAVAILABLE', certain: true };
    await expect(late.createRole(role)).rejects.toMatchObject(expected);
    await expect(late.findRole(role.name)).rejects.toMatchObject(expected);
    await expect(late.listPolicies(role.name)).rejects.toMatchObject(expected);
  }
  expect(await callsOf(world.sandbox.url)).toEqual([]);
});

test('a call that is not answered by the deadline is given up, its effect unknown', async () => {
  const silent = await startScriptedServer();
  silent.script({ stall: true, body: 'half an answer' });
  useAwsEnvironment({ iam: silent.url });
  const client = iamClient('us-east-1');
  const hasty = awsIam(client, { now: () => NOW, sleep: async () => {} }, NOW + 50);
  await expect(hasty.createRole(role)).rejects.toMatchObject({ code: 'UNAVAILABLE', certain: false });
  client.destroy();
  await silent.close();
});
