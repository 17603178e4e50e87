/** Works on items as they come, at most `width` of them at the same time. Begins none once `mayBegin` says no. Throws when
 *  every begun item has ended: what the source threw, or the first failure of an item. */
export async function sideBySide<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { width, mayBegin = () => true }: { width: number; mayBegin?: () => boolean },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const source = iteratorOf(items);
  const failures: unknown[] = [];
  const lane = async () => {
    while (mayBegin()) {
      const next = await source.next();
      if (next.done || !mayBegin()) return;
      await work(next.value).catch((error: unknown) => failures.push(error));
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: width }, lane));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
  if (failures.length > 0) throw failures[0];
}

async function* iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items;
}
