import {
  CreateRoleCommand,
  GetRoleCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type Credentials, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Shop, startShop } from '../shop.ts';
import { ACCOUNT, ADMINISTRATOR_ARN, allow, OTHER_ACCOUNT, policy, refusal } from '../world.ts';

const SPOKE = `arn:aws:iam::${OTHER_ACCOUNT}:role/spoke`;
const USER = `arn:aws:iam::${ACCOUNT}:user/sandbox`;
const STRANGER = '999999999999';

const trusting = (principal: string, condition: object = {}) =>
  policy({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole', Condition: condition });

let shop: Shop;
const spokeIam = () => shop.clientsOf(OTHER_ACCOUNT).iam;
const trust = (document: string) =>
  spokeIam().send(new UpdateAssumeRolePolicyCommand({ RoleName: 'spoke', PolicyDocument: document }));
const asked = (over: object = {}) => ({ RoleArn: SPOKE, RoleSessionName: 'gr_one', ...over });
const assume = (over: object = {}, caller: string | Credentials = 'AKIATEST') =>
  shop.clientsOf(caller).sts.send(new AssumeRoleCommand(asked(over)));
const attempt = (over: object = {}, caller: string | Credentials = 'AKIATEST') =>
  refusal(assume(over, caller));
const denied = expect.stringMatching(/^403 AccessDenied: User: .* sts:AssumeRole on resource: /);

beforeEach(async () => {
  shop = await startShop();
  const iam = spokeIam();
  await iam.send(new CreateRoleCommand({ RoleName: 'spoke', AssumeRolePolicyDocument: trusting(USER) }));
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'spoke',
      PolicyName: 'p',
      PolicyDocument: policy(allow('iam:Get*', '*'), allow('iam:List*', '*')),
    }),
  );
});
afterEach(() => shop.close());

describe('an access key', () => {
  test.each([
    ['AKIATEST', ACCOUNT],
    ['anything', ACCOUNT],
    ['12345678901', ACCOUNT],
    ['1234567890123', ACCOUNT],
    [OTHER_ACCOUNT, OTHER_ACCOUNT],
    [STRANGER, STRANGER],
  ])('%s is the administrator of account %s', async (key, account) => {
    const { sts } = shop.clientsOf(key);
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: account,
      Arn: `arn:aws:iam::${account}:user/sandbox`,
    });
  });

  test('of one account sees nothing of another', async () => {
    expect(await refusal(shop.iam.send(new GetRoleCommand({ RoleName: 'spoke' })))).toMatch(/NoSuchEntity/);
    expect(await refusal(spokeIam().send(new GetRoleCommand({ RoleName: 'shop' })))).toMatch(/NoSuchEntity/);
  });
});

