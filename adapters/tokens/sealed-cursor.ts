import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../../domain/shared/canonical-hash.ts';
import type { Clock } from '../../domain/shared/clock.ts';

/** Seconds for which a cursor is accepted. Our choice: longer than anyone reads a page, shorter than a position is of
 *  use. */
const LIFE_SECONDS = 3600;

const CIPHER = 'aes-256-gcm';
/** Bytes of AES-256's key, of GCM's nonce and tag (NIST SP 800-38D, 5.2.1), and of the name of a key. */
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NAME_BYTES = 4;

/** What a cursor is bound to: the stage, the list, its filters and order, and the principal. */
export type CursorBinding = {
  stage: string;
  route: string;
  filters: object;
  sort: string;
  principal: string;
};

/** Encrypted cursors. A cursor says where a page begins, and grants no access. */
export type Cursors = {
  seal(binding: CursorBinding, after: string): Promise<string>;
  /** The position; undefined for a cursor that is altered, of another use or key, or older than an hour. */
  open(binding: CursorBinding, cursor: string): Promise<string | undefined>;
};

const contentSchema = z.strictObject({ after: z.string().min(1), until: z.int() });

/** Keys of a parameter's text: 32 bytes in base64 on each line; the first seals, each opens. Throws for anything else. */
export function cursorKeysIn(text: string): Buffer[] {
  const keys = text
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [Buffer.from(line.trim(), 'base64')]));
  if (keys.length === 0 || keys.some(({ length }) => length !== KEY_BYTES)) {
    throw new Error('must be one or two lines of 32 bytes in base64');
  }
  return keys;
}

/** Cursors under AES-256-GCM. `keys` gives the current keys, the first for sealing; a rotated one is dropped an hour after
 *  its successor came. */
export function sealedCursors(keys: () => Promise<readonly Buffer[]>, clock: Pick<Clock, 'now'>): Cursors {
  return {
    async seal(binding, after) {
      const [key] = await keys();
      if (!key) throw new Error('there is no key for cursors');
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(boundTo(binding));
      const content = JSON.stringify({ after, until: clock.now() + LIFE_SECONDS * 1000 });
      const sealed = Buffer.concat([cipher.update(content, 'utf8'), cipher.final()]);
      return Buffer.concat([nameOf(key), nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },

    async open(binding, cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length <= NAME_BYTES + NONCE_BYTES + TAG_BYTES) return undefined;
      const key = (await keys()).find((one) => nameOf(one).equals(bytes.subarray(0, NAME_BYTES)));
      const content = key && decrypted(key, boundTo(binding), bytes.subarray(NAME_BYTES));
      const { data } = contentSchema.safeParse(content);
      return data && data.until > clock.now() ? data.after : undefined;
    },
  };
}

/** What is authenticated beside the content. */
const boundTo = ({ stage, route, filters, sort, principal }: CursorBinding): Buffer =>
  createHash('sha256')
    .update(canonicalJson([stage, route, JSON.parse(JSON.stringify(filters)), sort, principal]))
    .digest();

/** An identifier of a key that reveals nothing of the key. */
const nameOf = (key: Buffer): Buffer =>
  createHash('sha256').update('rolewright cursor key').update(key).digest().subarray(0, NAME_BYTES);

function decrypted(key: Buffer, bound: Buffer, bytes: Buffer): unknown {
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const cipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(bound).setAuthTag(tag);
    const text = Buffer.concat([cipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), cipher.final()]);
    return JSON.parse(text.toString('utf8'));
  } catch {
    // GCM's only answer to a wrong key, another use, and any altered byte.
    return undefined;
  }
}
