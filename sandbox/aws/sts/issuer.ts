import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { World } from '../world.ts';

/** What STS signs outbound tokens with. Source: STS API Reference, GetWebIdentityToken. */
export const SIGNING_ALGORITHMS = ['RS256', 'ES384'] as const;

/** The host of the account's own issuer of tokens, of the form that AWS's has; the same for the same account. */
export function issuerHost({ accountId }: World): string {
  const hash = createHash('sha256').update(accountId).digest('hex');
  const id = [8, 4, 4, 4, 12].map((length, i) => hash.slice(i * 12, i * 12 + length)).join('-');
  return `${id}.tokens.sts.global.api.aws`;
}

/** The issuer that the account's outbound tokens name. It is reachable under `/sandbox/issuers/` only. */
export const issuerOf = (world: World): string => `https://${issuerHost(world)}`;

async function signingKey(world: World, alg: string): Promise<JWK> {
  const known = world.state.issuerKeys.latest(alg);
  if (known) return known.jwk;
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const kid = createHash('sha256')
    .update(`${issuerHost(world)} ${alg}`)
    .digest('hex')
    .slice(0, 16);
  const jwk = { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
  const made = world.state.issuerKeys.latest(alg) ?? { alg, jwk };
  world.state.issuerKeys.write(alg, made, world.now());
  return made.jwk;
}

/** The claims as a token of the account's issuer. */
export async function signedByAccount(world: World, alg: string, claims: JWTPayload): Promise<string> {
  const jwk = await signingKey(world, alg);
  const header = { alg, typ: 'JWT', kid: jwk.kid ?? '' };
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(jwk, alg));
}

/** The public keys of the account's issuer. */
export async function publishedKeys(world: World): Promise<{ keys: JWK[] }> {
  const keys = await Promise.all(SIGNING_ALGORITHMS.map((alg) => signingKey(world, alg)));
  await world.save();
  return {
    keys: keys.map(({ kty, n, e, crv, x, y, kid, alg, use }) =>
      kty === 'RSA' ? ({ kty, n, e, kid, alg, use } as JWK) : ({ kty, crv, x, y, kid, alg, use } as JWK),
    ),
  };
}

/** The discovery document of the account's issuer; `keysUrl` is where its keys really are. */
export const discoveryOf = (world: World, keysUrl: string) => ({
  issuer: issuerOf(world),
  jwks_uri: keysUrl,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: SIGNING_ALGORITHMS,
  claims_supported: ['iss', 'sub', 'aud', 'iat', 'exp', 'jti', 'https://sts.amazonaws.com/'],
});
