import { type Automaton, automatonOf, type Point, pointNumbers } from './automaton.ts';
import { type Pattern, takes } from './pattern.ts';

/** What a text has to fulfil: one pattern of each group of `anyOf`, none of `noneOf`. */
export type Constraints = { anyOf: readonly (readonly Pattern[])[]; noneOf: readonly Pattern[] };

/** The texts that are looked through: all that match `shape`. `preferred` is tried first, then `tries`. `guides`, one for each
 *  place: the character that a readable text has there; empty where it does not matter. */
export type Shape = {
  shape: Pattern;
  preferred: string;
  tries?: readonly string[];
  guides: readonly string[];
};

/** `isPreferred`: the preferred text itself fulfils everything. `unknown`: more ways than are looked through. */
export type WordResult =
  | { kind: 'word'; word: string; isPreferred: boolean }
  | { kind: 'none' }
  | { kind: 'unknown' };

/** How many different states of the search are visited before it gives up. Our choice: real trust policies take fewer than
 *  300, and a role of a hostile file must not hold up the others. */
const MOST_STATES = 5_000;

/** The automata that are walked side by side: the shape's first, then the groups', then those of what is excluded. */
type Product = {
  all: readonly Automaton[];
  groups: readonly { from: number; until: number }[];
  excludedFrom: number;
};

/** Where the walk is: a point of each automaton. */
type State = readonly Point[];
type Frame = { state: State; word: string; chars: readonly string[]; isGuided: boolean; next: number };

/** Walks depth first over the product of the patterns' automata, and visits each state once. */
export function walk(
  { shape, guides }: Pick<Shape, 'shape' | 'guides'>,
  constraints: Constraints,
): WordResult {
  const product = productOf(shape, constraints);
  const open = opener({ shape, guides }, constraints, product);
  const numberOf = pointNumbers();
  const seen = new Set<number>();
  const frames: Frame[] = [
    open(
      product.all.map(({ first }) => first),
      '',
    ),
  ];
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    const char = frame.chars[frame.next];
    const isLast = char === undefined || (frame.next === 0 && !frame.isGuided);
    if (isLast && isEnd(frame.state, product)) return { kind: 'word', word: frame.word, isPreferred: false };
    frame.next += 1;
    if (char === undefined) {
      frames.pop();
      continue;
    }
    const state = advance(product, frame.state, char);
    if (!state || isKnown(state, frame, { shape, seen, numberOf })) continue;
    frames.push(open(state, frame.word + char));
    if (seen.size > MOST_STATES) return { kind: 'unknown' };
  }
  return { kind: 'none' };
}

function productOf(shape: Pattern, { anyOf, noneOf }: Constraints): Product {
  const groups: { from: number; until: number }[] = [];
  let from = 1;
  for (const { length } of anyOf) {
    groups.push({ from, until: from + length });
    from += length;
  }
  return { all: [shape, ...anyOf.flat(), ...noneOf].map(automatonOf), groups, excludedFrom: from };
}

/** What comes next in a state: the guided characters first, then all others that lead on. */
function opener(
  { shape, guides }: Pick<Shape, 'shape' | 'guides'>,
  { anyOf, noneOf }: Constraints,
  product: Product,
): (state: State, word: string) => Frame {
  const relevant = relevantChars([...anyOf.flat(), ...noneOf]);
  const isTaken = (state: State, char: string) =>
    product.groups.every(({ from, until }) => {
      for (let at = from; at < until; at += 1) {
        const pattern = product.all[at]?.pattern;
        if (pattern && takes(pattern, state[at]?.progress ?? [], char)) return true;
      }
      return false;
    });
  return (state, word) => {
    const progress = state[0]?.progress ?? [];
    const guided = progress.flatMap((place) => guides[place] || []);
    const asked = askedChar(product, state);
    const all =
      asked === undefined
        ? [...new Set([...guided, ...nextChars(shape, progress, relevant)])]
        : takes(shape, progress, asked)
          ? [asked]
          : [];
    const chars = all.filter((char) => isTaken(state, char));
    return { state, word, chars, isGuided: guided.length > 0, next: 0 };
  };
}

/** The only character that some group of patterns takes next; undefined where each takes several. */
function askedChar({ all, groups }: Product, state: State): string | undefined {
  for (const { from, until } of groups) {
    const progress = state[from]?.progress;
    if (until - from !== 1 || progress?.length !== 1) continue;
    const chars = all[from]?.pattern[progress[0] ?? 0]?.chars;
    if (chars?.size === 1) return [...chars][0];
  }
  return undefined;
}

function isEnd(state: State, { groups, excludedFrom }: Product): boolean {
  const canEnd = (from: number, until: number) => state.slice(from, until).some((point) => point.canEnd);
  return (
    canEnd(0, 1) &&
    groups.every(({ from, until }) => canEnd(from, until)) &&
    !canEnd(excludedFrom, state.length)
  );
}

/** The state after one more character; undefined where no text goes on to fulfil everything. */
function advance({ all, groups, excludedFrom }: Product, state: State, char: string): State | undefined {
  const next: Point[] = [];
  for (const [at, automaton] of all.entries()) {
    const point = automaton.after(state[at] ?? automaton.first, char);
    if (at === 0 ? point.isDead : at >= excludedFrom && point.isEndless) return undefined;
    next.push(point);
  }
  const isLost = groups.some(({ from, until }) => {
    for (let at = from; at < until; at += 1) if (next[at]?.isDead === false) return false;
    return true;
  });
  return isLost ? undefined : next;
}

/** True for a state that was visited before. One way on through places of fixed length needs no remembering: what it
 *  comes from is remembered. */
function isKnown(
  state: State,
  from: Frame,
  { shape, seen, numberOf }: { shape: Pattern; seen: Set<number>; numberOf: (state: State) => number },
): boolean {
  const isForced = from.chars.length === 1 && !state[0]?.progress.some((place) => shape[place]?.isRun);
  if (isForced) return false;
  const before = seen.size;
  seen.add(numberOf(state));
  return seen.size === before;
}

function relevantChars(patterns: readonly Pattern[]): Set<string> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    for (const { chars } of pattern) for (const char of chars ?? []) found.add(char);
  }
  return found;
}

/** The characters worth trying next: of those that a place takes, one that no constraint mentions (all of those are alike),
 *  and each that one mentions. */
function nextChars(shape: Pattern, progress: readonly number[], relevant: ReadonlySet<string>): Set<string> {
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
