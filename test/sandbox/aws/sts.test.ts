import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteRoleCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { base64url, exportSPKI, SignJWT } from 'jose';
import {
  ACCOUNT,
  AUDIENCE,
  CONDITION_PREFIX,
  ISSUER,
  newKeys,
  PROVIDER_ARN,
  policy,
  REPOSITORY,
  refusal,
  START,
  SUBJECT,
  startWorld,
  type TestWorld,
  TRUST,
  TRUST_POLICY,
} from './world.ts';

const RoleArn = `arn:aws:iam::${ACCOUNT}:role/rolewright/shop`;
const RoleSessionName = 'build-1';
const SECONDS = START / 1000;
const DENIED = '403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity';

let world: TestWorld;
beforeEach(async () => {
  world = await startWorld();
  await world.iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: [AUDIENCE] }));
  await world.iam.send(
    new CreateRoleCommand({
      RoleName: 'shop',
      Path: '/rolewright/',
      AssumeRolePolicyDocument: TRUST_POLICY,
      MaxSessionDuration: 7200,
    }),
  );
});
afterEach(() => world.close());

const assume = (WebIdentityToken: string, input: object = {}) =>
  world.sts.send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName, WebIdentityToken, ...input }),
  );
const attempt = async (...args: Parameters<TestWorld['issuer']['token']>) =>
  refusal(assume(await world.issuer.token(...args)));
const trust = (...statements: (typeof TRUST)[]) =>
  world.iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: 'shop', PolicyDocument: policy(...statements) }),
  );

describe('a good token', () => {
  test('is answered with a session of the role', async () => {
    const answer = await assume(await world.issuer.token());
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
    const token = await world.issuer.token();
    const form = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn,
      RoleSessionName,
      WebIdentityToken: token,
    });
    expect((await world.raw(form.toString(), false)).status).toBe(200);
  });

  test.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'])(
    'may be signed with %s',
    async (algorithm) => {
      const keys = await newKeys(algorithm, 'other');
      world.issuer.published.push(keys.jwk);
      expect(await attempt({}, { keys })).toBe('accepted');
    },
  );

  test('may come from a step with a deployment environment', async () => {
    expect(await attempt({ sub: `${REPOSITORY}:{e}:{s}` })).toBe('accepted');
  });
});

describe('the parameters of a session', () => {
  test.each([
    ['the shortest', { DurationSeconds: 900 }],
    ['the longest of the role', { DurationSeconds: 7200 }],
    ['a name of 64 characters', { RoleSessionName: 's'.repeat(64) }],
  ])('may be %s', async (_, input) => {
    expect(await refusal(assume(await world.issuer.token(), input))).toBe('accepted');
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
    expect(await refusal(assume(await world.issuer.token(), input))).toMatch(/^400 ValidationError/);
  });
});

describe('a token that cannot be validated is an InvalidIdentityToken', () => {
  const INVALID = /^400 InvalidIdentityToken: /;

  test('when it is no JWT', async () => {
    expect(await refusal(assume('no token'))).toMatch(INVALID);
    expect(await refusal(assume('a.b.c'))).toMatch(INVALID);
  });

  test('when it is not signed (alg none)', async () => {
    const [, claims] = (await world.issuer.token()).split('.');
    const header = base64url.encode(JSON.stringify({ alg: 'none' }));
    expect(await refusal(assume(`${header}.${claims}.`))).toMatch(INVALID);
  });

  test('when it is signed with HS256 and the public key as the secret', async () => {
    const secret = new TextEncoder().encode(await exportSPKI(world.issuer.keys.publicKey));
    const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: SUBJECT, exp: SECONDS + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'first' })
      .sign(secret);
    expect(await refusal(assume(token))).toMatch(INVALID);
  });

  test('when another key signed it under the issuer’s key id', async () => {
    expect(await attempt({}, { keys: await newKeys('ES256', 'first') })).toMatch(INVALID);
  });

  test('when its key id is none of the issuer’s', async () => {
    expect(await attempt({}, { keys: await newKeys('ES256', 'foreign') })).toMatch(INVALID);
  });

  test('when its claims were changed after signing', async () => {
    const [header, , signature] = (await world.issuer.token()).split('.');
    const [, claims] = (await world.issuer.token({ sub: `${REPOSITORY}:{other}` })).split('.');
    expect(await refusal(assume(`${header}.${claims}.${signature}`))).toMatch(INVALID);
  });

  test('when its issuer has no provider in this account', async () => {
    expect(await attempt({ iss: ISSUER.replace('acme', 'globex') })).toMatch(INVALID);
    expect(await attempt({ iss: ISSUER.replace('https', 'http') })).toMatch(INVALID);
    expect(await attempt({ iss: `${ISSUER}/` })).toMatch(INVALID);
    expect(await attempt({ iss: undefined })).toMatch(INVALID);
    await world.iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER_ARN }));
    expect(await attempt()).toMatch(INVALID);
  });

  test('when its audience is not among the client ids', async () => {
    expect(await attempt({ aud: 'other' })).toMatch(INVALID);
    expect(await attempt({ aud: AUDIENCE.toUpperCase() })).toMatch(INVALID);
    expect(await attempt({ aud: undefined })).toMatch(INVALID);
    await world.iam.send(
      new RemoveClientIDFromOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: PROVIDER_ARN,
        ClientID: AUDIENCE,
      }),
    );
    expect(await attempt()).toMatch(INVALID);
  });

  test('when it names no subject or no expiry', async () => {
    expect(await attempt({ sub: undefined })).toMatch(INVALID);
    expect(await attempt({ exp: undefined })).toMatch(INVALID);
  });

  test('when its times are more than five minutes ahead', async () => {
    expect(await attempt({ iat: SECONDS + 300 })).toBe('accepted');
    expect(await attempt({ iat: SECONDS + 301 })).toMatch(INVALID);
    expect(await attempt({ nbf: SECONDS + 301 })).toMatch(INVALID);
  });
});

