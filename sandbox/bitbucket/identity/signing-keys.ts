import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';

/** A new RSA key for RS256 as private JWK, with a `kid` of its own. */
export async function generateSigningKey(): Promise<JWK & { kty: string; kid: string }> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true, modulusLength: 2048 });
  return { ...(await exportJWK(privateKey)), kty: 'RSA', kid: randomUUID(), alg: 'RS256', use: 'sig' };
}

/** A JWK set with the public half of a key and nothing of the private one. */
export function publicKeySet({ kty, n, e, kid, alg, use }: JWK): { keys: JWK[] } {
  return { keys: [{ kty, n, e, kid, alg, use } as JWK] };
}

/** The claims as RS256 JWT. */
export async function signClaims(key: JWK, claims: JWTPayload): Promise<string> {
  const header = { alg: 'RS256', typ: 'JWT', kid: key.kid ?? '' };
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(key, 'RS256'));
}

/** `iat` and `exp` of a token that expires in so many seconds. One that has expired already was issued an hour
 *  before its end. */
export function lifetime(nowMs: number, expiresInSeconds: number): { iat: number; exp: number } {
  const now = Math.floor(nowMs / 1000);
  const exp = now + expiresInSeconds;
  return { iat: expiresInSeconds > 0 ? now : exp - 3600, exp };
}
