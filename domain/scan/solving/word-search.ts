import { isComplete, matches, type Pattern, type Progress, start, step, takes } from './pattern.ts';

/** What a text has to fulfil: one pattern of each group of `anyOf`, none of `noneOf`. */
export type Constraints = { anyOf: readonly (readonly Pattern[])[]; noneOf: readonly Pattern[] };

/** The texts that are looked through: all that match `shape`. `preferred` is tried first. `guides`, one for each place: the
 *  character that a readable text has there; empty where it does not matter. */
export type Shape = { shape: Pattern; preferred: string; guides: readonly string[] };

/** `isPreferred`: the preferred text itself fulfils everything. `unknown`: more ways than are looked through. */
export type WordResult =
  | { kind: 'word'; word: string; isPreferred: boolean }
  | { kind: 'none' }
  | { kind: 'unknown' };

/** How many different states of the search are visited before it gives up. Our choice: real trust policies take fewer than
 *  300, and a role of a hostile file must not hold up the others. */
const MOST_STATES = 5_000;

/** Longest pattern that is looked through, in places. Source: AWS IAM quotas, a trust policy holds at most 8 192
 *  characters, so that no value is longer. */
const LONGEST_PATTERN = 8_192;

type State = { shape: Progress; anyOf: Progress[][]; noneOf: Progress[] };
type Frame = { state: State; word: string; chars: readonly string[]; isGuided: boolean; next: number };

/** Finds a text of a shape that fulfils all constraints, or proves that no such text exists: a depth-first
 *  walk over the product of the patterns' automata that visits each state once. Exact unless `unknown`. */
export function findWord({ shape, preferred, guides }: Shape, constraints: Constraints): WordResult {
  const all = [shape, ...constraints.anyOf.flat(), ...constraints.noneOf];
  if (all.some((pattern) => pattern.length > LONGEST_PATTERN)) return { kind: 'unknown' };
  if (matches(shape, preferred) && fulfils(preferred, constraints)) {
    return { kind: 'word', word: preferred, isPreferred: true };
  }
  if (isShut(constraints)) return { kind: 'none' };
  const tries = shape.some(({ isRun }) => isRun) ? [] : spliced(preferred, constraints);
  const word = tries.find((one) => matches(shape, one) && fulfils(one, constraints));
  if (word !== undefined) return { kind: 'word', word, isPreferred: false };
  return search({ shape, guides }, constraints);
}

/** The preferred text with the beginning that a pattern asks for: what the walk would find, where both are of fixed length. */
const spliced = (preferred: string, { anyOf }: Constraints): string[] =>
  anyOf.flat().map((pattern) => {
    const end = pattern.findIndex(({ chars, isRun }) => isRun || chars?.size !== 1);
    const head = (end < 0 ? pattern : pattern.slice(0, end))
      .flatMap(({ chars }) => [...(chars ?? [])])
      .join('');
    return head + preferred.slice(head.length);
  });

/** The walk itself. */
function search({ shape, guides }: Pick<Shape, 'shape' | 'guides'>, constraints: Constraints): WordResult {
  const relevant = relevantChars([...constraints.anyOf.flat(), ...constraints.noneOf]);
  const first: State = {
    shape: start(shape),
    anyOf: constraints.anyOf.map((group) => group.map(start)),
    noneOf: constraints.noneOf.map(start),
  };
  const open = (state: State, word: string): Frame => {
    const guided = state.shape.flatMap((place) => guides[place] || []);
    const all = new Set([...guided, ...nextChars(shape, state.shape, relevant)]);
    const chars = [...all].filter((char) =>
      constraints.anyOf.every((group, g) =>
        group.some((pattern, p) => takes(pattern, state.anyOf[g]?.[p] ?? [], char)),
      ),
    );
    return { state, word, chars, isGuided: guided.length > 0, next: 0 };
  };
  const seen = new Set<string>();
  const frames: Frame[] = [open(first, '')];
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    const char = frame.chars[frame.next];
    const isLast = char === undefined || (frame.next === 0 && !frame.isGuided);
    if (isLast && isEnd(shape, frame.state, constraints)) {
      return { kind: 'word', word: frame.word, isPreferred: false };
    }
    frame.next += 1;
    if (char === undefined) {
      frames.pop();
      continue;
    }
    const state = advance({ shape, constraints }, frame.state, char);
    if (state && isNew(state, frame, { shape, seen })) frames.push(open(state, frame.word + char));
    if (seen.size > MOST_STATES) return { kind: 'unknown' };
  }
  return { kind: 'none' };
}

/** True when a text fulfils all constraints. */
const fulfils = (text: string, { anyOf, noneOf }: Constraints): boolean =>
  anyOf.every((group) => group.some((pattern) => matches(pattern, text))) &&
  !noneOf.some((pattern) => matches(pattern, text));

const isEnd = (shape: Pattern, state: State, { anyOf, noneOf }: Constraints): boolean =>
  isComplete(shape, state.shape) &&
  anyOf.every((group, g) => group.some((pattern, p) => isComplete(pattern, state.anyOf[g]?.[p] ?? []))) &&
  !noneOf.some((pattern, p) => isComplete(pattern, state.noneOf[p] ?? []));

/** The state after one more character; undefined where no text goes on to fulfil everything. */
function advance(
  { shape, constraints: { anyOf, noneOf } }: { shape: Pattern; constraints: Constraints },
  state: State,
  char: string,
): State | undefined {
  const next: State = {
    shape: step(shape, state.shape, char),
    anyOf: anyOf.map((group, g) => group.map((pattern, p) => step(pattern, state.anyOf[g]?.[p] ?? [], char))),
    noneOf: noneOf.map((pattern, p) => step(pattern, state.noneOf[p] ?? [], char)),
  };
  const isDead =
    next.shape.length === 0 ||
    next.anyOf.some((group) => group.every((one) => one.length === 0)) ||
    noneOf.some((pattern, p) => isEndless(pattern, next.noneOf[p] ?? []));
  return isDead ? undefined : next;
}

/** True once a text matches and goes on to match whatever follows. */
function isEndless(pattern: Pattern, progress: Progress): boolean {
  const last = pattern.at(-1);
  return last?.isRun === true && last.chars === undefined && isComplete(pattern, progress);
}

/** True for a state that was not visited before. One way on through places of fixed length needs no remembering: what it
 *  comes from is remembered. */
function isNew(state: State, from: Frame, { shape, seen }: { shape: Pattern; seen: Set<string> }): boolean {
  if (from.chars.length === 1 && !state.shape.some((place) => shape[place]?.isRun)) return true;
  const key = keyOf(state);
  const isKnown = seen.has(key);
  seen.add(key);
  return !isKnown;
}

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

const keyOf = ({ shape, anyOf, noneOf }: State): string =>
  [shape, ...anyOf.flat(), ...noneOf].map((progress) => progress.join()).join(';');

function relevantChars(patterns: readonly Pattern[]): Set<string> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    for (const { chars } of pattern) for (const char of chars ?? []) found.add(char);
  }
  return found;
}

/** The characters worth trying next: of those that a place takes, one that no constraint mentions (all of those are alike),
 *  and each that one mentions. */
function nextChars(shape: Pattern, progress: Progress, relevant: ReadonlySet<string>): Set<string> {
  const tried = new Set<string>();
  for (const place of progress) {
    const at = shape[place];
    if (!at) continue;
    const unmentioned = [...(at.chars ?? 'xyz0')].find((char) => !relevant.has(char));
    if (unmentioned !== undefined) tried.add(unmentioned);
    for (const char of at.chars ?? relevant) if (relevant.has(char)) tried.add(char);
  }
  return tried;
}
