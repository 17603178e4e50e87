import { decodeJwt, decodeProtectedHeader, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** The same claims and key id as `token`, changed as told and signed with a key that nobody trusts. */
export async function forgedToken(token: string, changes: JWTPayload = {}): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  const { kid = 'key' } = decodeProtectedHeader(token);
  return new SignJWT({ ...decodeJwt(token), ...changes })
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(privateKey);
}

/** The same claims without any signature (`alg: none`). */
export function unsignedToken(token: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(decodeJwt(token))}.`;
}
