import {
  DeleteOpenIDConnectProviderCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { base64url, exportSPKI, SignJWT } from 'jose';
import { ROLE_ARN, type Shop, startShop } from '../shop.ts';
import {
  AUDIENCE,
  CONDITION_PREFIX,
  ISSUER,
  newKeys,
  PROVIDER_ARN,
  REPOSITORY,
  refusal,
  START,
  SUBJECT,
} from '../world.ts';

const SECONDS = START / 1000;

let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.close());

describe('a token that cannot be validated is an InvalidIdentityToken', () => {
  const INVALID = /^400 InvalidIdentityToken: /;

  test('when it is no JWT', async () => {
    expect(await refusal(shop.assume('no token'))).toMatch(INVALID);
    expect(await refusal(shop.assume('a.b.c'))).toMatch(INVALID);
  });

  test('when it is not signed (alg none)', async () => {
    const [, claims] = (await shop.issuer.token()).split('.');
    const header = base64url.encode(JSON.stringify({ alg: 'none' }));
    expect(await refusal(shop.assume(`${header}.${claims}.`))).toMatch(INVALID);
  });

  test('when it is signed with another algorithm, also while the keys cannot be fetched', async () => {
    const keys = await newKeys('PS256', 'other');
    shop.issuer.published.push(keys.jwk);
    expect(await shop.attempt({}, { keys })).toMatch(INVALID);
    shop.issuer.status = 503;
    expect(await shop.attempt({}, { keys })).toMatch(INVALID);
  });

  test('when it is signed with HS256 and the public key as the secret', async () => {
    const secret = new TextEncoder().encode(await exportSPKI(shop.issuer.keys.publicKey));
    const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: SUBJECT, exp: SECONDS + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'first' })
      .sign(secret);
    expect(await refusal(shop.assume(token))).toMatch(INVALID);
  });

  test('when another key signed it under the issuer’s key id', async () => {
    expect(await shop.attempt({}, { keys: await newKeys('ES256', 'first') })).toMatch(INVALID);
  });

  test('when its key id is none of the issuer’s', async () => {
    expect(await shop.attempt({}, { keys: await newKeys('ES256', 'foreign') })).toMatch(INVALID);
  });

  test('when its claims were changed after signing', async () => {
    const [header, , signature] = (await shop.issuer.token()).split('.');
    const [, claims] = (await shop.issuer.token({ sub: `${REPOSITORY}:{other}` })).split('.');
    expect(await refusal(shop.assume(`${header}.${claims}.${signature}`))).toMatch(INVALID);
  });

  test('when its issuer has no provider in this account', async () => {
    expect(await shop.attempt({ iss: ISSUER.replace('acme', 'globex') })).toMatch(INVALID);
    expect(await shop.attempt({ iss: ISSUER.replace('https', 'http') })).toMatch(INVALID);
    expect(await shop.attempt({ iss: `${ISSUER}/` })).toMatch(INVALID);
    expect(await shop.attempt({ iss: CONDITION_PREFIX })).toMatch(INVALID);
    expect(await shop.attempt({ iss: undefined })).toMatch(INVALID);
    await shop.iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER_ARN }));
    expect(await shop.attempt()).toMatch(INVALID);
  });

  test('when its audience is not among the client ids', async () => {
    expect(await shop.attempt({ aud: 'other' })).toMatch(INVALID);
    expect(await shop.attempt({ aud: AUDIENCE.toUpperCase() })).toMatch(INVALID);
    expect(await shop.attempt({ aud: undefined })).toMatch(INVALID);
    await shop.iam.send(
      new RemoveClientIDFromOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: PROVIDER_ARN,
        ClientID: AUDIENCE,
      }),
    );
    expect(await shop.attempt()).toMatch(INVALID);
  });

  test('when it names no subject or no expiry', async () => {
    expect(await shop.attempt({ sub: undefined })).toMatch(INVALID);
    expect(await shop.attempt({ exp: undefined })).toMatch(INVALID);
  });

  test.each(['exp', 'iat', 'nbf'])('when its %s is no integer', async (claim) => {
    for (const time of [SECONDS + 0.5, String(SECONDS + 60), null, [SECONDS]]) {
      expect(await shop.attempt({ [claim]: time })).toMatch(INVALID);
    }
  });

  test('when its times are more than five minutes ahead', async () => {
    expect(await shop.attempt({ iat: SECONDS + 300 })).toBe('accepted');
    expect(await shop.attempt({ iat: SECONDS + 301 })).toMatch(INVALID);
    expect(await shop.attempt({ nbf: SECONDS + 301 })).toMatch(INVALID);
  });
});

describe('an expired token is an ExpiredTokenException', () => {
  test('from the second of its expiry on', async () => {
    expect(await shop.attempt({ exp: SECONDS + 1 })).toBe('accepted');
    expect(await shop.attempt({ exp: SECONDS })).toMatch(/^400 ExpiredTokenException: /);
    expect(await shop.attempt({ exp: SECONDS - 1 })).toMatch(/^400 ExpiredTokenException: /);
  });
});

describe('what is wrong first is what is answered', () => {
  test('a forged and expired token is invalid', async () => {
    const keys = await newKeys('ES256', 'first');
    expect(await shop.attempt({ exp: SECONDS - 1 }, { keys })).toMatch(/^400 InvalidIdentityToken/);
  });

  test('an expired token for another repository or audience is expired', async () => {
    expect(await shop.attempt({ exp: SECONDS - 1, sub: '{other}:{s}' })).toMatch(
      /^400 ExpiredTokenException/,
    );
    expect(await shop.attempt({ exp: SECONDS - 1, aud: 'other' })).toMatch(/^400 ExpiredTokenException/);
  });

  test('a token with a foreign audience is invalid, whatever the role', async () => {
    const token = await shop.issuer.token({ aud: 'other' });
    expect(await refusal(shop.assume(token, { RoleArn: `${ROLE_ARN}-missing` }))).toMatch(
      /^400 InvalidIdentityToken/,
    );
  });
});

describe('the issuer’s keys', () => {
  test('are those that the issuer publishes now', async () => {
    expect(await shop.attempt()).toBe('accepted');
    const keys = await newKeys('ES256', 'second');
    shop.issuer.published = [keys.jwk];
    expect(await shop.attempt({}, { keys })).toBe('accepted');
    expect(await shop.attempt({}, { keys: shop.issuer.keys })).toMatch(/^400 InvalidIdentityToken/);
  });

  test('that cannot be fetched are an IDPCommunicationError, whatever was fetched before', async () => {
    expect(await shop.attempt()).toBe('accepted');
    shop.issuer.status = 503;
    expect(await shop.attempt()).toMatch(/^400 IDPCommunicationError/);
    shop.issuer.status = 200;
    expect(await shop.attempt()).toBe('accepted');
  });
});
