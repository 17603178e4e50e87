import { DeleteRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DENIED, ROLE_ARN, type Shop, startShop } from '../shop.ts';
import {
  ACCOUNT,
  AUDIENCE,
  CONDITION_PREFIX,
  PROVIDER_ARN,
  policy,
  REPOSITORY,
  refusal,
  SUBJECT,
  TRUST,
} from '../world.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.close());

const trust = (...statements: (typeof TRUST)[]) =>
  shop.iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: 'shop', PolicyDocument: policy(...statements) }),
  );

describe('a valid token that the role does not trust is denied', () => {
  test('when there is no such role', async () => {
    const token = await shop.issuer.token();
    for (const arn of [
      `${ROLE_ARN}-missing`,
      `arn:aws:iam::${ACCOUNT}:role/shop`,
      'arn:aws:iam::999900001111:role/rolewright/shop',
    ]) {
      expect(await refusal(shop.assume(token, { RoleArn: arn }))).toBe(DENIED);
    }
    await shop.iam.send(new DeleteRoleCommand({ RoleName: 'shop' }));
    expect(await shop.attempt()).toBe(DENIED);
  });

  test('when its subject is another repository’s', async () => {
    expect(await shop.attempt({ sub: `{ffffffff-ce6a-42a0-a8c8-eadbf1174ac7}:{s}` })).toBe(DENIED);
    expect(await shop.attempt({ sub: SUBJECT.toUpperCase() })).toBe(DENIED);
    expect(await shop.attempt({ sub: `x${SUBJECT}` })).toBe(DENIED);
    expect(await shop.attempt({ sub: REPOSITORY })).toBe(DENIED);
  });

  test('when its audience is a list of more than one and the condition a plain StringEquals', async () => {
    expect(await shop.attempt({ aud: [AUDIENCE, 'rolewright'] })).toBe(DENIED);
    expect(await shop.attempt({ aud: ['rolewright', AUDIENCE] })).toBe(DENIED);
    expect(await shop.attempt({ aud: [AUDIENCE, AUDIENCE] })).toBe(DENIED);
  });

  test('but a list of one audience counts as its value', async () => {
    expect(await shop.attempt({ aud: [AUDIENCE] })).toBe('accepted');
  });

  test('when the role trusts another provider', async () => {
    const Federated = PROVIDER_ARN.replace('acme', 'globex');
    await trust({ ...TRUST, Principal: { Federated } });
    expect(await shop.attempt()).toBe(DENIED);
    await trust({ ...TRUST, Principal: { Service: CONDITION_PREFIX.split('/')[0] } });
    expect(await shop.attempt()).toBe(DENIED);
    await trust({ ...TRUST, Principal: { Federated: [Federated, PROVIDER_ARN] } });
    expect(await shop.attempt()).toBe('accepted');
  });

  test('but a principal * and an AWS principal * are the same: all', async () => {
    for (const Principal of ['*', { AWS: '*' }, { AWS: [ACCOUNT, '*'] }]) {
      await trust({ ...TRUST, Principal });
      expect(await shop.attempt()).toBe('accepted');
      await trust(TRUST, { Effect: 'Deny', Principal, Action: TRUST.Action });
      expect(await shop.attempt()).toBe(DENIED);
    }
    await trust({ ...TRUST, Principal: { AWS: ACCOUNT } });
    expect(await shop.attempt()).toBe(DENIED);
  });

  test('when its policy admits it by one of two equal JSON keys: such a policy is not taken', async () => {
    const foreign = JSON.stringify({ [`${CONDITION_PREFIX}:sub`]: '*' });
    const PolicyDocument = policy(TRUST).replace('"StringLike":', `"StringLike":${foreign},"StringLike":`);
    const put = () => shop.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'shop', PolicyDocument }));
    expect(await refusal(put())).toMatch(/^400 MalformedPolicyDocument/);
    expect(await shop.attempt({ sub: '{other}:{s}' })).toBe(DENIED);
  });

  test('when the role allows another action', async () => {
    await trust({ ...TRUST, Action: 'sts:AssumeRole' });
    expect(await shop.attempt()).toBe(DENIED);
    await trust({ ...TRUST, Action: ['sts:TagSession', 'sts:assumerolewithweb*'] });
    expect(await shop.attempt()).toBe('accepted');
  });

  test('when a statement denies without a condition', async () => {
    const deny = { Effect: 'Deny', Principal: TRUST.Principal, Action: TRUST.Action };
    await trust(TRUST, deny);
    expect(await shop.attempt()).toBe(DENIED);
    await trust(deny);
    expect(await shop.attempt()).toBe(DENIED);
    await trust(TRUST);
    expect(await shop.attempt()).toBe('accepted');
  });

  test('when a statement denies this subject only', async () => {
    const Condition = { StringLike: { [`${CONDITION_PREFIX}:sub`]: '*:{bad}' } };
    await trust(TRUST, { ...TRUST, Effect: 'Deny', Condition });
    expect(await shop.attempt({ sub: `${REPOSITORY}:{bad}` })).toBe(DENIED);
    expect(await shop.attempt({ sub: `${REPOSITORY}:{good}` })).toBe('accepted');
  });

  test('when it relies on a claim that AWS has no condition key for', async () => {
    const Condition = { StringEquals: { [`${CONDITION_PREFIX}:branchName`]: 'main' } };
    await trust({ ...TRUST, Condition });
    expect(await shop.attempt({ branchName: 'main' })).toBe(DENIED);
  });

  test('when the session’s name or the authentication method is not the one asked for', async () => {
    await trust({ ...TRUST, Condition: { StringEquals: { 'sts:RoleSessionName': 'release' } } });
    const token = await shop.issuer.token();
    expect(await refusal(shop.assume(token))).toBe(DENIED);
    expect(await refusal(shop.assume(token, { RoleSessionName: 'release' }))).toBe('accepted');
    await trust({
      ...TRUST,
      Condition: { 'ForAnyValue:StringEquals': { [`${CONDITION_PREFIX}:amr`]: 'mfa' } },
    });
    expect(await shop.attempt()).toBe(DENIED);
    expect(await shop.attempt({ amr: ['pwd', 'mfa'] })).toBe('accepted');
  });

  test('when its keys differ in case they are the same keys', async () => {
    const Condition = { StringEquals: { [`${CONDITION_PREFIX.toUpperCase()}:SUB`]: SUBJECT } };
    await trust({ ...TRUST, Condition });
    expect(await shop.attempt()).toBe('accepted');
  });
});

