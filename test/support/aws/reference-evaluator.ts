/** A second reading of AWS's policy language, for comparison with the sandbox's. It is written from the IAM User Guide alone,
 *  section by section, is as plain as can be, and takes policies that IAM would accept. */

export type Json = string | number | boolean | Json[] | { [name: string]: Json };
export type Answer = 'allow' | 'deny' | 'none';

/** `keys`: the request context, names are case-insensitive. `principal`: the ARN of a federated provider, for trust policies. */
export type AwsRequest = {
  action: string;
  resource?: string;
  principal?: string;
  keys: Record<string, string[]>;
};

type Element = { [name: string]: Json };

/** "Policy evaluation logic": an explicit deny overrides any allow; without either the request is denied implicitly. */
export function evaluate(policies: { [name: string]: Json }[], request: AwsRequest): Answer {
  let answer: Answer = 'none';
  for (const policy of policies) {
    // "Version": variables are resolved in 2012-10-17 only, and the default is 2008-10-17.
    const resolves = policy.Version === '2012-10-17';
    for (const statement of listOf(policy.Statement) as Element[]) {
      if (!isAbout(statement, request, resolves)) continue;
      if (statement.Effect === 'Deny') return 'deny';
      answer = 'allow';
    }
  }
  return answer;
}

const listOf = (value: Json | undefined): Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function isAbout(statement: Element, request: AwsRequest, resolves: boolean): boolean {
  if (statement.Principal !== undefined && !isPrincipal(statement.Principal, request.principal)) return false;
  const actionMatches = (pattern: Json) =>
    globs(plain(String(pattern).toLowerCase()), request.action.toLowerCase());
  if (statement.Action !== undefined && !listOf(statement.Action).some(actionMatches)) return false;
  if (statement.NotAction !== undefined && listOf(statement.NotAction).some(actionMatches)) return false;
  const resourceMatches = (pattern: Json) =>
    pattern === '*' || arnMatches(String(pattern), request.resource ?? '', request.keys, resolves);
  if (statement.Resource !== undefined && !listOf(statement.Resource).some(resourceMatches)) return false;
  if (statement.NotResource !== undefined && listOf(statement.NotResource).some(resourceMatches))
    return false;
  const blocks = Object.entries((statement.Condition ?? {}) as Element);
  return blocks.every(([operator, block]) =>
    Object.entries(block as Element).every(([key, values]) =>
      conditionHolds(operator, key, listOf(values).map(String), request.keys, resolves),
    ),
  );
}

/** "AWS JSON policy elements: Principal": a star alone and a star for AWS are the same, everyone. */
function isPrincipal(principal: Json, federated: string | undefined): boolean {
  if (principal === '*') return true;
  const { AWS, Federated } = principal as Element;
  if (listOf(AWS).includes('*')) return true;
  return listOf(Federated).some((one) => one === '*' || one === federated);
}

// Patterns: a list of characters, in which WILD is a star and ONE a question mark.

const WILD = '\u{F0000}';
const ONE = '\u{F0001}';

const plain = (text: string): string[] => [...text.replaceAll('*', WILD).replaceAll('?', ONE)];

/** Whether a pattern matches the whole text: without wildcards where it is the text, else by the table of all pairs of
 *  prefixes. */
function globs(pattern: string[], value: string): boolean {
  if (!pattern.includes(WILD) && !pattern.includes(ONE)) return pattern.join('') === value;
  const text = Array.from(value);
  let row = [true, ...text.map(() => false)];
  for (const character of pattern) {
    const next = [character === WILD && row[0] === true];
    for (let n = 1; n <= text.length; n += 1) {
      const isSame = character === ONE || character === text[n - 1];
      next[n] = character === WILD ? row[n] === true || next[n - 1] === true : isSame && row[n - 1] === true;
    }
    row = next;
  }
  return row[text.length] === true;
}

/** "IAM policy elements: Variables and tags": `${key}`, `${key, 'default'}`, and three special characters. A value is taken
 *  literally. Undefined: a variable has no value, and the element matches nothing. */
function resolve(
  text: string,
  keys: AwsRequest['keys'],
  resolves: boolean,
  wild: boolean,
): string[] | undefined {
  const literally = (part: string) => (wild ? plain(part) : Array.from(part));
  if (!resolves) return literally(text);
  const open = text.indexOf('${');
  const close = open < 0 ? -1 : text.indexOf('}', open);
  if (close < 0) return literally(text);
  const name = text.slice(open + 2, close);
  const value = ['*', '?', '$'].includes(name) ? name : variableValue(name, keys);
  const rest = resolve(text.slice(close + 1), keys, resolves, wild);
  if (value === undefined || rest === undefined) return undefined;
  return [...literally(text.slice(0, open)), ...Array.from(value), ...rest];
}

function variableValue(expression: string, keys: AwsRequest['keys']): string | undefined {
  const comma = expression.indexOf(',');
  const values = lookUp(comma < 0 ? expression : expression.slice(0, comma), keys);
  if (values?.length === 1) return values[0];
  if (comma < 0) return undefined;
  const quoted = expression.slice(comma + 1).trim();
  return quoted.startsWith("'") && quoted.endsWith("'") ? quoted.slice(1, -1) : undefined;
}

