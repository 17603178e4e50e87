import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  type GetRoleCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Shop, startShop } from '../shop.ts';
import {
  ADMINISTRATOR_ARN,
  allow,
  BOUNDARY_ARN,
  DENY_ALL_ARN,
  policy,
  refusal,
  TRUST_POLICY,
} from '../world.ts';

let shop: Shop;
/** The IAM client of a session of the role `shop`. */
let session: Shop['iam'];
beforeEach(async () => {
  shop = await startShop();
  session = shop.clientsOf((await shop.assume(await shop.issuer.token())).Credentials).iam;
});
afterEach(() => shop.close());

/** Lets the session do all that IAM has, where the condition holds. */
const when = (Condition: object) =>
  shop.iam.send(
    new PutRolePolicyCommand({
      RoleName: 'shop',
      PolicyName: 'p',
      PolicyDocument: policy({ ...allow('iam:*', '*'), Condition }),
    }),
  );
const attempt = async (command: object) =>
  (await refusal(session.send(command as GetRoleCommand))).replace(/: .*/s, '');
const DENIED = '403 AccessDenied';

const RoleName = 'other';
const create = (input: object = {}) =>
  new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST_POLICY, ...input });

describe('iam:PermissionsBoundary', () => {
  beforeEach(() => when({ StringEquals: { 'iam:PermissionsBoundary': BOUNDARY_ARN } }));

  test('is the boundary that a call sets', async () => {
    expect(await attempt(create())).toBe(DENIED);
    expect(await attempt(create({ PermissionsBoundary: ADMINISTRATOR_ARN }))).toBe(DENIED);
    expect(await attempt(create({ PermissionsBoundary: BOUNDARY_ARN }))).toBe('accepted');
    const put = (PermissionsBoundary: string) =>
      new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary });
    expect(await attempt(put(DENY_ALL_ARN))).toBe(DENIED);
    expect(await attempt(put(BOUNDARY_ARN))).toBe('accepted');
  });

  test('is the role’s own boundary where a call changes the role otherwise', async () => {
    const changes = () => [
      new PutRolePolicyCommand({ RoleName, PolicyName: 'q', PolicyDocument: policy(allow('s3:*', '*')) }),
      new AttachRolePolicyCommand({ RoleName, PolicyArn: DENY_ALL_ARN }),
      new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST_POLICY }),
      new DeleteRolePolicyCommand({ RoleName, PolicyName: 'q' }),
      new DeleteRolePermissionsBoundaryCommand({ RoleName }),
    ];
    await shop.iam.send(create({ PermissionsBoundary: BOUNDARY_ARN }));
    for (const change of changes()) expect(await attempt(change)).toBe('accepted');
    for (const change of changes()) expect(await attempt(change)).toBe(DENIED);
  });
});

test('iam:PolicyARN is the policy that is attached', async () => {
  await shop.iam.send(create());
  await when({ ArnEquals: { 'iam:PolicyARN': DENY_ALL_ARN } });
  const attach = (PolicyArn: string) => new AttachRolePolicyCommand({ RoleName, PolicyArn });
  expect(await attempt(attach(ADMINISTRATOR_ARN))).toBe(DENIED);
  expect(await attempt(attach(DENY_ALL_ARN))).toBe('accepted');
});

test('aws:RequestTag and aws:TagKeys are the tags of the call', async () => {
  await shop.iam.send(create());
  const tag = (...Tags: { Key: string; Value: string }[]) => new TagRoleCommand({ RoleName, Tags });
  await when({ StringEquals: { 'aws:RequestTag/Team': 'web' } });
  expect(await attempt(tag({ Key: 'team', Value: 'shop' }))).toBe(DENIED);
  expect(await attempt(tag({ Key: 'team', Value: 'web' }))).toBe('accepted');
  await when({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'cost'] } });
  expect(await attempt(tag({ Key: 'team', Value: 'x' }, { Key: 'other', Value: 'x' }))).toBe(DENIED);
  expect(await attempt(new UntagRoleCommand({ RoleName, TagKeys: ['team', 'other'] }))).toBe(DENIED);
  expect(await attempt(new UntagRoleCommand({ RoleName, TagKeys: ['team'] }))).toBe('accepted');
});

test.each(['aws:ResourceTag/team', 'iam:ResourceTag/team'])('%s is the role’s own tag', async (key) => {
  await shop.iam.send(create({ Tags: [{ Key: 'team', Value: 'web' }] }));
  await when({ StringEquals: { [key]: 'web' } });
  const update = (name: string) =>
    new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: TRUST_POLICY });
  expect(await attempt(update(RoleName))).toBe('accepted');
  expect(await attempt(update('shop'))).toBe(DENIED);
});
