/** One place of a pattern: one character, or a run of any length, of `chars`; of any character where `chars` is undefined. */
export type Place = { chars: ReadonlySet<string> | undefined; isRun: boolean };

/** A set of texts: the characters of each place, in order. */
export type Pattern = readonly Place[];

/** How far a text has come in a pattern: the places that may take its next character, ascending; the pattern's length
 *  among them where the text may end. Empty where no longer text can match. */
export type Progress = readonly number[];

const one = (chars: ReadonlySet<string> | undefined): Place => ({ chars, isRun: false });

const ANY: Place = one(undefined);
const ANY_RUN: Place = { chars: undefined, isRun: true };

/** The places of single characters, by character: policies repeat the same few over and over. */
const SINGLES = new Map<string, Place>();
const MOST_SINGLES = 1_000;

function single(char: string): Place {
  const known = SINGLES.get(char);
  if (known) return known;
  const place = one(new Set([char]));
  if (SINGLES.size < MOST_SINGLES) SINGLES.set(char, place);
  return place;
}

/** The pattern of exactly one text. */
export const textPattern = (text: string): Pattern => Array.from(text, single);

/** The text of a pattern that only one text matches; undefined for any other pattern. */
export function onlyText(pattern: Pattern): string | undefined {
  let text = '';
  for (const { chars, isRun } of pattern) {
    if (isRun || chars?.size !== 1) return undefined;
    for (const char of chars) text += char;
  }
  return text;
}

/** How many characters the texts of a pattern have. */
export function lengthsOf(pattern: Pattern): { least: number; most: number } {
  const least = pattern.filter(({ isRun }) => !isRun).length;
  return { least, most: least === pattern.length ? least : Number.POSITIVE_INFINITY };
}

/** The pattern of texts of exactly `length` characters, each one of `chars`. */
export const charsPattern = (chars: string, length: number): Pattern =>
  Array.from({ length }, () => one(new Set(chars)));

/** The pattern of one or more characters, each one of `chars`; of any characters without `chars`. */
export const runPattern = (chars?: string): Pattern => {
  const set = chars === undefined ? undefined : new Set(chars);
  return [one(set), { chars: set, isRun: true }];
};

const VARIABLE = /^\$\{([^}]*)\}/;

/** The pattern that a value of a condition means: `*` any run and `?` any character where `wildcards`, both letters where
 *  `ignoreCase`. `${*}`, `${?}` and `${$}` are the characters themselves. Undefined for a value with a policy variable,
 *  whose text only the request decides. Source: IAM User Guide, "IAM policy elements: Variables and tags". */
export function valuePattern(
  value: string,
  { wildcards, ignoreCase }: { wildcards: boolean; ignoreCase: boolean },
): Pattern | undefined {
  const places: Place[] = [];
  for (let rest = value; rest !== ''; ) {
    const variable = rest.startsWith('$') ? VARIABLE.exec(rest) : null;
    if (variable && !['*', '?', '$'].includes(variable[1] ?? '')) return undefined;
    const char = variable?.[1] ?? String.fromCodePoint(rest.codePointAt(0) ?? 0);
    rest = rest.slice(variable ? variable[0].length : char.length);
    const place = placeOf(char, { wildcards: wildcards && !variable, ignoreCase });
    if (!place.isRun || places.at(-1)?.isRun !== true) places.push(place);
  }
  return places;
}

function placeOf(
  char: string,
  { wildcards, ignoreCase }: { wildcards: boolean; ignoreCase: boolean },
): Place {
  if (wildcards && char === '*') return ANY_RUN;
  if (wildcards && char === '?') return ANY;
  return ignoreCase ? one(new Set([char.toLowerCase(), char.toUpperCase()])) : single(char);
}

/** Adds a place, and what lies behind it where it is a run, which may take nothing. Places are added in ascending order; all
 *  up to the last one that a run reached are there already. */
function add(pattern: Pattern, places: number[], first: number): void {
  for (let place = first; ; place += 1) {
    if (place > (places.at(-1) ?? -1)) places.push(place);
    if (!pattern[place]?.isRun) return;
  }
}

/** Where every text begins. */
export const start = (pattern: Pattern): Progress => from(pattern, 0);

function from(pattern: Pattern, place: number): Progress {
  const places: number[] = [];
  add(pattern, places, place);
  return places;
}

/** True when some place takes the character next. */
export const takes = (pattern: Pattern, progress: Progress, char: string): boolean =>
  progress.some((place) => {
    const at = pattern[place];
    return at !== undefined && (at.chars === undefined || at.chars.has(char));
  });

/** How far a text has come with one more character. */
export function step(pattern: Pattern, progress: Progress, char: string): Progress {
  const places: number[] = [];
  for (const place of progress) {
    const at = pattern[place];
    if (at && (at.chars === undefined || at.chars.has(char)))
      add(pattern, places, at.isRun ? place : place + 1);
  }
  return places;
}

/** True where the text may end. */
export const isComplete = (pattern: Pattern, progress: Progress): boolean =>
  progress.at(-1) === pattern.length;

/** True when the whole text matches. */
export function matches(pattern: Pattern, text: string): boolean {
  let progress: Progress | undefined;
  let place = 0;
  for (const char of text) {
    const at = pattern[place];
    if (progress === undefined && at?.isRun !== true) {
      // As long as no run came, there is one place only.
      if (!at || (at.chars !== undefined && !at.chars.has(char))) return false;
      place += 1;
      continue;
    }
    progress = step(pattern, progress ?? from(pattern, place), char);
    if (progress.length === 0) return false;
  }
  return isComplete(pattern, progress ?? from(pattern, place));
}
