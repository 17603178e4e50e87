/** True when some text matches both patterns, in which `*` stands for any run of characters and `?` for any one, as in
 *  IAM's actions and resources. Exact, case-sensitive, in time proportional to the product of both lengths. */
export function patternsOverlap(left: string, right: string): boolean {
  if (differBeforeWildcards(left, right)) return false;
  // below[j]: the rest of `left` behind the character in hand and the rest of `right` from j on have a text in common.
  let below: boolean[] = [];
  for (let i = left.length; i >= 0; i -= 1) {
    const row: boolean[] = new Array(right.length + 1).fill(false);
    for (let j = right.length; j >= 0; j -= 1) {
      const a = left[i];
      const b = right[j];
      row[j] =
        (a === undefined && b === undefined) ||
        // A star takes nothing and ends, or takes what the other side has next.
        (a === '*' && (below[j] || (b !== undefined && row[j + 1]))) ||
        (b === '*' && (row[j + 1] || (a !== undefined && below[j]))) ||
        (areOneCharacter(a, b) && below[j + 1]) ||
        false;
    }
    below = row;
  }
  return below[0] ?? false;
}

/** True for most pairs: they need no table. */
function differBeforeWildcards(left: string, right: string): boolean {
  for (let at = 0; isLiteral(left[at]) && isLiteral(right[at]); at += 1) {
    if (left[at] !== right[at]) return true;
  }
  return false;
}

const isLiteral = (character: string | undefined): boolean =>
  character !== undefined && character !== '*' && character !== '?';

const areOneCharacter = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && (a === b || a === '?' || b === '?');

/** True when `text` is covered by `pattern`, in which `*` stands for any run of characters; `meets` says which single
 *  character of the pattern covers which of the text. Greedy: the last star takes as much as it must, so the time is
 *  proportional to the product of both lengths, whatever they hold. */
function isCovered(
  pattern: string,
  text: string,
  meets: (wanted: string | undefined, found: string | undefined) => boolean,
): boolean {
  let [at, from] = [0, 0];
  // Where the last star is, and how much of the text it has taken so far.
  let [star, taken] = [-1, 0];
  while (from < text.length) {
    if (pattern[at] === '*') {
      [star, taken] = [at, from];
      at += 1;
    } else if (meets(pattern[at], text[from])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      taken += 1;
      [at, from] = [star + 1, taken];
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

/** IAM's StringLike: `*` stands for any run of characters, `?` for any one; case-sensitive. */
export const isLike = (value: string, pattern: string): boolean =>
  isCovered(pattern, value, (wanted, found) => wanted === '?' || wanted === found);

/** True when every text that matches `narrower` matches `wider`: a star of `narrower` is covered by a star only, its `?` by
 *  `?` or a star. Both as in `isLike`. False where that cannot be seen from the texts, as with IAM variables. */
export function patternCovers(wider: string, narrower: string): boolean {
  if (wider.includes('${') || narrower.includes('${')) return wider === narrower;
  return isCovered(wider, narrower, (wanted, found) => found !== '*' && (wanted === '?' || wanted === found));
}

/** True when `value` matches `pattern`, in which `*` stands for any run of characters of one segment: it does not cross a
 *  slash. Nothing else has a meaning; case-sensitive. */
export function matchesPattern(value: string, pattern: string): boolean {
  const values = value.split('/');
  const patterns = pattern.split('/');
  return (
    values.length === patterns.length &&
    patterns.every((segment, index) =>
      isCovered(segment, values[index] ?? '', (wanted, found) => wanted === found),
    )
  );
}
