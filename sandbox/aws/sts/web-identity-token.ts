import { compactVerify, createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { providerArn } from '../iam/oidc-providers.ts';
import { AwsError } from '../protocol/error.ts';
import type { OidcProvider } from '../state.ts';
import type { World } from '../world.ts';
import { providerClaims } from './provider-claims.ts';

/** A token that passed: signed by its issuer, not expired, meant for one of the provider's client ids. */
export type WebIdentity = {
  provider: OidcProvider;
  subject: string;
  /** The audience that is one of the provider's client ids. */
  audience: string;
  /** The values of the provider's condition keys, by the part of the key behind the colon. */
  keys: ReadonlyMap<string, readonly string[]>;
};

type Claims = { [name: string]: unknown };

/** What STS verifies: "RS256, RS384, RS512, ES256, ES384 or ES512" (STS API Reference, AssumeRoleWithWebIdentity). */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

/** How far an issuer's clock may be ahead, in seconds. Our choice. */
const CLOCK_SKEW_SECONDS = 300;

const KEYS_TIMEOUT_MS = 5000;

const invalid = (message: string) => new AwsError(400, 'InvalidIdentityToken', message);

/** Verifies tokens in this order: provider, signature, expiry, audience. Keys are fetched for each token. AWS caches
 *  them for an undocumented time; here an unreachable provider has an effect at once. Throws AwsError. */
export function webIdentityVerifier(world: World) {
  async function fetchKeys(issuer: string): Promise<JSONWebKeySet> {
    const real = world.resolveIssuer(issuer);
    const answer =
      real === undefined
        ? undefined
        : await fetch(`${real}/keys.json`, { signal: AbortSignal.timeout(KEYS_TIMEOUT_MS) }).catch(
            () => undefined,
          );
    const keys = answer?.status === 200 ? await readKeys(answer) : undefined;
    if (!keys) {
      throw new AwsError(
        400,
        'IDPCommunicationError',
        'An error occurred communicating with the identity provider. Please retry.',
      );
    }
    return keys;
  }

  async function checkSignature(token: string, issuer: string): Promise<void> {
    if (await isSignedBy(token, await fetchKeys(issuer))) return;
    throw invalid(
      "Couldn't retrieve verification key from your identity provider, or the token's signature is invalid.",
    );
  }

  return async function verify(token: string): Promise<WebIdentity> {
    const claims = decode(token);
    const issuer = claims.iss;
    const provider =
      typeof issuer === 'string' ? world.state.providers.seen(providerArn(world, issuer)) : undefined;
    if (typeof issuer !== 'string' || provider?.url !== issuer) {
      throw invalid(`No OpenIDConnect provider found in your account for ${String(issuer)}`);
    }
    await checkSignature(token, issuer);
    checkTimes(claims, world.now());
    return identityOf(claims, provider);
  };
}

/** The key set of an answer; undefined when it holds none. */
async function readKeys(answer: Response): Promise<JSONWebKeySet | undefined> {
  const body = (await answer.json().catch(() => undefined)) as Partial<JSONWebKeySet> | undefined | null;
  return Array.isArray(body?.keys) ? { keys: body.keys } : undefined;
}

function decode(token: string): Claims {
  let header: Claims;
  let claims: Claims;
  try {
    header = { ...decodeProtectedHeader(token) };
    claims = decodeJwt(token);
  } catch {
    throw invalid(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  }
  if (!ALGORITHMS.includes(String(header.alg))) {
    throw invalid('The algorithm of the provided token is not supported.');
  }
  return claims;
}

const keySets = new Map<string, ReturnType<typeof createLocalJWKSet>>();

/** More key sets than a sandbox meets between two changes of keys. */
const MOST_KEY_SETS = 50;

/** The keys of a set, imported once for each content. */
function importedKeys(keys: JSONWebKeySet): ReturnType<typeof createLocalJWKSet> {
  const text = JSON.stringify(keys);
  const imported = keySets.get(text) ?? createLocalJWKSet(keys);
  if (keySets.size >= MOST_KEY_SETS) keySets.clear();
  keySets.set(text, imported);
  return imported;
}

async function isSignedBy(token: string, keys: JSONWebKeySet): Promise<boolean> {
  try {
    await compactVerify(token, importedKeys(keys), { algorithms: ALGORITHMS });
    return true;
  } catch {
    return false;
  }
}

/** "Timestamps in the token must be formatted as either an integer or a long integer" (STS API Reference,
 *  AssumeRoleWithWebIdentity). */
function checkTimes(claims: Claims, now: number): void {
  const { exp, nbf, iat } = claims;
  if (exp === undefined) throw invalid('Missing a required claim: exp');
  if (!isInteger(exp)) throw notIntegers();
  if (exp * 1000 <= now) {
    const date = (milliseconds: number) => new Date(milliseconds).toISOString();
    throw new AwsError(
      400,
      'ExpiredTokenException',
      `Token expired: current date/time ${date(now)} must be before the expiration date/time ${date(exp * 1000)}`,
    );
  }
  for (const time of [nbf, iat]) {
    if (time === undefined) continue;
    if (!isInteger(time)) throw notIntegers();
    if (time > now / 1000 + CLOCK_SKEW_SECONDS) throw invalid('The provided token is not valid yet.');
  }
}

const isInteger = (claim: unknown): claim is number => Number.isInteger(claim);

const notIntegers = () => invalid('The timestamps of the provided token must be integers.');

function identityOf(claims: Claims, provider: OidcProvider): WebIdentity {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '') throw invalid('Missing a required claim: sub');
  const keys = conditionKeysOf(claims, sub);
  const audience = keys.get('aud')?.find((value) => provider.clientIds.includes(value));
  if (audience === undefined) throw invalid('Incorrect token audience');
  const all = new Map([...providerClaims(provider.url, claims), ...keys]);
  return { provider, subject: sub, audience, keys: all };
}

/** The condition keys of a provider that AWS has no table of its own for, and the claims that they hold: `aud` is the claim
 *  `azp` where the token has one, else `aud`; `oaud` is `aud` where the token has `azp`. Source: IAM User Guide, "Available
 *  keys for AWS OIDC federation". A claim of another type gives no key. */
function conditionKeysOf({ aud, azp, amr, email }: Claims, sub: string): Map<string, string[]> {
  const keys: [string, string[]][] = [
    ['aud', texts(azp === undefined ? aud : azp)],
    ['oaud', azp === undefined ? [] : texts(aud)],
    ['sub', [sub]],
    ['amr', texts(amr)],
    ['email', typeof email === 'string' ? [email] : []],
  ];
  return new Map(keys.filter(([, values]) => values.length > 0));
}

const texts = (claim: unknown): string[] =>
  (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value === 'string');
