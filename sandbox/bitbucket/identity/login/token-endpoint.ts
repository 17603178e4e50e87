import { createHash } from 'node:crypto';
import type { Answer } from '../../../http/answers.ts';
import type { Seed, SeedIssuer } from '../../seed.ts';
import { companyToken, personClaims, type Signing } from '../company-tokens.ts';
import { lifetime, signClaims } from '../signing-keys.ts';
import type { PendingLogins } from './pending-logins.ts';

/** One issuer of people, at its own address. */
export type OneIssuer = Signing & {
  seed: Seed;
  issuer: SeedIssuer;
  base: () => string;
  logins: PendingLogins;
};

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const TOKEN_LIFE_S = 3600;

/** An answer that nothing may keep. */
export const json = (status: number, body: unknown): Answer => ({
  status,
  body,
  headers: { 'cache-control': 'no-store' },
});
/** An error of RFC 6749, section 5.2. */
export const oauthError = (error: string, text: string): Answer =>
  json(400, { error, error_description: text });

/** Redeems the code of a browser's or a device's login, for the client that began it. */
export async function tokenEndpoint(one: OneIssuer, form = new URLSearchParams()): Promise<Answer> {
  switch (form.get('grant_type')) {
    case 'authorization_code':
      return ofBrowser(one, form);
    case DEVICE_GRANT:
      return ofDevice(one, form);
    default:
      return oauthError('unsupported_grant_type', 'use a code of this server');
  }
}

const foreign = oauthError('invalid_grant', 'the code is not of this login');

async function ofBrowser(one: OneIssuer, form: URLSearchParams): Promise<Answer> {
  const login = one.logins.redeem(form.get('code') ?? '');
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  const isSame =
    login?.clientId === form.get('client_id') &&
    login?.redirectUri === form.get('redirect_uri') &&
    login?.challenge === challenge;
  return login && isSame ? tokens(one, login) : foreign;
}

async function ofDevice(one: OneIssuer, form: URLSearchParams): Promise<Answer> {
  const deviceCode = form.get('device_code') ?? '';
  const login = one.logins.device(deviceCode);
  if (!login || login.clientId !== form.get('client_id')) return foreign;
  const { clientId, person, expiresAt } = login;
  if (expiresAt <= one.now()) return oauthError('expired_token', 'the code was not confirmed in time');
  if (person === undefined) return oauthError('authorization_pending', 'the code is not confirmed yet');
  one.logins.end(deviceCode);
  if (person === 'denied') return oauthError('access_denied', 'the person did not allow it');
  return tokens(one, { clientId, person });
}

async function tokens(
  one: OneIssuer,
  { clientId, person, nonce }: { clientId: string; person: string; nonce?: string | undefined },
): Promise<Answer> {
  const { store, now, issuer, seed } = one;
  const claims = personClaims(seed, issuer, { email: person });
  const identity = {
    ...claims,
    iss: issuer.issuer,
    aud: clientId,
    ...lifetime(now(), TOKEN_LIFE_S),
    ...(nonce === undefined ? {} : { nonce }),
  };
  return json(200, {
    access_token: await companyToken(one, issuer, { asked: { expiresIn: TOKEN_LIFE_S }, claims }),
    id_token: await signClaims(await store.key(new URL(issuer.issuer).host), identity),
    token_type: 'Bearer',
    expires_in: TOKEN_LIFE_S,
    scope: 'openid',
  });
}