/** "Condition key names are not case-sensitive." */
function lookUp(name: string, keys: AwsRequest['keys']): string[] | undefined {
  const wanted = name.trim().toLowerCase();
  return Object.entries(keys).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** "Each of the six colon-delimited components of the ARN is checked separately and each can include wildcards." */
function arnMatches(pattern: string, arn: string, keys: AwsRequest['keys'], resolves: boolean): boolean {
  const [patterns, parts] = [sixParts(pattern, resolves), sixParts(arn, false)];
  if (!patterns || !parts) return false;
  return patterns.every((one, n) => {
    const resolved = resolve(one, keys, resolves, true);
    return resolved !== undefined && globs(resolved, parts[n] ?? '');
  });
}

function sixParts(arn: string, hasVariables: boolean): string[] | undefined {
  const parts = [''];
  let isInVariable = false;
  for (let n = 0; n < arn.length; n += 1) {
    const character = arn[n] ?? '';
    if (hasVariables && arn.startsWith('${', n) && arn.indexOf('}', n) > 0) isInVariable = true;
    if (character === '}') isInVariable = false;
    if (character === ':' && !isInVariable && parts.length < 6) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.length === 6 ? parts : undefined;
}

type Test = (wanted: string, actual: string, keys: AwsRequest['keys'], resolves: boolean) => boolean;

const text =
  (wild: boolean, fold: (one: string) => string = (one) => one): Test =>
  (wanted, actual, keys, resolves) => {
    const resolved = resolve(wanted, keys, resolves, wild);
    return resolved !== undefined && globs(resolved.map(fold), fold(actual));
  };
const number =
  (compare: (a: number, b: number) => boolean): Test =>
  (wanted, actual) =>
    compare(Number(actual), Number(wanted));
const date =
  (compare: (a: number, b: number) => boolean): Test =>
  (wanted, actual) =>
    compare(seconds(actual), seconds(wanted));
const seconds = (one: string) => (/^\d+$/.test(one) ? Number(one) : new Date(one).getTime() / 1000);

/** IPv4 in CIDR notation; an address alone is a network of one. */
const network: Test = (wanted, actual) => {
  const [base = '', bits = '32'] = wanted.split('/');
  const shift = 2 ** (32 - Number(bits));
  return Math.floor(ipv4(base) / shift) === Math.floor(ipv4(actual) / shift);
};
const ipv4 = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const lower = (one: string) => one.toLowerCase();
const arn: Test = (wanted, actual, keys, resolves) => arnMatches(wanted, actual, keys, resolves);

/** "IAM JSON policy elements: Condition operators", without the negated ones. */
const TESTS: Record<string, Test> = {
  StringEquals: text(false),
  StringEqualsIgnoreCase: text(false, lower),
  StringLike: text(true),
  NumericEquals: number((a, b) => a === b),
  NumericLessThan: number((a, b) => a < b),
  NumericLessThanEquals: number((a, b) => a <= b),
  NumericGreaterThan: number((a, b) => a > b),
  NumericGreaterThanEquals: number((a, b) => a >= b),
  DateEquals: date((a, b) => a === b),
  DateLessThan: date((a, b) => a < b),
  DateLessThanEquals: date((a, b) => a <= b),
  DateGreaterThan: date((a, b) => a > b),
  DateGreaterThanEquals: date((a, b) => a >= b),
  Bool: text(false, lower),
  IpAddress: network,
  ArnEquals: arn,
  ArnLike: arn,
};

/** The negated operators, each with the one that it negates. */
const NEGATED: Record<string, string> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

/** Every operator that the evaluator knows, but for `Null`. */
export const operators = [...Object.keys(TESTS), ...Object.keys(NEGATED)];

function conditionHolds(
  written: string,
  key: string,
  wanted: string[],
  keys: AwsRequest['keys'],
  resolves: boolean,
): boolean {
  const actual = lookUp(key, keys);
  // "Null": true where the key is not in the request, false where it is.
  if (written === 'Null') return wanted.some((one) => one === String(actual === undefined));
  const ifExists = written.endsWith('IfExists');
  const [first, second] = written.replace(/IfExists$/, '').split(':');
  const set = second === undefined ? undefined : first;
  const operator = second ?? first ?? '';
  const isNegated = operator in NEGATED;
  const test = TESTS[NEGATED[operator] ?? operator];
  if (!test) throw new Error(`no operator ${operator}`);
  // "If the key is not present, the condition is evaluated as true" for …IfExists.
  if (ifExists && actual === undefined) return true;
  // Several values of a policy are OR; of a negated operator NOR.
  const matches = (one: string) => wanted.some((value) => test(value, one, keys, resolves)) !== isNegated;
  // "ForAllValues … also returns true if there are no context keys in the request."
  if (set === 'ForAllValues') return (actual ?? []).every(matches);
  // "ForAnyValue … for no matching context key … returns false."
  if (set === 'ForAnyValue') return (actual ?? []).some(matches);
  // "If the key is not present in the request, negated matching conditions evaluate to true."
  if (actual === undefined) return isNegated;
  // Several values need a set operator; what happens without one is not documented. The sandbox's reading: it never holds.
  return actual.length === 1 && matches(actual[0] ?? '');
}
