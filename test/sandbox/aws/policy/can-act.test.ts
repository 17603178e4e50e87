import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, type Credentials } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ACCOUNT,
  ADMINISTRATOR_ARN,
  AUDIENCE,
  allow,
  BOUNDARY_ARN,
  DENY_ALL_ARN,
  ISSUER,
  policy,
  refusal,
  startWorld,
  type TestWorld,
  TRUST_POLICY,
} from '../world.ts';

const RoleName = 'shop';
const OBJECT = 'arn:aws:s3:::shop/index.html';

let world: TestWorld;
let accessKeyId: string;
let credentials: Credentials | undefined;

const createRole = () =>
  world.iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: TRUST_POLICY,
      Tags: [{ Key: 'team', Value: 'web' }],
    }),
  );
const put = (...statements: ReturnType<typeof allow>[]) =>
  world.iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: policy(...statements) }),
  );
const bound = (PermissionsBoundary: string) =>
  world.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
const attach = (PolicyArn: string) => world.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));

const ask = async (action = 's3:GetObject', resource = OBJECT, context = {}) =>
  (await world.json('POST', '/sandbox/can-act', { accessKeyId, action, resource, context })).body;
const allowed = async (...question: Parameters<typeof ask>) => (await ask(...question)).allowed;

beforeEach(async () => {
  world = await startWorld();
  await world.iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: [AUDIENCE] }));
  await createRole();
  const session = await world.sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}`,
      RoleSessionName: 'build',
      WebIdentityToken: await world.issuer.token(),
    }),
  );
  credentials = session.Credentials;
  accessKeyId = credentials?.AccessKeyId ?? '';
});
afterEach(() => world.close());

describe('a session may do', () => {
  test('nothing without a policy', async () => {
    expect(await ask()).toEqual({ allowed: false, why: 'no policy of the role allows it' });
  });

  test('what an inline policy allows, to the resources that it names', async () => {
    await put(allow('s3:Get*', 'arn:aws:s3:::shop/*'));
    expect(await allowed()).toBe(true);
    expect(await allowed('S3:getobject')).toBe(true);
    expect(await allowed('s3:PutObject')).toBe(false);
    expect(await allowed('s3:GetObject', 'arn:aws:s3:::shop-2/x')).toBe(false);
    expect(await allowed('s3:GetObject', 'arn:aws:s3:::SHOP/x')).toBe(false);
  });

  test('what an attached policy allows', async () => {
    await attach(ADMINISTRATOR_ARN);
    expect(await allowed('iam:CreateUser', '*')).toBe(true);
    await world.iam.send(
      new CreatePolicyCommand({
        PolicyName: 'no-iam',
        PolicyDocument: policy({ Effect: 'Deny', Action: 'iam:*', Resource: '*' }),
      }),
    );
    await attach(`arn:aws:iam::${ACCOUNT}:policy/no-iam`);
    expect(await allowed('iam:CreateUser', '*')).toBe(false);
    expect(await allowed('s3:GetObject')).toBe(true);
  });

  test('nothing that a statement denies', async () => {
    await put(allow('s3:*', '*'), { Effect: 'Deny', Action: 's3:Delete*', Resource: '*' });
    expect(await allowed()).toBe(true);
    expect(await ask('s3:DeleteObject')).toEqual({ allowed: false, why: 'a policy of the role denies it' });
  });

  test('what NotAction and NotResource leave', async () => {
    await put({ Effect: 'Allow', NotAction: 'iam:*', NotResource: 'arn:aws:s3:::secret/*' });
    expect(await allowed()).toBe(true);
    expect(await allowed('iam:GetRole', OBJECT)).toBe(false);
    expect(await allowed('s3:GetObject', 'arn:aws:s3:::secret/x')).toBe(false);
  });

  test('what AWS managed policies that are not modelled would allow: nothing', async () => {
    await attach('arn:aws:iam::aws:policy/ReadOnlyAccess');
    expect(await allowed()).toBe(false);
  });
});

describe('a permissions boundary', () => {
  beforeEach(() => put(allow('*', '*')));

  test('cuts to what both allow', async () => {
    await bound(BOUNDARY_ARN);
    expect(await allowed()).toBe(true);
    expect(await ask('iam:GetRole', '*')).toEqual({
      allowed: false,
      why: 'the permissions boundary does not allow it',
    });
    await world.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    expect(await allowed('iam:GetRole', '*')).toBe(true);
  });

  test('allows nothing by itself', async () => {
    await bound(ADMINISTRATOR_ARN);
    await world.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }));
    expect(await allowed()).toBe(false);
  });

  test('of AWSDenyAll denies everything', async () => {
    await bound(DENY_ALL_ARN);
    expect(await ask()).toEqual({ allowed: false, why: 'the permissions boundary denies it' });
    await attach(ADMINISTRATOR_ARN);
    expect(await allowed()).toBe(false);
  });
});

describe('conditions', () => {
  const when = (Condition: object) => put({ ...allow('s3:*', '*'), Condition });

  test('are met by what the sandbox knows', async () => {
    for (const condition of [
      { StringEquals: { 'aws:ResourceAccount': ACCOUNT } },
      { StringEquals: { 'aws:PrincipalTag/Team': 'web' } },
      { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/shop` } },
      { DateGreaterThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } },
      { Bool: { 'aws:SecureTransport': 'true' } },
    ]) {
      await when(condition);
      expect(await allowed()).toBe(true);
    }
    await when({ StringEquals: { 'aws:ResourceAccount': '999900001111' } });
    expect(await allowed()).toBe(false);
  });

  test('on unknown keys are not met unless the question brings the key', async () => {
    await when({ StringEquals: { 's3:prefix': 'a' } });
    expect(await allowed()).toBe(false);
    expect(await allowed('s3:GetObject', OBJECT, { 'S3:Prefix': 'a' })).toBe(true);
  });

  test('resolve variables in resources', async () => {
    await put(allow('s3:*', 'arn:aws:s3:::${aws:PrincipalTag/team}/*'));
    expect(await allowed('s3:GetObject', 'arn:aws:s3:::web/x')).toBe(true);
    expect(await allowed('s3:GetObject', 'arn:aws:s3:::other/x')).toBe(false);
  });

  test('revoke sessions that are older than a moment', async () => {
    const deny = (moment: string) => ({
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { DateLessThan: { 'aws:TokenIssueTime': moment } },
    });
    await put(allow('*', '*'), deny('2027-01-15T08:00:00Z'));
    expect(await allowed()).toBe(true);
    await put(allow('*', '*'), deny('2027-01-15T08:00:01Z'));
    expect(await allowed()).toBe(false);
  });
});

