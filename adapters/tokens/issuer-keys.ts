import { createRemoteJWKSet, errors } from 'jose';

/** The keys of an issuer, fetched when first needed and cached for 10 minutes. An unknown `kid` refetches, at most
 *  every 30 seconds. */
export type IssuerKeys = ReturnType<typeof createRemoteJWKSet>;

/** See `IssuerKeys`. `url` is the issuer's key set. */
export const issuerKeys = (url: string): IssuerKeys =>
  createRemoteJWKSet(new URL(url), {
    timeoutDuration: 3000,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });

/** Bitbucket documents no algorithm for step tokens. These are the ones that AWS STS accepts; never `none`, never HMAC. */
export const STEP_TOKEN_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

/** True if a failed verification is about the token; false if the keys could not be fetched. */
export const isVerdict = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC' &&
  error.code !== 'ERR_JWKS_TIMEOUT';
