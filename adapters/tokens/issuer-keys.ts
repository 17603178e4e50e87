import { createRemoteJWKSet, errors } from 'jose';

/** The keys of an issuer, fetched when first needed and cached (10 minutes; an unknown `kid` fetches again at most every 30
 *  seconds). */
export type IssuerKeys = ReturnType<typeof createRemoteJWKSet>;

/** See `IssuerKeys`. `url` is the issuer's key set. */
export const issuerKeys = (url: string): IssuerKeys =>
  createRemoteJWKSet(new URL(url), {
    timeoutDuration: 3000,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });

/** Bitbucket documents no algorithm for step tokens; these are what AWS STS takes. Never `none`, never HMAC. */
export const STEP_TOKEN_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

/** True when a failed verification says something about the token; false when the keys could not be had. */
export const isVerdict = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC' &&
  error.code !== 'ERR_JWKS_TIMEOUT';
