import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  GetAccountSummaryCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { awsIam } from '../../../adapters/aws/iam.ts';
import { role } from '../../support/adapters/aws.ts';
import { rejectionOf, sdkError } from '../../support/adapters/failures.ts';
import { asEpoch } from '../../support/identifiers.ts';

const client = new IAMClient({ region: 'us-east-1' });
const mock = mockClient(client);
const iam = awsIam(client, { now: () => asEpoch(0), sleep: async () => {} }, asEpoch(60_000));

beforeEach(() => {
  mock.reset();
});

const provider = { url: 'https://issuer.example', clientId: 'audience', tags: {} };

const calls: [name: string, call: () => Promise<unknown>][] = [
  ['GetAccountSummary', () => iam.roleQuota()],
  ['GetOpenIDConnectProvider', () => iam.findProvider('arn')],
  ['CreateOpenIDConnectProvider', () => iam.createProvider(provider)],
  ['CreateRole', () => iam.createRole(role)],
  ['GetRole', () => iam.findRole(role.name)],
  ['GetRolePolicy', () => iam.findPermissionsPolicy(role.name)],
  ['PutRolePolicy', () => iam.putPermissionsPolicy(role.name, role.permissionsPolicy)],
  ['UpdateAssumeRolePolicy', () => iam.putTrustPolicy(role.name, role.trustPolicy)],
  ['PutRolePermissionsBoundary', () => iam.putBoundary(role.name, 'arn')],
  ['UpdateRole', () => iam.putMaxSessionDuration(role.name, 3600)],
  ['ListRolePolicies', () => iam.listPolicies(role.name)],
  ['DeleteRolePolicy', () => iam.deleteInlinePolicy(role.name, 'permissions')],
  ['DetachRolePolicy', () => iam.detachPolicy(role.name, 'arn')],
  ['DeleteRole', () => iam.deleteRole(role.name)],
];

test.each(calls)('%s throws only errors of the port', async (operation, call) => {
  const failures = [
    [sdkError('Throttling'), 'THROTTLED', true],
    [sdkError('Throttling', { httpStatusCode: 400, attempts: 4 }), 'THROTTLED', false],
    [sdkError('AccessDenied', { httpStatusCode: 403, attempts: 1 }), 'DENIED', true],
    [sdkError('AccessDenied', { httpStatusCode: 403, attempts: 2 }), 'DENIED', false],
    [sdkError('ServiceFailureException', { httpStatusCode: 500, attempts: 4 }), 'UNAVAILABLE', false],
    [sdkError('TimeoutError', { attempts: 1 }), 'UNAVAILABLE', false],
    [sdkError('ConcurrentModificationException'), 'CONFLICT', true],
    [sdkError('LimitExceededException'), 'REJECTED', true],
  ] as const;
  for (const [thrown, code, certain] of failures) {
    mock.rejects(thrown);
    const error = await rejectionOf(call());
    expect(error).toMatchObject({ name: 'PortError', system: 'IAM', code, certain });
    expect((error as Error).message).toContain(operation);
    expect((error as Error).message).not.toContain('arn:');
  }
});

test('a limit of the account is a quota, a limit of a document is its size', async () => {
  mock.rejects(sdkError('LimitExceededException'));
  const problemCode = async (call: Promise<unknown>) =>
    ((await rejectionOf(call)) as { problemCode: unknown }).problemCode;
  expect(await problemCode(iam.createRole(role))).toBe('QUOTA_EXCEEDED');
  expect(await problemCode(iam.createProvider(provider))).toBe('QUOTA_EXCEEDED');
  expect(await problemCode(iam.putPermissionsPolicy('x', role.permissionsPolicy))).toBe('POLICY_TOO_LARGE');
  expect(await problemCode(iam.putTrustPolicy('x', role.trustPolicy))).toBe('POLICY_TOO_LARGE');
  expect(await problemCode(iam.deleteRole('x'))).toBeUndefined();
});

