import { validationError } from './error.ts';
import type { Input } from './input.ts';
import type { Xml } from './query-protocol.ts';
import { MARKER, MAX_ITEMS } from './rules.ts';

/** IAM's default page size. */
const DEFAULT_ITEMS = 100;

/** Reads Marker and MaxItems; call before `input.check()`. The function it gives orders all items by a unique key,
 *  cuts the page out of them and adds IsTruncated and Marker. */
export function readPage(input: Input) {
  const marker = input.optionalText('Marker', MARKER);
  const size = input.optionalNumber('MaxItems', MAX_ITEMS) ?? DEFAULT_ITEMS;
  return <T>(
    items: readonly T[],
    { keyOf, listName, toXml }: { keyOf(item: T): string; listName: string; toXml(item: T): Xml },
  ): Xml => {
    const after = marker === undefined ? undefined : keyOfMarker(marker);
    const rest = items
      .filter((item) => after === undefined || keyOf(item) > after)
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const page = rest.slice(0, size);
    const last = page.at(-1);
    const truncated = rest.length > page.length && last !== undefined;
    return {
      [listName]: page.map(toXml),
      IsTruncated: truncated,
      Marker: truncated ? Buffer.from(`after:${keyOf(last)}`).toString('base64') : undefined,
    };
  };
}

function keyOfMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64').toString();
  if (!text.startsWith('after:')) throw validationError('Invalid Marker.');
  return text.slice('after:'.length);
}