describe('a session ends', () => {
  beforeEach(() => put(allow('*', '*')));
  const deleteRole = async () => {
    await world.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }));
    await world.iam.send(new DeleteRoleCommand({ RoleName }));
  };

  test('with its time', async () => {
    world.clock.now += 3600_000;
    expect(await ask()).toEqual({ allowed: false, why: 'the session has expired' });
  });

  test('with its role, also when the role is created again', async () => {
    await deleteRole();
    expect(await ask()).toEqual({ allowed: false, why: 'the role of this session is gone' });
    await createRole();
    await put(allow('*', '*'));
    expect(await allowed()).toBe(false);
  });

  test('not with a restart of the sandbox', async () => {
    await world.restart();
    expect(await allowed()).toBe(true);
  });

  test('also for calls to IAM', async () => {
    const { iam } = world.clientsOf(credentials);
    expect(await refusal(iam.send(new GetRoleCommand({ RoleName })))).toBe('accepted');
    await deleteRole();
    expect(await refusal(iam.send(new ListRolesCommand({})))).toMatch(/^403 InvalidClientTokenId/);
  });
});

test('a session that calls IAM is held to its policies', async () => {
  await put(allow('iam:GetRole', `arn:aws:iam::${ACCOUNT}:role/shop`));
  const { iam } = world.clientsOf(credentials);
  expect(await refusal(iam.send(new GetRoleCommand({ RoleName })))).toBe('accepted');
  expect(await refusal(iam.send(new GetRoleCommand({ RoleName: 'other' })))).toBe(
    `403 AccessDenied: User: arn:aws:sts::${ACCOUNT}:assumed-role/shop/build is not authorized to perform: iam:GetRole on resource: arn:aws:iam::${ACCOUNT}:role/other because no policy of the role allows it`,
  );
  expect(await refusal(iam.send(new ListRolesCommand({})))).toMatch(/^403 AccessDenied/);
});

test('an unknown key may do nothing, and a faulty question is refused', async () => {
  const question = { accessKeyId: 'AKIAX', action: 's3:GetObject', resource: '*' };
  expect((await world.json('POST', '/sandbox/can-act', question)).body).toEqual({
    allowed: false,
    why: 'this access key belongs to no session',
  });
  for (const body of [{}, { ...question, action: 's3:*' }, 'no json']) {
    expect((await world.json('POST', '/sandbox/can-act', body)).status).toBe(400);
  }
});