test("only IAM's own word makes something absent", async () => {
  mock.rejects(sdkError('NoSuchEntityException', { httpStatusCode: 404, attempts: 3 }));
  expect(await iam.findRole('x')).toBeUndefined();
  expect(await iam.findProvider('arn')).toBeUndefined();
  expect(await iam.findPermissionsPolicy('x')).toBeUndefined();
  mock.rejects(sdkError('SomethingNew', { httpStatusCode: 404, attempts: 1 }));
  const looks = [
    () => iam.findRole('x'),
    () => iam.findProvider('arn'),
    () => iam.findPermissionsPolicy('x'),
  ];
  for (const look of looks) {
    await expect(look()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
});

test('what exists already is an answer, also after a lost reply', async () => {
  mock.rejects(sdkError('EntityAlreadyExistsException', { httpStatusCode: 409, attempts: 2 }));
  expect(await iam.createRole(role)).toEqual({ outcome: 'exists' });
  expect(await iam.createProvider(provider)).toBe('exists');
});

test('an answer without what was asked for is a failure, and not certain', async () => {
  mock.on(CreateRoleCommand).resolves({});
  mock.on(GetRoleCommand).resolves({});
  mock.on(GetAccountSummaryCommand).resolves({ SummaryMap: { Roles: 3 } });
  for (const call of [() => iam.createRole(role), () => iam.findRole('x'), () => iam.roleQuota()]) {
    await expect(call()).rejects.toMatchObject({ code: 'UNAVAILABLE', certain: false });
  }
});

test('a provider is created with no thumbprint and no other client id; an empty one has none', async () => {
  mock.on(CreateOpenIDConnectProviderCommand).resolves({});
  mock.on(GetOpenIDConnectProviderCommand).resolves({});
  await iam.createProvider({ ...provider, tags: { a: 'b' } });
  const [call] = mock.commandCalls(CreateOpenIDConnectProviderCommand);
  expect(call?.args[0].input).toEqual({
    Url: provider.url,
    ClientIDList: ['audience'],
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  expect(await iam.findProvider('arn')).toEqual({ clientIds: [] });
});

test('documents are sent without white space', async () => {
  mock.resolves({});
  await iam.putPermissionsPolicy(role.name, role.permissionsPolicy);
  await iam.putTrustPolicy(role.name, role.trustPolicy);
  const sent = [
    mock.commandCalls(PutRolePolicyCommand)[0]?.args[0].input.PolicyDocument,
    mock.commandCalls(UpdateAssumeRolePolicyCommand)[0]?.args[0].input.PolicyDocument,
  ];
  expect(sent).toEqual([JSON.stringify(role.permissionsPolicy), JSON.stringify(role.trustPolicy)]);
});

test('a document that nobody can read is no document of ours, and stops nothing', async () => {
  for (const PolicyDocument of ['%', 'no json', undefined]) {
    mock.on(GetRolePolicyCommand).resolves({ PolicyDocument });
    expect(await iam.findPermissionsPolicy('x')).toBeUndefined();
  }
});

test('lists are read to their end: a marker counts only where IAM says that more follows', async () => {
  mock
    .on(ListRolePoliciesCommand, { Marker: undefined })
    .resolves({ PolicyNames: ['a'], IsTruncated: true, Marker: '2' })
    .on(ListRolePoliciesCommand, { Marker: '2' })
    .resolves({ PolicyNames: ['b'], IsTruncated: false, Marker: '3' })
    .on(ListAttachedRolePoliciesCommand, { Marker: undefined })
    .resolves({ AttachedPolicies: [], IsTruncated: true, Marker: '2' })
    .on(ListAttachedRolePoliciesCommand, { Marker: '2' })
    .resolves({ AttachedPolicies: [{ PolicyArn: 'arn' }] });
  expect(await iam.listPolicies('x')).toEqual({ inline: ['a', 'b'], attached: ['arn'] });
});