describe('AssumeRole', () => {
  test('gives a session of the role, in the role’s account', async () => {
    const { Credentials: credentials, AssumedRoleUser: user } = await assume({ DurationSeconds: 900 });
    const arn = `arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/spoke/gr_one`;
    expect(user?.Arn).toBe(arn);
    expect(credentials?.Expiration?.getTime()).toBe(shop.clock.now + 900_000);
    const { iam, sts } = shop.clientsOf(credentials);
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: OTHER_ACCOUNT,
      Arn: arn,
    });
    const { Roles: roles = [] } = await iam.send(new ListRolesCommand({}));
    expect(roles.map(({ RoleName }) => RoleName)).toEqual(['spoke']);
    expect(
      await refusal(
        iam.send(new CreateRoleCommand({ RoleName: 'x', AssumeRolePolicyDocument: trusting(USER) })),
      ),
    ).toMatch(/^403 AccessDenied/);
  });

  test.each<[string, string, boolean]>([
    ['the caller', USER, true],
    ['the caller’s account', ACCOUNT, true],
    ['the root of the caller’s account', `arn:aws:iam::${ACCOUNT}:root`, true],
    ['anyone', '*', true],
    ['another user', `arn:aws:iam::${ACCOUNT}:user/other`, false],
    ['another account', STRANGER, false],
    ['its own account', OTHER_ACCOUNT, false],
  ])('by a role that trusts %s: %s', async (_, principal, isAdmitted) => {
    await trust(trusting(principal));
    expect(await attempt()).toEqual(isAdmitted ? 'accepted' : denied);
  });

  test.each<[string, object, object, boolean]>([
    ['the external id', { StringEquals: { 'sts:ExternalId': 'ours' } }, { ExternalId: 'ours' }, true],
    ['the external id', { StringEquals: { 'sts:ExternalId': 'ours' } }, { ExternalId: 'Ours' }, false],
    ['the external id', { StringEquals: { 'sts:ExternalId': 'ours' } }, {}, false],
    ['the session’s name', { StringLike: { 'sts:RoleSessionName': 'gr_*' } }, {}, true],
    [
      'the session’s name',
      { StringLike: { 'sts:RoleSessionName': 'gr_*' } },
      { RoleSessionName: 'me' },
      false,
    ],
    ['the organisation', { StringEquals: { 'aws:PrincipalOrgID': 'o-sandbox0001' } }, {}, true],
    ['the organisation', { StringEquals: { 'aws:PrincipalOrgID': 'o-other' } }, {}, false],
    ['the principal', { ArnEquals: { 'aws:PrincipalArn': USER } }, {}, true],
  ])('is judged by %s: %j with %j: %j', async (_, condition, over, isAdmitted) => {
    await trust(trusting(ACCOUNT, condition));
    expect(await attempt(over)).toEqual(isAdmitted ? 'accepted' : denied);
  });

  test('knows no organisation of an account outside of it', async () => {
    await trust(trusting('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-sandbox0001' } }));
    expect(await attempt({}, STRANGER)).toEqual(denied);
    expect(await attempt({}, ACCOUNT)).toBe('accepted');
  });

  test('is denied by a Deny, for a role that is missing, and for one at another path or partition', async () => {
    for (const RoleArn of [
      `arn:aws:iam::${OTHER_ACCOUNT}:role/missing`,
      `arn:aws:iam::${OTHER_ACCOUNT}:role/path/spoke`,
      `arn:aws:iam::${STRANGER}:role/spoke`,
      `arn:aws-cn:iam::${OTHER_ACCOUNT}:role/spoke`,
    ]) {
      expect(await attempt({ RoleArn })).toEqual(denied);
    }
    const deny = { Effect: 'Deny', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' };
    await trust(policy({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }, deny));
    expect(await attempt()).toEqual(denied);
  });

  test('says of a wrong external id nothing else than of a missing role', async () => {
    await trust(trusting(USER, { StringEquals: { 'sts:ExternalId': 'ours' } }));
    const missing = await attempt({
      RoleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/missing`,
      ExternalId: 'ours',
    });
    expect(await attempt({ ExternalId: 'wrong' })).toBe(missing.replace('role/missing', 'role/spoke'));
  });

  test('by a session needs the permission of its own role as well', async () => {
    const { Credentials: own } = await shop.assume(await shop.issuer.token());
    if (!own) throw new Error('no session');
    await trust(trusting(`arn:aws:iam::${ACCOUNT}:role/shop`));
    expect(await attempt({}, own)).toEqual(denied);
    await shop.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'shop',
        PolicyName: 'assume',
        PolicyDocument: policy(allow('sts:AssumeRole', SPOKE)),
      }),
    );
    expect(await attempt({}, own)).toEqual(denied);
    await shop.iam.send(
      new CreateRoleCommand({ RoleName: 'plain', AssumeRolePolicyDocument: trusting(ACCOUNT) }),
    );
    await shop.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'plain',
        PolicyName: 'assume',
        PolicyDocument: policy(allow('sts:AssumeRole', SPOKE)),
      }),
    );
    const { Credentials: plain } = await assume({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/plain` });
    if (!plain) throw new Error('no session');
    expect(await attempt({}, plain)).toEqual(denied);
    await trust(trusting(`arn:aws:iam::${ACCOUNT}:role/plain`));
    expect(await attempt({}, plain)).toBe('accepted');
    expect(await attempt({ DurationSeconds: 3601 }, plain)).toMatch(/^400 ValidationError: .*role chaining/);
  });

  test('with a session policy leaves what the role and it both allow', async () => {
    const only = policy(allow('iam:GetRole', SPOKE), allow('iam:CreateUser', '*'));
    const { Credentials: narrow } = await assume({ Policy: only });
    const { iam } = shop.clientsOf(narrow);
    expect(await refusal(iam.send(new GetRoleCommand({ RoleName: 'spoke' })))).toBe('accepted');
    expect(await refusal(iam.send(new ListRolesCommand({})))).toMatch(/no session policy allows it/);
    const can = async (action: string) =>
      (
        await shop.json('POST', '/sandbox/can-act', {
          accessKeyId: narrow?.AccessKeyId,
          action,
          resource: SPOKE,
        })
      ).body.allowed;
    expect([await can('iam:GetRole'), await can('iam:CreateUser'), await can('iam:ListRoles')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await attempt({ PolicyArns: [{ arn: ADMINISTRATOR_ARN }] })).toBe('accepted');
  });

  test.each<[object, string]>([
    [{ DurationSeconds: 899 }, 'ValidationError'],
    [{ DurationSeconds: 3601 }, 'ValidationError'],
    [{ RoleSessionName: 'a b' }, 'ValidationError'],
    [{ ExternalId: 'a b' }, 'ValidationError'],
    [{ RoleArn: 'arn:aws:iam::444455556666:user/x' }, 'ValidationError'],
    [{ Policy: '{' }, 'MalformedPolicyDocument'],
    [{ Tags: [{ Key: 'a', Value: 'b' }] }, 'ValidationError'],
  ])('refuses %j with %s', async (over, code) => {
    expect(await attempt(over)).toMatch(new RegExp(`^400 ${code}`));
  });

  test('is not hit by a fault for AssumeRoleWithWebIdentity, nor that by one for AssumeRole', async () => {
    await shop.arm({ match: 'AssumeRole', effect: 'forbid' });
    expect(await refusal(shop.assume(await shop.issuer.token()))).toBe('accepted');
    expect(await attempt()).toMatch(/^403 AccessDenied/);
    await shop.arm({ match: 'AssumeRoleWithWebIdentity', effect: 'forbid' });
    expect(await attempt()).toBe('accepted');
    expect(await refusal(shop.assume(await shop.issuer.token()))).toMatch(/^403 AccessDenied/);
  });
});
