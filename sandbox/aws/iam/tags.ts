import { invalidInput, limitExceeded } from '../protocol/error.ts';
import { MAX_TAGS } from '../protocol/input.ts';
import type { Xml } from '../protocol/query-protocol.ts';
import type { Tag } from '../state.ts';

/** Tag keys keep their case but differ by more than case only. */
const sameKey = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** The tags of a new entity. Throws InvalidInput for a reserved or repeated key. */
export function checkedTags(tags: Tag[]): Tag[] {
  for (const [i, tag] of tags.entries()) {
    if (tag.key.toLowerCase().startsWith('aws:')) {
      throw invalidInput(`The tag key '${tag.key}' is not allowed: the prefix aws: is reserved.`);
    }
    if (tags.slice(0, i).some((other) => sameKey(other.key, tag.key))) {
      throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    }
  }
  return tags;
}

/** Existing tags with `added` on top. */
export function withTags(existing: Tag[], added: Tag[]): Tag[] {
  checkedTags(added);
  const kept = existing.filter((tag) => !added.some((other) => sameKey(other.key, tag.key)));
  const all = [...kept, ...added];
  if (all.length > MAX_TAGS)
    throw limitExceeded(`The number of tags has reached the maximum limit: ${MAX_TAGS}.`);
  return all;
}

/** Existing tags without those of the keys; a key that is not there is no error. */
export const withoutTags = (existing: Tag[], keys: string[]): Tag[] =>
  existing.filter((tag) => !keys.some((key) => sameKey(key, tag.key)));

export const tagXml = (tag: Tag): Xml => ({ Key: tag.key, Value: tag.value });
