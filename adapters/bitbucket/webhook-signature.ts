import { createHmac, timingSafeEqual } from 'node:crypto';

/** Used if there is no secret, so that the answer takes equally long. */
const NO_SECRET = 'no secret is configured';

/** The hexadecimal digest of `X-Hub-Signature: sha256=<64 lower-case digits>`; undefined for any other text or
 *  algorithm. Source: Atlassian, "Secure webhooks"; the prefix names the algorithm. */
const digestIn = (header: string | undefined): string | undefined =>
  /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1];

/** True if a header has the form of a signature. For any other header no secret needs to be read. */
export const isSignature = (header: string | undefined): boolean => digestIn(header) !== undefined;

/** True if `header` is the HMAC-SHA256 of the body's raw bytes under one of `secrets` (two during a rotation, none for
 *  a workspace without one). Runs in constant time. */
export function isSignedWith(
  secrets: readonly string[],
  header: string | undefined,
  body: Uint8Array,
): boolean {
  const given = Buffer.from(digestIn(header) ?? '0'.repeat(64), 'hex');
  let matches = false;
  for (const secret of secrets.length > 0 ? secrets : [NO_SECRET]) {
    const expected = createHmac('sha256', secret).update(body).digest();
    // Not `||`: the number of comparisons must not reveal which secret matches.
    matches = timingSafeEqual(expected, given) || matches;
  }
  return matches && secrets.length > 0 && digestIn(header) !== undefined;
}

/** The header that Bitbucket sends for a body. */
export const signatureOf = (secret: string, body: Uint8Array | string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** The secrets in a stored text: one on each line, without blank lines and surrounding white space. */
export const secretsIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