describe('an expired token is an ExpiredTokenException', () => {
  test('from the second of its expiry on', async () => {
    expect(await attempt({ exp: SECONDS + 1 })).toBe('accepted');
    expect(await attempt({ exp: SECONDS })).toMatch(/^400 ExpiredTokenException: /);
    expect(await attempt({ exp: SECONDS - 1 })).toMatch(/^400 ExpiredTokenException: /);
  });
});

describe('what is wrong first is what is answered', () => {
  test('a forged and expired token is invalid', async () => {
    const keys = await newKeys('ES256', 'first');
    expect(await attempt({ exp: SECONDS - 1 }, { keys })).toMatch(/^400 InvalidIdentityToken/);
  });

  test('an expired token for another repository or audience is expired', async () => {
    expect(await attempt({ exp: SECONDS - 1, sub: '{other}:{s}' })).toMatch(/^400 ExpiredTokenException/);
    expect(await attempt({ exp: SECONDS - 1, aud: 'other' })).toMatch(/^400 ExpiredTokenException/);
  });

  test('a token with a foreign audience is invalid, whatever the role', async () => {
    const token = await world.issuer.token({ aud: 'other' });
    expect(await refusal(assume(token, { RoleArn: `${RoleArn}-missing` }))).toMatch(
      /^400 InvalidIdentityToken/,
    );
  });
});

