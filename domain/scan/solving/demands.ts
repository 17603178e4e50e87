import { type Condition, demandOnText, holdsForValues, holdsWithoutKey } from './operators.ts';
import type { Pattern } from './pattern.ts';
import { findWord } from './word-search.ts';
import type { Constraints, Shape } from './word-walk.ts';

/** A condition of an Allow, which must hold, or one of a Deny that must not. */
export type Demand = { condition: Condition; wanted: boolean };

/** What a key can be. `lists`: one of these lists of values; `text`: any text of a shape but those of `but`; `unknown`:
 *  not known, so that nothing is promised. */
export type KeyDomain =
  | { kind: 'absent' }
  | { kind: 'lists'; lists: readonly (readonly string[])[] }
  | ({ kind: 'text'; but: readonly Pattern[] } & Shape)
  | { kind: 'unknown' };

/** Values for one key. `values` is undefined where the request has no such key; `doubt` where a demand could not be judged,
 *  and was taken to be met. */
export type KeyResult =
  | { kind: 'found'; values: readonly string[] | undefined; isPreferred: boolean; doubt: boolean }
  | { kind: 'none' };

const found = (
  values: readonly string[] | undefined,
  { isPreferred = true, doubt = false }: { isPreferred?: boolean; doubt?: boolean } = {},
): KeyResult => ({ kind: 'found', values, isPreferred, doubt });

/** Finds values of a key that meet all demands on it. */
export function meetDemands(domain: KeyDomain, demands: readonly Demand[]): KeyResult {
  switch (domain.kind) {
    case 'unknown':
      return found(undefined, { doubt: true });
    case 'absent': {
      const doubt = demands.some(({ condition }) => holdsWithoutKey(condition) === undefined);
      const fails = demands.some(({ condition, wanted }) => holdsWithoutKey(condition) === !wanted);
      return fails ? { kind: 'none' } : found(undefined, { doubt });
    }
    case 'lists':
      return meetWithLists(domain.lists, demands);
    case 'text':
      return meetWithText(domain, demands);
  }
}

function meetWithLists(lists: readonly (readonly string[])[], demands: readonly Demand[]): KeyResult {
  let doubtful: readonly string[] | undefined;
  for (const [index, list] of lists.entries()) {
    const outcomes = demands.map(({ condition, wanted }) => {
      const holds = holdsForValues(condition, list);
      return holds === undefined ? undefined : holds === wanted;
    });
    if (outcomes.includes(false)) continue;
    if (!outcomes.includes(undefined)) return found(list, { isPreferred: index === 0 });
    doubtful ??= list;
  }
  return doubtful ? found(doubtful, { doubt: true }) : { kind: 'none' };
}

function meetWithText(domain: Shape & { but: readonly Pattern[] }, demands: readonly Demand[]): KeyResult {
  const anyOf: (readonly Pattern[])[] = [];
  const noneOf: Pattern[] = [...domain.but];
  let doubt = false;
  for (const { condition, wanted } of demands) {
    const demand = demandOnText(condition);
    if (demand.kind === 'unknown') doubt = true;
    else if (demand.kind === 'constant') {
      if (demand.holds !== wanted) return { kind: 'none' };
    } else if (demand.isNegated === wanted) noneOf.push(...demand.patterns);
    else anyOf.push(demand.patterns);
  }
  const constraints: Constraints = { anyOf, noneOf };
  const result = findWord(domain, constraints);
  if (result.kind === 'none') return result;
  return result.kind === 'unknown'
    ? found([domain.preferred], { doubt: true })
    : found([result.word], { isPreferred: result.isPreferred, doubt });
}

/** The most ways to escape all Deny statements that are looked through. Our choice: one or two Denies of a few conditions. */
const MOST_ESCAPES = 64;

/** Every way to satisfy an Allow and to escape each Deny, as lists of demands; a Deny is escaped by one condition that does
 *  not hold. Undefined where there are more ways than are looked through. Empty where a Deny has no condition. */
export function demandSets(
  allow: readonly Condition[],
  denies: readonly (readonly Condition[])[],
): Demand[][] | undefined {
  let sets: Demand[][] = [allow.map((condition) => ({ condition, wanted: true }))];
  for (const deny of denies) {
    sets = sets.flatMap((set) => deny.map((condition) => [...set, { condition, wanted: false }]));
    if (sets.length > MOST_ESCAPES) return undefined;
  }
  return sets;
}
