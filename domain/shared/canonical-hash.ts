import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as z from 'zod';

/** The RFC 8785 canonical JSON of a JSON value: equal values give equal text. Throws on what is not JSON. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('not a JSON value');
  return text;
}

/** Lower-case hex SHA-256 of the canonical JSON of `value`, 64 characters. */
export const canonicalHash = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

/** A SHA-256 as lower-case hex, 64 characters. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');
