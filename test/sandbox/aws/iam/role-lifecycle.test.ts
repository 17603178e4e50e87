import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  type CreateRoleCommandInput,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetAccountSummaryCommand,
  GetRoleCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  paginateListRoles,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ADMINISTRATOR_ARN,
  allow,
  BOUNDARY_ARN,
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

const create = (input: Partial<CreateRoleCommandInput> = {}) =>
  world.iam.send(
    new CreateRoleCommand({ RoleName: 'shop', AssumeRolePolicyDocument: TRUST_POLICY, ...input }),
  );
const get = async (RoleName = 'shop') => (await world.iam.send(new GetRoleCommand({ RoleName }))).Role;
const remove = (RoleName = 'shop') => world.iam.send(new DeleteRoleCommand({ RoleName }));

describe('changing and deleting a role', () => {
  test('an update changes what it names, and sets a session’s duration to an hour where it names none', async () => {
    await create({ Description: 'before', MaxSessionDuration: 7200 });
    const update = (input: object) => world.iam.send(new UpdateRoleCommand({ RoleName: 'shop', ...input }));
    await update({ Description: 'after' });
    expect(await get()).toMatchObject({ Description: 'after', MaxSessionDuration: 3600 });
    await update({ MaxSessionDuration: 7200 });
    expect(await get()).toMatchObject({ Description: 'after', MaxSessionDuration: 7200 });
    expect(await refusal(update({ MaxSessionDuration: 100 }))).toMatch(/^400 ValidationError/);
  });

  test('a role with policies is not deleted', async () => {
    await create();
    const RoleName = 'shop';
    await world.iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: policy(allow('s3:*', '*')) }),
    );
    await world.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: ADMINISTRATOR_ARN }));
    expect(await refusal(remove())).toBe(
      '409 DeleteConflict: Cannot delete entity, must detach all policies first.',
    );
    await world.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: ADMINISTRATOR_ARN }));
    expect(await refusal(remove())).toBe(
      '409 DeleteConflict: Cannot delete entity, must delete policies first.',
    );
    await world.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }));
    expect(await refusal(remove())).toBe('accepted');
  });

  test('a role that is not there cannot be changed or deleted', async () => {
    const RoleName = 'nobody';
    const message = '404 NoSuchEntity: The role with name nobody cannot be found.';
    for (const call of [
      remove(RoleName),
      world.iam.send(new UpdateRoleCommand({ RoleName })),
      world.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
      world.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: DENY_ALL_ARN })),
      world.iam.send(new ListInstanceProfilesForRoleCommand({ RoleName })),
    ]) {
      expect(await refusal(call)).toBe(message);
    }
  });

  test('no role has an instance profile', async () => {
    await create();
    const answer = await world.iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: 'shop' }));
    expect(answer).toMatchObject({ InstanceProfiles: [], IsTruncated: false });
  });
});

describe('a list of roles', () => {
  beforeEach(async () => {
    for (const name of ['Beta', 'alpha', 'delta', 'gamma', 'epsilon']) {
      await create({ RoleName: name, Path: '/rolewright/', Tags: [{ Key: 'a', Value: 'b' }] });
    }
    await create({ RoleName: 'other', PermissionsBoundary: BOUNDARY_ARN });
  });

  test('is cut to the path prefix', async () => {
    const names = async (PathPrefix?: string) =>
      (await world.iam.send(new ListRolesCommand({ ...(PathPrefix ? { PathPrefix } : {}) }))).Roles?.length;
    expect(await names('/rolewright/')).toBe(5);
    expect(await names('/role')).toBe(5);
    expect(await names('/nothing/')).toBe(0);
    expect(await names()).toBe(6);
  });

  test('shows neither tags nor boundary', async () => {
    const { Roles = [] } = await world.iam.send(new ListRolesCommand({}));
    expect(Roles).toHaveLength(6);
    for (const role of Roles) {
      expect(role.Tags).toBeUndefined();
      expect(role.PermissionsBoundary).toBeUndefined();
      expect(role.RoleId).toMatch(/^AROA/);
    }
  });

  test('comes in pages that together hold each role once', async () => {
    const sizes: number[] = [];
    const seen: string[] = [];
    for await (const page of paginateListRoles({ client: world.iam }, { MaxItems: 2 })) {
      sizes.push(page.Roles?.length ?? 0);
      seen.push(...(page.Roles ?? []).map((role) => role.RoleName ?? ''));
    }
    expect(sizes).toEqual([2, 2, 2]);
    expect(seen).toEqual(['alpha', 'Beta', 'delta', 'epsilon', 'gamma', 'other']);
  });

  test('refuses a foreign marker and a page size out of range', async () => {
    const list = (input: object) => refusal(world.iam.send(new ListRolesCommand(input)));
    expect(await list({ Marker: 'bogus' })).toBe('400 ValidationError: Invalid Marker.');
    expect(await list({ MaxItems: 0 })).toMatch(/^400 ValidationError/);
    expect(await list({ MaxItems: 1001 })).toMatch(/^400 ValidationError/);
    expect(await list({ PathPrefix: 'x' })).toMatch(/^400 ValidationError/);
  });
});

describe('the account', () => {
  test('counts its roles and names its quotas', async () => {
    await create();
    const { SummaryMap } = await world.iam.send(new GetAccountSummaryCommand({}));
    expect(SummaryMap).toMatchObject({
      Roles: 1,
      RolesQuota: 1000,
      Providers: 0,
      AssumeRolePolicySizeQuota: 2048,
      AttachedPoliciesPerRoleQuota: 10,
    });
  });

  test('holds 1000 roles and not one more', async () => {
    const form = (name: number) =>
      `Action=CreateRole&Version=2010-05-08&RoleName=r${name}&AssumeRolePolicyDocument=${encodeURIComponent(TRUST_POLICY)}`;
    for (let first = 0; first < 1000; first += 200) {
      await Promise.all(Array.from({ length: 200 }, (_, i) => world.raw(form(first + i))));
    }
    expect(await refusal(create())).toBe('409 LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000');
  });
});