describe('the condition keys of a provider are those of AWS’s table', () => {
  const when = (name: string, value: string) =>
    trust({ ...TRUST, Condition: { StringEquals: { [`${CONDITION_PREFIX}:${name}`]: value } } });

  test('aud is the claim azp where the token has one, else aud', async () => {
    await when('aud', AUDIENCE);
    expect(await shop.attempt({ azp: AUDIENCE, aud: 'other' })).toBe('accepted');
    expect(await shop.attempt({ aud: AUDIENCE })).toBe('accepted');
    await when('aud', 'other');
    expect(await shop.attempt({ azp: AUDIENCE, aud: 'other' })).toBe(DENIED);
  });

  test('a token whose azp is not one of the client ids is invalid, whatever its aud', async () => {
    await when('aud', AUDIENCE);
    for (const azp of ['other', '', 7, null, ['other']]) {
      expect(await shop.attempt({ azp, aud: AUDIENCE })).toMatch(/^400 InvalidIdentityToken: /);
    }
  });

  test('oaud is the claim aud, and only of a token that has azp', async () => {
    await when('oaud', 'other');
    expect(await shop.attempt({ azp: AUDIENCE, aud: 'other' })).toBe('accepted');
    await when('oaud', AUDIENCE);
    expect(await shop.attempt({ aud: AUDIENCE })).toBe(DENIED);
  });

  test('email is the claim email', async () => {
    await when('email', 'ada@acme.example');
    expect(await shop.attempt({ email: 'ada@acme.example' })).toBe('accepted');
    expect(await shop.attempt({ email: 'eve@acme.example' })).toBe(DENIED);
    expect(await shop.attempt({ email: ['ada@acme.example'] })).toBe(DENIED);
    expect(await shop.attempt()).toBe(DENIED);
  });

  test('amr is the claim amr, and one text is a list of one', async () => {
    await when('amr', 'mfa');
    expect(await shop.attempt({ amr: ['mfa'] })).toBe('accepted');
    expect(await shop.attempt({ amr: 'mfa' })).toBe('accepted');
    expect(await shop.attempt({ amr: 'pwd' })).toBe(DENIED);
  });
});
