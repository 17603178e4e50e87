import { matches, type Pattern, valuePattern } from './pattern.ts';

/** One condition of a statement. `key` in lower case, as IAM compares it; `shownKey` as written. */
export type Condition = { operator: string; key: string; shownKey: string; values: readonly string[] };

/** An operator by its parts, e.g. `ForAllValues:StringNotLikeIfExists`. */
export type Operator = { set: 'ForAnyValue' | 'ForAllValues' | undefined; base: string; ifExists: boolean };

/** A comparison of text: which values hold, and whether `Not…` turns it around. */
type TextComparison = { wildcards: boolean; ignoreCase: boolean; isNegated: boolean };

const TEXT = new Map<string, TextComparison>([
  ['stringequals', { wildcards: false, ignoreCase: false, isNegated: false }],
  ['stringnotequals', { wildcards: false, ignoreCase: false, isNegated: true }],
  ['stringequalsignorecase', { wildcards: false, ignoreCase: true, isNegated: false }],
  ['stringnotequalsignorecase', { wildcards: false, ignoreCase: true, isNegated: true }],
  ['stringlike', { wildcards: true, ignoreCase: false, isNegated: false }],
  ['stringnotlike', { wildcards: true, ignoreCase: false, isNegated: true }],
  ['bool', { wildcards: false, ignoreCase: true, isNegated: false }],
]);

const NEGATED_WITHOUT_TEXT = new Set([
  'numericnotequals',
  'datenotequals',
  'notipaddress',
  'arnnotequals',
  'arnnotlike',
]);

/** The parts of an operator; `base` in lower case. */
export function operatorOf(text: string): Operator {
  const [, set, base = '', suffix] = /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/is.exec(text) ?? [];
  const prefix = set?.toLowerCase() === 'foranyvalue' ? 'ForAnyValue' : set && 'ForAllValues';
  return { set: prefix as Operator['set'], base: base.toLowerCase(), ifExists: suffix !== undefined };
}

/** What a condition asks of a text: that it matches one of `patterns`, or none of them. `constant` where the text does not
 *  matter; `unknown` for an operator or a value that cannot be judged. */
export type TextDemand =
  | { kind: 'patterns'; patterns: Pattern[]; isNegated: boolean }
  | { kind: 'constant'; holds: boolean }
  | { kind: 'unknown' };

/** What a condition asks of a key that a request has with one value. Over a single value `ForAnyValue`, `ForAllValues` and
 *  `…IfExists` change nothing. Source: IAM User Guide, "Multivalued context keys" and "IfExists". */
export function demandOnText(condition: Condition): TextDemand {
  const known = DEMANDS.get(condition);
  if (known) return known;
  const demand = readDemand(condition);
  DEMANDS.set(condition, demand);
  return demand;
}

/** What is known of conditions, each of which is asked about many times. */
const DEMANDS = new WeakMap<Condition, TextDemand>();

function readDemand({ operator, values }: Condition): TextDemand {
  const { base } = operatorOf(operator);
  if (base === 'null') return { kind: 'constant', holds: values.some((value) => lower(value) === 'false') };
  const comparison = TEXT.get(base);
  if (!comparison) return { kind: 'unknown' };
  const patterns = values.map((value) => valuePattern(value, comparison));
  if (patterns.some((pattern) => pattern === undefined)) return { kind: 'unknown' };
  return {
    kind: 'patterns',
    patterns: patterns.filter((pattern) => pattern !== undefined),
    isNegated: comparison.isNegated,
  };
}

/** Whether a condition holds for a request without its key. Source: IAM User Guide, "Condition operators": a missing key
 *  fails, save for `…IfExists`, `ForAllValues`, a negated operator, and `Null`. */
export function holdsWithoutKey({ operator, values }: Condition): boolean | undefined {
  const { set, base, ifExists } = operatorOf(operator);
  if (base === 'null') return values.some((value) => lower(value) === 'true');
  if (ifExists || set === 'ForAllValues') return true;
  if (set === 'ForAnyValue') return false;
  return TEXT.get(base)?.isNegated ?? NEGATED_WITHOUT_TEXT.has(base);
}

/** Whether a condition holds for a key with the given values; undefined where it cannot be judged. A list of several values
 *  fails an operator for single ones: AWS does not say how it compares them, and this reading promises no access that is
 *  not certain. */
export function holdsForValues(condition: Condition, actual: readonly string[]): boolean | undefined {
  const demand = demandOnText(condition);
  if (demand.kind === 'constant') return demand.holds;
  if (demand.kind === 'unknown') return undefined;
  const fits = (value: string) =>
    demand.patterns.some((pattern) => matches(pattern, value)) !== demand.isNegated;
  const { set } = operatorOf(condition.operator);
  if (set === 'ForAllValues') return actual.every(fits);
  if (set === 'ForAnyValue') return actual.some(fits);
  return actual.length === 1 && actual.every(fits);
}

const lower = (text: string): string => text.toLowerCase();
