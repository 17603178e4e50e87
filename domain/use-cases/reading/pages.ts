import type { Entries, Reading } from '../../grants/stores.ts';

/** A page of entries and where the next begins. */
export type EntryPage<E> = { entries: E[]; next?: string | undefined };

/** Entries that are read at once where some of them are left out. Our choice: so much that what a caller may not read
 *  changes neither the calls nor the cursor as long as a partition holds less of it. */
const CHUNK = 250;

/** The most reads of one partition for one page; then the page is short, and the next one goes on. Our choice. */
const MOST_READS = 3;

/** What a page is made of: `partitions` to merge, each read by `read`; `positionOf` says where an entry is sorted, and is
 *  unique. `keeps` is undefined where every entry is shown. */
export type PageSource<P, E> = {
  partitions: readonly P[];
  read(partition: P, reading: Reading): Promise<Entries<E>>;
  positionOf(entry: E): string;
  keeps: ((entry: E) => boolean | Promise<boolean>) | undefined;
  isAscending: boolean;
};

type Part<P, E> = { partition: P; kept: E[]; after: string | undefined; isComplete: boolean };

/** A page of the entries of several partitions in one order, each once. It is full, or the last one, or the reads for it
 *  are used up; in the last case it may hold less and still has a next page. */
export async function readPage<P, E>(
  source: PageSource<P, E>,
  { limit, after }: Reading,
): Promise<EntryPage<E>> {
  const { partitions, positionOf, keeps, isAscending } = source;
  const chunk = keeps ? Math.max(CHUNK, limit + 1) : limit + 1;
  const isBefore = (a: string, b: string) => (isAscending ? a < b : a > b);
  const parts: Part<P, E>[] = partitions.map((partition) => ({
    partition,
    kept: [],
    after,
    isComplete: false,
  }));
  for (let reads = 1; ; reads += 1) {
    const horizon = horizonOf(parts, isBefore);
    const due = parts.filter((part) => !part.isComplete && (reads === 1 || part.after === horizon));
    await Promise.all(due.map((part) => readOn(part, source, { chunk, after })));
    const known = horizonOf(parts, isBefore);
    const entries = parts
      .flatMap(({ kept }) => kept)
      .filter((entry) => known === undefined || !isBefore(known, positionOf(entry)))
      .sort((a, b) => (isBefore(positionOf(a), positionOf(b)) ? -1 : 1));
    const last = entries[limit - 1];
    if (entries.length > limit && last) return { entries: entries.slice(0, limit), next: positionOf(last) };
    if (known === undefined || reads === MOST_READS) return { entries, next: known };
  }
}

/** Up to where all is known: the first of the positions that incomplete parts were read to. Undefined: everything is. */
function horizonOf<P, E>(
  parts: readonly Part<P, E>[],
  isBefore: (a: string, b: string) => boolean,
): string | undefined {
  const ends = parts.flatMap((part) => (part.isComplete || part.after === undefined ? [] : [part.after]));
  return ends.reduce<string | undefined>(
    (first, end) => (first === undefined || isBefore(end, first) ? end : first),
    undefined,
  );
}

/** Reads a part on. An entry that says to be in front of the page is not on it: it is listed elsewhere than it says, and a
 *  page that ended with it would be followed by the same. */
async function readOn<P, E>(
  part: Part<P, E>,
  source: PageSource<P, E>,
  { chunk, after }: { chunk: number; after: string | undefined },
): Promise<void> {
  const { keeps, positionOf, isAscending } = source;
  const { entries, isComplete, position } = await source.read(part.partition, {
    limit: chunk,
    after: part.after,
  });
  for (const entry of entries) {
    const at = positionOf(entry);
    const isBehind = after === undefined || (isAscending ? at > after : at < after);
    if (isBehind && (!keeps || (await keeps(entry)))) part.kept.push(entry);
  }
  part.isComplete = isComplete || position === undefined;
  part.after = position ?? part.after;
}
