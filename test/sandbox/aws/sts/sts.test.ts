import { DeleteRoleCommand } from '@aws-sdk/client-iam';
import { type Credentials, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ROLE_ARN, type Shop, startShop } from '../shop.ts';
import { ACCOUNT, AUDIENCE, newKeys, PROVIDER_ARN, REPOSITORY, refusal, START, SUBJECT } from '../world.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.close());

describe('a good token', () => {
  test('is answered with a session of the role', async () => {
    const answer = await shop.assume(await shop.issuer.token());
    expect(answer).toMatchObject({
      Credentials: {
        AccessKeyId: expect.stringMatching(/^ASIA[A-Z0-9]{16}$/),
        SecretAccessKey: expect.stringMatching(/.{40}/),
        SessionToken: expect.stringMatching(/.{100}/),
        Expiration: new Date(START + 3600_000),
      },
      AssumedRoleUser: {
        AssumedRoleId: expect.stringMatching(/^AROA[A-Z0-9]{17}:build-1$/),
        Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/shop/build-1`,
      },
      Provider: PROVIDER_ARN,
      Audience: AUDIENCE,
      SubjectFromWebIdentityToken: SUBJECT,
    });
  });

  test('needs no signature of the request', async () => {
    const token = await shop.issuer.token();
    const form = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ROLE_ARN,
      RoleSessionName: 'build-1',
      WebIdentityToken: token,
    });
    expect((await shop.raw(form.toString(), false)).status).toBe(200);
  });

  test.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'])(
    'may be signed with %s',
    async (algorithm) => {
      const keys = await newKeys(algorithm, 'other');
      shop.issuer.published.push(keys.jwk);
      expect(await shop.attempt({}, { keys })).toBe('accepted');
    },
  );

  test('may come from a step with a deployment environment', async () => {
    expect(await shop.attempt({ sub: `${REPOSITORY}:{e}:{s}` })).toBe('accepted');
  });
});

describe('the parameters of a session', () => {
  test.each([
    ['the shortest', { DurationSeconds: 900 }],
    ['the longest of the role', { DurationSeconds: 7200 }],
    ['a name of 64 characters', { RoleSessionName: 's'.repeat(64) }],
  ])('may be %s', async (_, input) => {
    expect(await refusal(shop.assume(await shop.issuer.token(), input))).toBe('accepted');
  });

  test.each([
    ['shorter than 15 minutes', { DurationSeconds: 899 }],
    ['longer than the role allows', { DurationSeconds: 7201 }],
    ['longer than any role allows', { DurationSeconds: 43_201 }],
    ['a name of 65 characters', { RoleSessionName: 's'.repeat(65) }],
    ['a name of one character', { RoleSessionName: 's' }],
    ['a name with a space', { RoleSessionName: 'a b' }],
    ['the ARN of no role', { RoleArn: `arn:aws:iam::${ACCOUNT}:user/shop` }],
  ])('may not be %s', async (_, input) => {
    expect(await refusal(shop.assume(await shop.issuer.token(), input))).toMatch(/^400 ValidationError/);
  });
});

describe('the caller identity', () => {
  const identityOf = (credentials: string | Credentials | undefined) =>
    shop.clientsOf(credentials).sts.send(new GetCallerIdentityCommand({}));
  const newSession = async () => (await shop.assume(await shop.issuer.token())).Credentials;

  test('of any other key is a user of the account', async () => {
    expect(await identityOf('AKIAOTHER')).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:user/sandbox`,
    });
  });

  test('of a session is the assumed role, also after a restart', async () => {
    const key = await newSession();
    await shop.restart();
    expect(await identityOf(key)).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/shop/build-1`,
      UserId: expect.stringMatching(/^AROA.*:build-1$/),
    });
  });

  test('of a session ends with its time', async () => {
    const key = await newSession();
    shop.clock.now += 3600_000 - 1;
    expect(await refusal(identityOf(key))).toBe('accepted');
    shop.clock.now += 1;
    expect(await refusal(identityOf(key))).toMatch(/^403 ExpiredToken: /);
  });

  test('of a session ends with its role, also when the role is created again', async () => {
    const key = await newSession();
    await shop.iam.send(new DeleteRoleCommand({ RoleName: 'shop' }));
    expect(await refusal(identityOf(key))).toMatch(/^403 InvalidClientTokenId: /);
    await shop.createRole();
    expect(await refusal(identityOf(key))).toMatch(/^403 InvalidClientTokenId: /);
  });
});
