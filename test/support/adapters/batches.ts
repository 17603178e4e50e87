/** Does something for each item, a few at a time: a store on a busy machine must not be what a test is about. */
export async function forEachItem<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < items.length; first += 10) {
    await Promise.all(items.slice(first, first + 10).map(act));
  }
}
