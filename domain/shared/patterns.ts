/** True when some text matches both patterns, in which `*` stands for any run of characters and `?` for any one, as in
 *  IAM's actions and resources. Exact, case-sensitive, in time proportional to the product of both lengths. */
export function patternsOverlap(left: string, right: string): boolean {
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

const areOneCharacter = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && (a === b || a === '?' || b === '?');

/** True when `value` matches `pattern`, in which `*` stands for any run of characters of one segment: it does not cross a
 *  slash. Case-sensitive, in linear time. */
export function matchesPattern(value: string, pattern: string): boolean {
  const values = value.split('/');
  const patterns = pattern.split('/');
  return (
    values.length === patterns.length &&
    patterns.every((segment, index) => matchesSegment(values[index] ?? '', segment))
  );
}

function matchesSegment(value: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return value === pattern;
  const last = rest.pop() ?? '';
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}
