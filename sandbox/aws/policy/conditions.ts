import { BlockList, isIPv6 } from 'node:net';
import { type Context, covers, coversArn, type PatternRules } from './pattern.ts';

export type Condition = { operator: string; key: string; values: string[] };

type Comparison = {
  /** `Not…`: holds when no value of the policy matches, and also when the key is missing. */
  negated: boolean;
  matches(wanted: string, actual: string, variables: Context | undefined): boolean;
};

const text =
  (rules: PatternRules) =>
  (wanted: string, actual: string, variables: Context | undefined): boolean =>
    covers(wanted, actual, { ...rules, variables });

/** Compares what is given with what is wanted, in this order. */
type NumberRule = (given: number, bound: number) => boolean;

const numbers = (rule: NumberRule) => (wanted: string, actual: string) =>
  wanted.trim() !== '' && actual.trim() !== '' && rule(Number(actual), Number(wanted));

const dates = (rule: NumberRule) => (wanted: string, actual: string) =>
  rule(instant(actual), instant(wanted));

/** Milliseconds of an ISO 8601 date or of seconds since the epoch; NaN, which no comparison holds for. */
const instant = (date: string) => (/^\d+$/.test(date) ? Number(date) * 1000 : Date.parse(date));

function inNetwork(wanted: string, actual: string): boolean {
  const [network = '', prefix] = wanted.split('/');
  const family = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');
  try {
    const list = new BlockList();
    list.addSubnet(network, Number(prefix ?? (isIPv6(network) ? 128 : 32)), family(network));
    return list.check(actual, family(actual));
  } catch {
    return false;
  }
}

const positive = (matches: Comparison['matches']): Comparison => ({ negated: false, matches });
const negative = (matches: Comparison['matches']): Comparison => ({ negated: true, matches });

const exact = text({ wildcards: false });
const exactIgnoringCase = text({ wildcards: false, ignoreCase: true });
const like = text({ wildcards: true });
const sameNumber = numbers((a, b) => a === b);
const sameInstant = dates((a, b) => a === b);

const COMPARISONS = new Map<string, Comparison>(
  Object.entries({
    StringEquals: positive(exact),
    StringNotEquals: negative(exact),
    StringEqualsIgnoreCase: positive(exactIgnoringCase),
    StringNotEqualsIgnoreCase: negative(exactIgnoringCase),
    StringLike: positive(like),
    StringNotLike: negative(like),
    NumericEquals: positive(sameNumber),
    NumericNotEquals: negative(sameNumber),
    NumericLessThan: positive(numbers((a, b) => a < b)),
    NumericLessThanEquals: positive(numbers((a, b) => a <= b)),
    NumericGreaterThan: positive(numbers((a, b) => a > b)),
    NumericGreaterThanEquals: positive(numbers((a, b) => a >= b)),
    DateEquals: positive(sameInstant),
    DateNotEquals: negative(sameInstant),
    DateLessThan: positive(dates((a, b) => a < b)),
    DateLessThanEquals: positive(dates((a, b) => a <= b)),
    DateGreaterThan: positive(dates((a, b) => a > b)),
    DateGreaterThanEquals: positive(dates((a, b) => a >= b)),
    Bool: positive(exactIgnoringCase),
    BinaryEquals: positive((wanted, actual) => wanted === actual),
    IpAddress: positive(inNetwork),
    NotIpAddress: negative(inNetwork),
    ArnEquals: positive(coversArn),
    ArnLike: positive(coversArn),
    ArnNotEquals: negative(coversArn),
    ArnNotLike: negative(coversArn),
  }),
);

type Operator = { set: 'ForAnyValue' | 'ForAllValues' | undefined; base: string; ifExists: boolean };

function parseOperator(operator: string): Operator {
  const [, set, base = '', ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/s.exec(operator) ?? [];
  return { set: set as Operator['set'], base, ifExists: ifExists !== undefined };
}

/** Whether IAM knows the operator, with its prefix and suffix. */
export function isConditionOperator(operator: string): boolean {
  const { base, set, ifExists } = parseOperator(operator);
  return COMPARISONS.has(base) || (base === 'Null' && set === undefined && !ifExists);
}

/** Whether all conditions hold. `variables`: whether `${…}` in the policy's values is resolved. */
export const allHold = (conditions: readonly Condition[], context: Context, variables: boolean): boolean =>
  conditions.every((condition) => holds(condition, context, variables ? context : undefined));

function holds(
  { operator, key, values }: Condition,
  context: Context,
  variables: Context | undefined,
): boolean {
  const actual = context.get(key.toLowerCase());
  const { set, base, ifExists } = parseOperator(operator);
  if (base === 'Null') return values.includes(actual === undefined ? 'true' : 'false');
  const comparison = COMPARISONS.get(base);
  if (!comparison) return false;
  const fits = (value: string) =>
    values.some((wanted) => comparison.matches(wanted, value, variables)) !== comparison.negated;

  if (actual === undefined) return ifExists || set === 'ForAllValues' || (comparison.negated && !set);
  if (set === 'ForAllValues') return actual.every(fits);
  if (set === 'ForAnyValue') return actual.some(fits);
  const [single] = actual;
  return single !== undefined && actual.length === 1 && fits(single);
}
