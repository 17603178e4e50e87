import { lengthsOf, matches, onlyText, type Pattern, type Place } from './pattern.ts';
import { type Constraints, type Shape, type WordResult, walk } from './word-walk.ts';

/** Longest pattern that is looked through, in places. Source: AWS IAM quotas, a trust policy holds at most 8 192
 *  characters, so that no value is longer. */
const LONGEST_PATTERN = 8_192;

/** Finds a text of a shape that fulfils all constraints, or proves that no such text exists. Exact unless
 *  `unknown`. */
export function findWord(
  { shape, preferred, tries = [], guides }: Shape,
  constraints: Constraints,
): WordResult {
  const all = [shape, ...constraints.anyOf.flat(), ...constraints.noneOf];
  if (all.some((pattern) => pattern.length > LONGEST_PATTERN)) return { kind: 'unknown' };
  if (matches(shape, preferred) && fulfils(preferred, constraints)) {
    return { kind: 'word', word: preferred, isPreferred: true };
  }
  if (isShut(constraints) || isWrongLength(shape, constraints)) return { kind: 'none' };
  const listed = listedTexts(constraints);
  const likely = listed ?? [
    ...tries,
    ...(shape.some(({ isRun }) => isRun) ? [] : spliced(shape, preferred, constraints)),
  ];
  const word = likely.find((one) => matches(shape, one) && fulfils(one, constraints));
  if (word !== undefined) return { kind: 'word', word, isPreferred: false };
  return listed ? { kind: 'none' } : walk({ shape, guides }, constraints);
}

/** The texts of a group of patterns that are one text each: there are no others to look through. */
function listedTexts({ anyOf }: Constraints): string[] | undefined {
  for (const group of anyOf) {
    const texts = group.map(onlyText).filter((text) => text !== undefined);
    if (texts.length === group.length) return texts;
  }
  return undefined;
}

/** True where all texts of a group of patterns are longer, or shorter, than those of the shape. */
function isWrongLength(shape: Pattern, { anyOf }: Constraints): boolean {
  const wanted = lengthsOf(shape);
  return anyOf.some((group) =>
    group.every((pattern) => {
      const { least, most } = lengthsOf(pattern);
      return least > wanted.most || most < wanted.least;
    }),
  );
}

/** The preferred text with what a pattern asks for laid over it: its beginning, and what comes behind a wildcard as far to the
 *  right as it fits. What the walk would find, where the shape is of fixed length. */
const spliced = (shape: Pattern, preferred: string, { anyOf }: Constraints): string[] =>
  anyOf.flat().map((pattern) => {
    const [head = [], ...pieces] = piecesOf(pattern);
    const chars = [...preferred];
    lay(head, 0, chars);
    let until = chars.length;
    for (const piece of pieces.toReversed()) {
      let at = until - piece.length;
      while (at > head.length && !piece.every(({ chars: asked }, i) => isShared(asked, shape[at + i])))
        at -= 1;
      lay(piece, at, chars);
      until = at;
    }
    return chars.join('');
  });

/** The runs of a pattern taken out: what is between them. */
function piecesOf(pattern: Pattern): Place[][] {
  const pieces: Place[][] = [[]];
  for (const place of pattern) {
    if (place.isRun) pieces.push([]);
    else pieces.at(-1)?.push(place);
  }
  return pieces;
}

/** True when a place of a shape takes the only character that is asked for, or any is. */
function isShared(asked: ReadonlySet<string> | undefined, place: Place | undefined): boolean {
  if (asked?.size !== 1 || !place?.chars) return asked === undefined;
  for (const char of asked) return place.chars.has(char);
  return false;
}

/** Writes the characters that a piece asks for, where it asks for one. */
function lay(piece: readonly Place[], at: number, chars: string[]): void {
  for (const [index, { chars: asked }] of piece.entries()) {
    if (asked?.size === 1) for (const char of asked) chars[Math.max(0, at) + index] = char;
  }
}

/** True when a text fulfils all constraints. */
const fulfils = (text: string, { anyOf, noneOf }: Constraints): boolean =>
  anyOf.every((group) => group.some((pattern) => matches(pattern, text))) &&
  !noneOf.some((pattern) => matches(pattern, text));

/** True where one group of patterns has no text that is not excluded. */
const isShut = ({ anyOf, noneOf }: Constraints): boolean =>
  anyOf.some((group) => group.every((pattern) => noneOf.some((other) => holdsAllOf(other, pattern))));

/** True when a pattern that is one text and whatever follows holds all that another matches: the usual reason why there is
 *  no stranger, found without a search. */
function holdsAllOf(wider: Pattern, pattern: Pattern): boolean {
  const last = wider.at(-1);
  if (last?.isRun !== true || last.chars !== undefined) return false;
  return wider.slice(0, -1).every(({ chars, isRun }, index) => {
    const other = pattern[index];
    if (isRun || !chars || !other?.chars || other.isRun) return false;
    return [...other.chars].every((char) => chars.has(char));
  });
}
