/** The number of single changes (a letter put in, left out, replaced, or two neighbours swapped) that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let least = Math.min(
        (row[j - 1] ?? 0) + 1,
        (previous[j] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (isSame ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** Characters of a typed name that are compared; the rest is ignored. */
const LONGEST = 64;

/** The name most likely meant by a mistyped one: the nearest that differs in at most a third of its letters,
 *  or the only one that begins with what was typed. Undefined when no name is near. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const given = typed.toLowerCase().slice(0, LONGEST);
  if (given === '') return undefined;
  const begun = names.filter((name) => given.length > 1 && name.toLowerCase().startsWith(given));
  if (begun.length === 1) return begun[0];
  const ranked = names
    .map((name) => ({ name, changes: distance(given, name.toLowerCase()) }))
    .filter(({ name, changes }) => changes <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.changes - b.changes);
  return ranked[0]?.name;
}

/** A question after the sentence that refuses a name, with a space before it: ` Did you mean shop?`. Empty where no name is near.
 *  Give it only names that the caller may know. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const near = nearestName(typed, names);
  return near === undefined ? '' : ` Did you mean ${near}?`;
}
