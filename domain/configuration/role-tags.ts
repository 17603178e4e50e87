import * as z from 'zod';
import { isOwnTag } from '../planning/role.ts';

/** The alphabet of a tag's key and value. Source: IAM API Reference, Tag; IAM User Guide, Rules for tagging. */
const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** A role has at most 50 tags (IAM User Guide, IAM quotas). Rolewright has up to five of its own, and others need room. */
const MOST = 40;

/** Tags of granted roles beside Rolewright's own, by key. */
export const roleTagsSchema = z
  .record(z.string(), z.string().regex(VALUE, 'must be at most 256 letters, digits, spaces or _.:/=+-@'))
  .default({});

/** What is wrong with the keys of configured tags. */
export function roleTagErrors({ roleTags }: { roleTags: Readonly<Record<string, string>> }): string[] {
  const keys = Object.keys(roleTags);
  const folded = keys.map((key) => key.toLowerCase());
  const tooMany = keys.length > MOST ? [`/roleTags: has ${keys.length} tags: at most ${MOST} fit`] : [];
  return [
    ...tooMany,
    ...keys.flatMap((key, n) => {
      const reason = keyError(key, folded.indexOf(folded[n] ?? '') < n);
      return reason ? [`/roleTags/${key.replaceAll('~', '~0').replaceAll('/', '~1')}: ${reason}`] : [];
    }),
  ];
}

function keyError(key: string, isTwice: boolean): string | undefined {
  if (!KEY.test(key)) return 'must be 1 to 128 letters, digits, spaces or _.:/=+-@';
  if (isOwnTag(key))
    return 'must not begin with rolewright:, because Rolewright knows its roles by these tags';
  if (key.toLowerCase().startsWith('aws:')) return 'must not begin with aws:, which AWS reserves';
  return isTwice ? 'is given more than once: IAM compares keys case-insensitively' : undefined;
}
