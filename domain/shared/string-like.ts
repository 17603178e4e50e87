/** IAM's StringLike: `*` stands for any run of characters, `?` for one; case-sensitive. Takes time and memory in
 *  proportion to the two lengths at the most, whatever a token holds. */
export function isLike(value: string, pattern: string): boolean {
  let [v, p] = [0, 0];
  // Where the last `*` stands, and how much of the value it has taken so far.
  let [star, taken] = [-1, 0];
  while (v < value.length) {
    if (pattern[p] === '*') {
      [star, taken] = [p, v];
      p += 1;
    } else if (pattern[p] === '?' || pattern[p] === value[v]) {
      v += 1;
      p += 1;
    } else if (star >= 0) {
      taken += 1;
      [p, v] = [star + 1, taken];
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(p));
}
