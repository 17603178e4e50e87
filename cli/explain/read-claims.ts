/** The claims in a text: JSON, the middle part of a token, or a token, of which the signature is dropped here. */
export function claimsFrom(input: string): Record<string, unknown> {
  const given = input.trim();
  const parts = given.split('.');
  const json = given.startsWith('{')
    ? given
    : Buffer.from(parts[parts.length === 3 ? 1 : 0] ?? '', 'base64url').toString();
  try {
    const claims: unknown = JSON.parse(json);
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) {
      return claims as Record<string, unknown>;
    }
  } catch {
    // Said below, without what was read: it may be a token.
  }
  throw new Error('Standard input holds no claims. docs/explain.md has the line that prints them in a step.');
}
