import { isComplete, type Pattern, type Progress, start, step } from './pattern.ts';

/** How far a text has come in a pattern, as one of the states of its automaton. `id`: its number, from 0. `canEnd`: the text
 *  may end here; `isEndless`: whatever follows, it matches; `isDead`: no longer text matches. */
export type Point = { id: number; progress: Progress; canEnd: boolean; isEndless: boolean; isDead: boolean };

/** A pattern's automaton, built as far as it is walked. */
export type Automaton = { pattern: Pattern; first: Point; after(point: Point, char: string): Point };

/** Makes the automaton of a pattern. Every step is worked out once. */
export function automatonOf(pattern: Pattern): Automaton {
  const points = new Map<string | number, Point>();
  const steps: Map<string, Point>[] = [];
  const last = pattern.at(-1);
  const takesAll = last?.isRun === true && last.chars === undefined;
  const pointAt = (progress: Progress): Point => {
    const key = progress.length === 1 ? (progress[0] ?? 0) : progress.join();
    const known = points.get(key);
    if (known) return known;
    const canEnd = isComplete(pattern, progress);
    const point = {
      id: points.size,
      progress,
      canEnd,
      isEndless: takesAll && canEnd,
      isDead: progress.length === 0,
    };
    points.set(key, point);
    steps.push(new Map());
    return point;
  };
  return {
    pattern,
    first: pointAt(start(pattern)),
    after(point, char) {
      const known = steps[point.id]?.get(char);
      if (known) return known;
      const next = pointAt(step(pattern, point.progress, char));
      steps[point.id]?.set(char, next);
      return next;
    },
  };
}

/** Numbers lists of points: the same number for the same list, all of one length. */
export function pointNumbers(): (points: readonly Point[]) => number {
  const pairs = new Map<number, number>();
  return (points) => {
    let number = 0;
    for (const { id } of points) {
      const pair = number * MOST_POINTS + id;
      number = pairs.get(pair) ?? pairs.size + 1;
      pairs.set(pair, number);
    }
    return number;
  };
}

/** More than an automaton gets in a search: 2 ** 26 pairs of numbers below this are exact. */
const MOST_POINTS = 2 ** 24;
