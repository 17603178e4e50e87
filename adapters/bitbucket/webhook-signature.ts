import { createHmac, timingSafeEqual } from 'node:crypto';

/** Stands in where there is no secret, so that the answer takes as long as with one. */
const NO_SECRET = 'no secret is configured';

/** The hexadecimal digest in `X-Hub-Signature: sha256=<64 lower-case digits>`; undefined for anything else, other
 *  algorithms included. Source: Atlassian, "Secure webhooks"; the prefix names the algorithm. */
const digestIn = (header: string | undefined): string | undefined =>
  /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1];

/** True for a header that can be a signature at all: for any other no secret needs to be read. */
export const isSignature = (header: string | undefined): boolean => digestIn(header) !== undefined;

/** Whether `header` is the HMAC-SHA256 of the body's raw bytes under one of `secrets`: two during a rotation, none where
 *  a workspace has none. Constant in time whatever differs. */
export function isSignedWith(
  secrets: readonly string[],
  header: string | undefined,
  body: Uint8Array,
): boolean {
  const given = Buffer.from(digestIn(header) ?? '0'.repeat(64), 'hex');
  let matches = false;
  for (const secret of secrets.length > 0 ? secrets : [NO_SECRET]) {
    const expected = createHmac('sha256', secret).update(body).digest();
    // Not `||`: the number of comparisons must not tell which secret fits.
    matches = timingSafeEqual(expected, given) || matches;
  }
  return matches && secrets.length > 0 && digestIn(header) !== undefined;
}

/** The header for a body, as Bitbucket makes it. */
export const signatureOf = (secret: string, body: Uint8Array | string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** The secrets in a stored text: one on each line, blank lines and white space around them aside. */
export const secretsIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
