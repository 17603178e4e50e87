import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetAccountAuthorizationDetailsCommand,
  type GetAccountAuthorizationDetailsCommandInput,
  PutRolePolicyCommand,
  type RoleDetail,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ADMINISTRATOR_ARN,
  allow,
  DENY_ALL_ARN,
  policy,
  refusal,
  startWorld,
  type TestWorld,
  TRUST_POLICY,
} from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const DOCUMENT = policy(allow('s3:GetObject', 'arn:aws:s3:::shop/*'));

const create = (RoleName: string) =>
  world.iam.send(
    new CreateRoleCommand({
      RoleName,
      Path: '/rolewright/',
      AssumeRolePolicyDocument: TRUST_POLICY,
      PermissionsBoundary: DENY_ALL_ARN,
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'rolewright:grant', Value: 'gr_1' }],
    }),
  );

const read = (input: GetAccountAuthorizationDetailsCommandInput) =>
  world.iam.send(new GetAccountAuthorizationDetailsCommand(input));

const decoded = (text = '') => decodeURIComponent(text);

describe('the authorization details of an account', () => {
  test('show a role with its trust, policies, boundary and tags, its documents URL-encoded', async () => {
    await create('shop');
    await world.iam.send(
      new PutRolePolicyCommand({ RoleName: 'shop', PolicyName: 'permissions', PolicyDocument: DOCUMENT }),
    );
    await world.iam.send(new AttachRolePolicyCommand({ RoleName: 'shop', PolicyArn: ADMINISTRATOR_ARN }));
    const {
      RoleDetailList = [],
      UserDetailList,
      GroupDetailList,
      Policies,
    } = await read({ Filter: ['Role'] });
    const [role] = RoleDetailList as [RoleDetail];
    expect(role).toMatchObject({
      RoleName: 'shop',
      Path: '/rolewright/',
      RoleId: expect.stringMatching(/^AROA/),
      PermissionsBoundary: { PermissionsBoundaryArn: DENY_ALL_ARN },
      Tags: [{ Key: 'rolewright:grant', Value: 'gr_1' }],
      AttachedManagedPolicies: [{ PolicyName: 'AdministratorAccess', PolicyArn: ADMINISTRATOR_ARN }],
    });
    expect(role.AssumeRolePolicyDocument).not.toContain('{');
    expect(decoded(role.AssumeRolePolicyDocument)).toBe(TRUST_POLICY);
    expect(role.RolePolicyList?.map((one) => [one.PolicyName, decoded(one.PolicyDocument)])).toEqual([
      ['permissions', DOCUMENT],
    ]);
    expect([UserDetailList, GroupDetailList, Policies]).toEqual([[], [], []]);
  });

  test('show no session duration, as in AWS', async () => {
    await create('shop');
    const { RoleDetailList } = await read({ Filter: ['Role'] });
    expect(JSON.stringify(RoleDetailList)).not.toContain('7200');
    expect(Object.keys(RoleDetailList?.[0] ?? {})).not.toContain('MaxSessionDuration');
  });

  test('come in pages that hold every role once', async () => {
    const names = ['alpha', 'beta', 'Delta', 'gamma', 'omega'];
    for (const name of names) await create(name);
    const seen: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await read({ Filter: ['Role'], MaxItems: 2, Marker });
      seen.push(...(page.RoleDetailList ?? []).map(({ RoleName = '' }) => RoleName));
      expect(page.IsTruncated).toBe(page.Marker !== undefined);
      Marker = page.Marker;
    } while (Marker);
    expect([...seen].sort()).toEqual([...names].sort());
  });

  test('hold only what the filter names, and everything without one', async () => {
    await create('shop');
    await world.iam.send(new CreatePolicyCommand({ PolicyName: 'own', PolicyDocument: DOCUMENT }));
    const policies = await read({ Filter: ['LocalManagedPolicy'] });
    expect(policies.RoleDetailList).toEqual([]);
    const own = policies.Policies?.find(({ PolicyName }) => PolicyName === 'own');
    expect(decoded(own?.PolicyVersionList?.[0]?.Document)).toBe(DOCUMENT);
    const all = await read({});
    expect(all.RoleDetailList?.map(({ RoleName }) => RoleName)).toContain('shop');
    expect(all.Policies?.map(({ PolicyName }) => PolicyName)).toContain('own');
  });

  test('are refused for a type that does not exist', async () => {
    const unknown = ['Robot'] as unknown as ['Role'];
    expect(await refusal(read({ Filter: unknown }))).toMatch(/^400 ValidationError: /);
  });
});
