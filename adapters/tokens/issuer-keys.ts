import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../domain/shared/clock.ts';
import { briefMemory } from '../brief-memory.ts';

/** The keys of an issuer, fetched when first needed and cached for 10 minutes. An unknown `kid` refetches, at most
 *  every 30 seconds. A failed fetch is not repeated for 5 seconds: anyone can send tokens, and each would cost a call. */
export type IssuerKeys = JWTVerifyGetKey;

const FAILURE_SECONDS = 5;

/** See `IssuerKeys`. `url` is the issuer's key set. */
export function issuerKeys(url: string, clock: Pick<Clock, 'now'>): IssuerKeys {
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: 3000,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
  const failures = briefMemory<{ error: unknown }>(clock, FAILURE_SECONDS);
  return async (header, token) => {
    const failure = failures.recall(url);
    if (failure) {
      // Keys that are known and fresh go on: a stranger's token with an unknown key id must stop no other.
      const known = keys.fresh ? keys.jwks() : undefined;
      if (!known) throw failure.error;
      return createLocalJWKSet(known)(header, token).catch(() => {
        throw failure.error;
      });
    }
    try {
      return await keys(header, token);
    } catch (error) {
      if (!isVerdict(error)) failures.remember(url, { error });
      throw error;
    }
  };
}

/** Bitbucket documents no algorithm for step tokens. These are the ones that AWS STS accepts; never `none`, never HMAC. */
export const STEP_TOKEN_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

/** True if a failed verification is about the token; false if the keys could not be fetched. */
export const isVerdict = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC' &&
  error.code !== 'ERR_JWKS_TIMEOUT';
