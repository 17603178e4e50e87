import { AttachRolePolicyCommand, CreatePolicyCommand, DeletePolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Shop, startShop } from '../shop.ts';
import { ACCOUNT, ADMINISTRATOR_ARN, allow, BOUNDARY_ARN, DENY_ALL_ARN, policy, refusal } from '../world.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
  await shop.iam.send(new AttachRolePolicyCommand({ RoleName: 'shop', PolicyArn: ADMINISTRATOR_ARN }));
});
afterEach(() => shop.close());

const assume = async (input: object) => shop.assume(await shop.issuer.token(), input);
const attempt = (input: object) => refusal(assume(input));
const why = async (accessKeyId: string | undefined, action: string) =>
  (await shop.json('POST', '/sandbox/can-act', { accessKeyId, action, resource: 'arn:aws:s3:::b/x' })).body
    .why;

/** What `can-act` answers a session with these policies for s3:GetObject and of sqs:SendMessage. */
async function answers(input: object): Promise<unknown[]> {
  const { Credentials } = await assume(input);
  return Promise.all(
    ['s3:GetObject', 'sqs:SendMessage'].map((action) => why(Credentials?.AccessKeyId, action)),
  );
}

const MAY = 'the policies of the role and its boundary allow it';
const NOT_ALLOWED = 'no session policy allows it';
const read = policy(allow('s3:Get*', '*'));

describe('a session policy', () => {
  test('leaves what it and the role’s policies both allow', async () => {
    expect(await answers({})).toEqual([MAY, MAY]);
    expect(await answers({ Policy: read })).toEqual([MAY, NOT_ALLOWED]);
    expect(await answers({ PolicyArns: [{ arn: BOUNDARY_ARN }] })).toEqual([MAY, NOT_ALLOWED]);
  });

  test('allows nothing that the role’s policies do not allow', async () => {
    const { Credentials } = await assume({ Policy: policy(allow('*', '*')) });
    const { iam } = shop;
    await iam.send(new CreatePolicyCommand({ PolicyName: 'p', PolicyDocument: policy(allow('sqs:*', '*')) }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'shop', PolicyArn: DENY_ALL_ARN }));
    expect(await why(Credentials?.AccessKeyId, 'sqs:SendMessage')).toBe('a policy of the role denies it');
  });

  test('adds to others: what one of several allows is allowed', async () => {
    const Policy = policy(allow('sqs:SendMessage', '*'));
    expect(await answers({ Policy, PolicyArns: [{ arn: BOUNDARY_ARN }] })).toEqual([MAY, MAY]);
  });

  test('that denies wins', async () => {
    const deny = { Effect: 'Deny', Action: 's3:*', Resource: '*' };
    expect(await answers({ Policy: policy(allow('*', '*'), deny) })).toEqual([
      'a session policy denies it',
      MAY,
    ]);
    const denied = 'a session policy denies it';
    expect(await answers({ Policy: read, PolicyArns: [{ arn: DENY_ALL_ARN }] })).toEqual([denied, denied]);
  });

  test('that is managed and deleted allows nothing', async () => {
    const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/p`;
    await shop.iam.send(new CreatePolicyCommand({ PolicyName: 'p', PolicyDocument: read }));
    const { Credentials } = await assume({ PolicyArns: [{ arn: PolicyArn }] });
    expect(await why(Credentials?.AccessKeyId, 's3:GetObject')).toBe(MAY);
    await shop.iam.send(new DeletePolicyCommand({ PolicyArn }));
    expect(await why(Credentials?.AccessKeyId, 's3:GetObject')).toBe(NOT_ALLOWED);
  });

  test('lives as long as its session, also over a restart', async () => {
    const { Credentials } = await assume({ Policy: read });
    await shop.restart();
    expect(await why(Credentials?.AccessKeyId, 'sqs:SendMessage')).toBe(NOT_ALLOWED);
  });
});

describe('session policies are limited', () => {
  const ofLength = (length: number) =>
    read.replace('s3:Get*', 's3:Get*'.padEnd(length - read.length + 7, 'x'));

  test('to 2,048 characters with the ARNs', async () => {
    expect(await attempt({ Policy: ofLength(2048) })).toBe('accepted');
    expect(await attempt({ Policy: ofLength(2049) })).toMatch(/^400 ValidationError: /);
    const PolicyArns = [{ arn: BOUNDARY_ARN }];
    expect(await attempt({ PolicyArns, Policy: ofLength(2048 - BOUNDARY_ARN.length) })).toBe('accepted');
    expect(await attempt({ PolicyArns, Policy: ofLength(2049 - BOUNDARY_ARN.length) })).toMatch(
      /^400 PackedPolicyTooLarge/,
    );
  });

  test('to ten ARNs, each of a policy in the account', async () => {
    const arns = (count: number) => Array.from({ length: count }, () => ({ arn: DENY_ALL_ARN }));
    expect(await attempt({ PolicyArns: arns(10) })).toBe('accepted');
    expect(await attempt({ PolicyArns: arns(11) })).toMatch(/^400 ValidationError: /);
    for (const arn of [
      `${BOUNDARY_ARN}x`,
      'arn:aws:s3:::bucket-of-length',
      `arn:aws:iam::${ACCOUNT}:role/x`,
    ]) {
      expect(await attempt({ PolicyArns: [{ arn }] })).toMatch(/^400 ValidationError: /);
    }
  });

  test('to the grammar of an identity policy', async () => {
    for (const Policy of ['{', '{}', policy({ ...allow('s3:*', '*'), Principal: '*' })]) {
      expect(await attempt({ Policy })).toMatch(/^400 MalformedPolicyDocument: /);
    }
  });
});

test('the size of the session’s policies is answered in per cent', async () => {
  expect((await assume({})).PackedPolicySize).toBeUndefined();
  expect((await assume({ Policy: read })).PackedPolicySize).toBe(Math.ceil((read.length * 100) / 2048));
});

test('no parameter of the call is ignored', async () => {
  expect((await assume({ MinimumSessionTokenSize: 4000 })).Credentials?.SessionToken?.length).toBeGreaterThan(
    3999,
  );
  expect(await attempt({ MinimumSessionTokenSize: 4097 })).toMatch(/^400 ValidationError: /);
  expect(await attempt({ ProviderId: 'www.amazon.com' })).toMatch(/^400 ValidationError: /);
});
