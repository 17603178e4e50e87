import {
  GetOutboundWebIdentityFederationInfoCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
} from '@aws-sdk/client-iam';
import { GetWebIdentityTokenCommand, type GetWebIdentityTokenCommandInput } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { ROLE_ARN, type Shop, startShop } from '../shop.ts';
import { ACCOUNT, allow, policy, refusal, START } from '../world.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.close());

const ask = async (input: Partial<GetWebIdentityTokenCommandInput> = {}, sts = shop.sts) =>
  sts.send(new GetWebIdentityTokenCommand({ Audience: ['rolewright'], SigningAlgorithm: 'RS256', ...input }));
const issuer = async () =>
  (await shop.iam.send(new GetOutboundWebIdentityFederationInfoCommand({}))).IssuerIdentifier ?? '';

/** The claims of a token, verified as a service outside AWS does it: by the issuer's discovery. */
async function verified(token: string | undefined) {
  const iss = await issuer();
  const base = `${shop.sandbox.url}/sandbox/issuers/${new URL(iss).host}`;
  const discovery = await (await fetch(`${base}/.well-known/openid-configuration`)).json();
  const { jwks_uri } = discovery as { issuer: string; jwks_uri: string };
  const keys = (await (await fetch(jwks_uri)).json()) as JSONWebKeySet;
  expect(discovery).toMatchObject({ issuer: iss });
  expect(JSON.stringify(keys)).not.toMatch(/"(d|p|q|dp|dq|qi)":/);
  return jwtVerify(token ?? '', createLocalJWKSet(keys), {
    issuer: iss,
    currentDate: new Date(shop.clock.now),
  });
}

describe('a token for services outside AWS', () => {
  test.each(['RS256', 'ES384'])('is signed with %s by the account’s own issuer', async (SigningAlgorithm) => {
    const { WebIdentityToken, Expiration } = await ask({ SigningAlgorithm });
    const { payload, protectedHeader } = await verified(WebIdentityToken);
    expect(protectedHeader.alg).toBe(SigningAlgorithm);
    expect(Expiration).toEqual(new Date(START + 300_000));
    expect(payload).toMatchObject({
      iss: expect.stringMatching(/^https:\/\/[0-9a-f-]{36}\.tokens\.sts\.global\.api\.aws$/),
      aud: 'rolewright',
      sub: `arn:aws:iam::${ACCOUNT}:user/sandbox`,
      iat: START / 1000,
      exp: START / 1000 + 300,
      'https://sts.amazonaws.com/': { aws_account: ACCOUNT, source_region: 'us-east-1' },
    });
  });

  test('has all audiences and tags that are asked for', async () => {
    const Tags = [{ Key: 'job', Value: '7' }];
    const { payload } = await verified((await ask({ Audience: ['a', 'b'], Tags })).WebIdentityToken);
    expect(payload.aud).toEqual(['a', 'b']);
    expect(payload['https://sts.amazonaws.com/']).toMatchObject({ request_tags: { job: '7' } });
  });

  test('keeps its issuer and keys over a restart', async () => {
    const [{ WebIdentityToken }, before] = [await ask(), await issuer()];
    await shop.restart();
    expect(await issuer()).toBe(before);
    expect((await verified(WebIdentityToken)).payload.aud).toBe('rolewright');
  });

  test.each<[string, Partial<GetWebIdentityTokenCommandInput>]>([
    ['without an audience', { Audience: [] }],
    ['for less than a minute', { DurationSeconds: 59 }],
    ['for more than an hour', { DurationSeconds: 3601 }],
    ['signed with another algorithm', { SigningAlgorithm: 'HS256' }],
  ])('is refused %s', async (_, input) => {
    expect(await refusal(ask(input))).toMatch(/^400 ValidationError: /);
  });
});

describe('a session’s token', () => {
  const session = async () => shop.clientsOf((await shop.assume(await shop.issuer.token())).Credentials).sts;
  const permit = (statement: ReturnType<typeof allow>) =>
    shop.iam.send(
      new PutRolePolicyCommand({ RoleName: 'shop', PolicyName: 'p', PolicyDocument: policy(statement) }),
    );

  test('names the role, with its tags', async () => {
    await permit(allow('sts:GetWebIdentityToken', '*'));
    await shop.iam.send(new TagRoleCommand({ RoleName: 'shop', Tags: [{ Key: 'team', Value: 'web' }] }));
    const { payload } = await verified((await ask({}, await session())).WebIdentityToken);
    expect(payload.sub).toBe(ROLE_ARN);
    expect(payload['https://sts.amazonaws.com/']).toMatchObject({ principal_tags: { team: 'web' } });
  });

  test('needs the permission, for its audience and its tags', async () => {
    const sts = await session();
    const outcome = async (input: Partial<GetWebIdentityTokenCommandInput>) =>
      (await refusal(ask(input, sts))).replace(/: .*/s, '');
    expect(await outcome({})).toBe('403 AccessDenied');
    const Condition = { 'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': 'rolewright' } };
    await permit({ ...allow('sts:GetWebIdentityToken', '*'), Condition });
    expect(await outcome({})).toBe('accepted');
    expect(await outcome({ Audience: ['rolewright', 'other'] })).toBe('403 AccessDenied');
    expect(await outcome({ Tags: [{ Key: 'a', Value: 'b' }] })).toBe('403 AccessDenied');
  });

  test('does not outlive the session', async () => {
    await permit(allow('sts:*', '*'));
    const sts = await session();
    shop.clock.now += 3_300_000;
    expect(await refusal(ask({ DurationSeconds: 300 }, sts))).toBe('accepted');
    expect(await refusal(ask({ DurationSeconds: 301 }, sts))).toMatch(/^403 SessionDurationEscalation/);
  });
});
