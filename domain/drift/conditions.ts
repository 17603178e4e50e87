import { isLike, patternCovers } from '../shared/patterns.ts';

/** One line of a condition block: every line must hold. Operator and key in lower case, because IAM compares both
 *  case-insensitively; values as texts, each once and sorted. */
type Condition = { operator: string; key: string; values: readonly string[] };

/** All lines of a condition block. */
export type Conditions = readonly Condition[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a condition block; an absent one has no lines. Undefined for one that is not understood. IAM takes one value or a
 *  list, and booleans and numbers with or without quotes. */
export function readConditions(block: unknown): Conditions | undefined {
  if (block === undefined) return [];
  if (!isObject(block)) return undefined;
  const conditions: Condition[] = [];
  for (const [operator, lines] of Object.entries(block)) {
    if (!isObject(lines)) return undefined;
    for (const [key, value] of Object.entries(lines)) {
      const values = [value].flat();
      if (values.length === 0 || !values.every(isScalar)) return undefined;
      conditions.push({
        operator: operator.toLowerCase(),
        key: key.toLowerCase(),
        values: [...new Set(values.map(String))].sort(),
      });
    }
  }
  return conditions;
}

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/** True only if whatever meets all of `narrower` provably meets all of `wider`. */
export const conditionsImply = (narrower: Conditions, wider: Conditions): boolean =>
  wider.every((wanted) => narrower.some((given) => lineImplies(given, wanted)));

function lineImplies(given: Condition, wanted: Condition): boolean {
  if (given.key !== wanted.key) return false;
  if (given.operator === wanted.operator && isEqual(given.values, wanted.values)) return true;
  const covers = comparisonOf(given.operator, wanted.operator);
  return (
    covers !== undefined && given.values.every((one) => wanted.values.some((other) => covers(one, other)))
  );
}

const isEqual = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((value, n) => value === right[n]);

/** How a value of the given operator is seen to lie within one of the wanted operator. Only for operators whose values are
 *  alternatives of which one must match; others are compared as they are. */
function comparisonOf(
  given: string,
  wanted: string,
): ((given: string, wanted: string) => boolean) | undefined {
  if (given === 'stringequals' && wanted === 'stringequals') return (one, other) => one === other;
  if (given === 'stringequals' && wanted === 'stringlike') return isValueLike;
  if (given === 'stringlike' && wanted === 'stringlike') return (one, other) => patternCovers(other, one);
  if (given === 'stringlike' && wanted === 'stringequals') {
    return (one, other) => one === other && !/[*?]|\$\{/.test(one);
  }
  return undefined;
}

/** A value in which IAM fills in a variable may become any text. */
const isValueLike = (value: string, pattern: string): boolean =>
  value.includes('${') || pattern.includes('${') ? value === pattern : isLike(value, pattern);