describe('a valid token that the role does not trust is denied', () => {
  test('when there is no such role', async () => {
    const token = await world.issuer.token();
    for (const arn of [
      `${RoleArn}-missing`,
      `arn:aws:iam::${ACCOUNT}:role/shop`,
      'arn:aws:iam::999900001111:role/rolewright/shop',
    ]) {
      expect(await refusal(assume(token, { RoleArn: arn }))).toBe(DENIED);
    }
    await world.iam.send(new DeleteRoleCommand({ RoleName: 'shop' }));
    expect(await attempt()).toBe(DENIED);
  });

  test('when its subject is another repository’s', async () => {
    expect(await attempt({ sub: `{ffffffff-ce6a-42a0-a8c8-eadbf1174ac7}:{s}` })).toBe(DENIED);
    expect(await attempt({ sub: SUBJECT.toUpperCase() })).toBe(DENIED);
    expect(await attempt({ sub: `x${SUBJECT}` })).toBe(DENIED);
    expect(await attempt({ sub: REPOSITORY })).toBe(DENIED);
  });

  test('when its audience is a list of more than one and the condition a plain StringEquals', async () => {
    expect(await attempt({ aud: [AUDIENCE, 'rolewright'] })).toBe(DENIED);
    expect(await attempt({ aud: ['rolewright', AUDIENCE] })).toBe(DENIED);
    expect(await attempt({ aud: [AUDIENCE, AUDIENCE] })).toBe(DENIED);
  });

  test('but a list of one audience counts as its value', async () => {
    expect(await attempt({ aud: [AUDIENCE] })).toBe('accepted');
  });

  test('when the role trusts another provider', async () => {
    const Federated = PROVIDER_ARN.replace('acme', 'globex');
    await trust({ ...TRUST, Principal: { Federated } });
    expect(await attempt()).toBe(DENIED);
    await trust({ ...TRUST, Principal: { Service: CONDITION_PREFIX.split('/')[0] } });
    expect(await attempt()).toBe(DENIED);
    await trust({ ...TRUST, Principal: { Federated: [Federated, PROVIDER_ARN] } });
    expect(await attempt()).toBe('accepted');
    await trust({ ...TRUST, Principal: '*' });
    expect(await attempt()).toBe('accepted');
  });

  test('when the role allows another action', async () => {
    await trust({ ...TRUST, Action: 'sts:AssumeRole' });
    expect(await attempt()).toBe(DENIED);
    await trust({ ...TRUST, Action: ['sts:TagSession', 'sts:assumerolewithweb*'] });
    expect(await attempt()).toBe('accepted');
  });

  test('when a statement denies without a condition', async () => {
    const deny = { Effect: 'Deny', Principal: TRUST.Principal, Action: TRUST.Action };
    await trust(TRUST, deny);
    expect(await attempt()).toBe(DENIED);
    await trust(deny);
    expect(await attempt()).toBe(DENIED);
    await trust(TRUST);
    expect(await attempt()).toBe('accepted');
  });

  test('when a statement denies this subject only', async () => {
    const Condition = { StringLike: { [`${CONDITION_PREFIX}:sub`]: '*:{bad}' } };
    await trust(TRUST, { ...TRUST, Effect: 'Deny', Condition });
    expect(await attempt({ sub: `${REPOSITORY}:{bad}` })).toBe(DENIED);
    expect(await attempt({ sub: `${REPOSITORY}:{good}` })).toBe('accepted');
  });

  test('when it relies on a claim that AWS has no condition key for', async () => {
    const Condition = { StringEquals: { [`${CONDITION_PREFIX}:branchName`]: 'main' } };
    await trust({ ...TRUST, Condition });
    expect(await attempt({ branchName: 'main' })).toBe(DENIED);
  });

  test('when the session’s name or the authentication method is not the one asked for', async () => {
    await trust({ ...TRUST, Condition: { StringEquals: { 'sts:RoleSessionName': 'release' } } });
    const token = await world.issuer.token();
    expect(await refusal(assume(token))).toBe(DENIED);
    expect(await refusal(assume(token, { RoleSessionName: 'release' }))).toBe('accepted');
    await trust({
      ...TRUST,
      Condition: { 'ForAnyValue:StringEquals': { [`${CONDITION_PREFIX}:amr`]: 'mfa' } },
    });
    expect(await attempt()).toBe(DENIED);
    expect(await attempt({ amr: ['pwd', 'mfa'] })).toBe('accepted');
  });

  test('when its keys differ in case they are the same keys', async () => {
    const Condition = { StringEquals: { [`${CONDITION_PREFIX.toUpperCase()}:SUB`]: SUBJECT } };
    await trust({ ...TRUST, Condition });
    expect(await attempt()).toBe('accepted');
  });
});

describe('the issuer’s keys', () => {
  test('are fetched once, and again when a key is not known', async () => {
    await attempt();
    await attempt();
    expect(world.issuer.keyFetches).toBe(1);
    const keys = await newKeys('ES256', 'second');
    world.issuer.published = [keys.jwk];
    expect(await attempt({}, { keys })).toBe('accepted');
    expect(world.issuer.keyFetches).toBe(2);
    expect(await attempt({}, { keys: world.issuer.keys })).toMatch(/^400 InvalidIdentityToken/);
  });

  test('that cannot be fetched are an IDPCommunicationError', async () => {
    world.issuer.status = 503;
    expect(await attempt()).toMatch(/^400 IDPCommunicationError/);
    world.issuer.status = 200;
    expect(await attempt()).toBe('accepted');
  });
});

describe('the caller identity', () => {
  const identityOf = (accessKeyId: string) =>
    world.clientsOf(accessKeyId).sts.send(new GetCallerIdentityCommand({}));
  const newSession = async () =>
    (await assume(await world.issuer.token())).Credentials?.AccessKeyId ?? 'none';

  test('of any other key is a user of the account', async () => {
    expect(await identityOf('AKIAOTHER')).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:user/sandbox`,
    });
  });

  test('of a session is the assumed role, also after a restart', async () => {
    const key = await newSession();
    await world.restart();
    expect(await identityOf(key)).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/shop/build-1`,
      UserId: expect.stringMatching(/^AROA.*:build-1$/),
    });
  });

  test('of a session ends with its time', async () => {
    const key = await newSession();
    world.clock.now += 3600_000 - 1;
    expect(await refusal(identityOf(key))).toBe('accepted');
    world.clock.now += 1;
    expect(await refusal(identityOf(key))).toMatch(/^403 ExpiredToken: /);
  });

  test('of a session ends with its role, also when the role is created again', async () => {
    const key = await newSession();
    await world.iam.send(new DeleteRoleCommand({ RoleName: 'shop' }));
    expect(await refusal(identityOf(key))).toMatch(/^403 InvalidClientTokenId: /);
    await world.iam.send(
      new CreateRoleCommand({
        RoleName: 'shop',
        Path: '/rolewright/',
        AssumeRolePolicyDocument: TRUST_POLICY,
      }),
    );
    expect(await refusal(identityOf(key))).toMatch(/^403 InvalidClientTokenId: /);
  });
});
