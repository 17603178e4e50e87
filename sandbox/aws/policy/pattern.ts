/** Condition keys, lower-cased, with their values: what is known of one request. */
export type Context = ReadonlyMap<string, readonly string[]>;

export type PatternRules = {
  /** `*` matches any run of characters, `?` any one character. */
  wildcards: boolean;
  ignoreCase?: boolean;
  /** Resolves `${key}`, `${key, 'default'}` and the literal `${*}`, `${?}`, `${$}`. Undefined, as for documents of version
   *  2008-10-17: the text between the braces is read like all other text, wildcards included. */
  variables?: Context | undefined;
};

const ANY_RUN = Symbol('*');
const ANY_ONE = Symbol('?');

/** One character of a pattern, or a wildcard. */
export type Token = string | typeof ANY_RUN | typeof ANY_ONE;

const VARIABLE = /\$\{[^}]*\}/g;

/** Whether a policy's pattern covers the whole value. A variable that the context does not hold covers nothing. */
export function covers(pattern: string, value: string, rules: PatternRules): boolean {
  const text = rules.ignoreCase ? value.toLowerCase() : value;
  if (!rules.variables && differsBeforeWildcards(pattern, text, rules)) return false;
  const tokens = tokensOf(pattern, rules);
  return tokens !== undefined && walk(tokens, [...text]).isCovered;
}

/** Whether what a pattern without variables has before its first wildcard, or all of it, is missing in the text. */
function differsBeforeWildcards(pattern: string, text: string, rules: PatternRules): boolean {
  const own = rules.ignoreCase ? pattern.toLowerCase() : pattern;
  const literal = rules.wildcards ? own.split(/[*?]/, 1)[0] : own;
  return !text.startsWith(literal ?? '');
}

/** Whether an ARN pattern covers an ARN part by part: a wildcard before the fifth colon does not reach over a colon, and
 *  one behind it reaches over all. False where one of the two has not six parts. */
export function coversArn(pattern: string, value: string, variables: Context | undefined): boolean {
  const [patterns, values] = [arnParts(pattern, variables !== undefined), arnParts(value, false)];
  if (!patterns || !values) return false;
  return patterns.every((part, i) => covers(part, values[i] ?? '', { wildcards: true, variables }));
}

/** The six parts of an ARN; with `variables`, a colon within `${…}` ends no part. */
function arnParts(text: string, variables: boolean): string[] | undefined {
  // The colons that end no part are masked by a character of the same length, so that the offsets stay.
  const masked = variables ? text.replace(VARIABLE, (variable) => variable.replaceAll(':', '_')) : text;
  const parts: string[] = [];
  let from = 0;
  while (parts.length < 5) {
    const colon = masked.indexOf(':', from);
    if (colon < 0) return undefined;
    parts.push(text.slice(from, colon));
    from = colon + 1;
  }
  return [...parts, text.slice(from)];
}

/** The pattern, character by character; undefined where a variable of it has no value. */
export function tokensOf(pattern: string, rules: PatternRules): Token[] | undefined {
  const tokens: Token[] = [];
  let from = 0;
  for (const { 0: variable, index } of rules.variables ? pattern.matchAll(VARIABLE) : []) {
    const value = resolveVariable(variable.slice(2, -1), rules.variables as Context);
    if (value === undefined) return undefined;
    tokens.push(...plainTokens(pattern.slice(from, index), rules), ...literalTokens(value, rules));
    from = index + variable.length;
  }
  return [...tokens, ...plainTokens(pattern.slice(from), rules)];
}

const literalTokens = (text: string, { ignoreCase = false }: PatternRules): string[] => [
  ...(ignoreCase ? text.toLowerCase() : text),
];

const plainTokens = (text: string, rules: PatternRules): Token[] =>
  literalTokens(text, rules).map((character) => {
    if (!rules.wildcards) return character;
    return character === '*' ? ANY_RUN : character === '?' ? ANY_ONE : character;
  });

/** Compares from left to right, and takes up at the last `*` alone where that fails, since an earlier one cannot do better.
 *  So `steps` is at most the length of the pattern plus the length of the value times that of the longest run of the
 *  pattern without `*`. */
export function walk(
  tokens: readonly Token[],
  value: readonly string[],
): { isCovered: boolean; steps: number } {
  let [token, at, steps] = [0, 0, 0];
  let star: { token: number; at: number } | undefined;
  while (at < value.length || tokens[token] === ANY_RUN) {
    steps += 1;
    if (tokens[token] === ANY_RUN) {
      token += 1;
      star = { token, at };
    } else if (tokens[token] === ANY_ONE || (token < tokens.length && tokens[token] === value[at])) {
      token += 1;
      at += 1;
    } else if (star) {
      star = { token: star.token, at: star.at + 1 };
      ({ token, at } = star);
    } else return { isCovered: false, steps };
  }
  return { isCovered: token === tokens.length, steps };
}

function resolveVariable(expression: string, context: Context): string | undefined {
  if (['*', '?', '$'].includes(expression)) return expression;
  const [key = '', fallback] = expression.split(/,(.*)/s);
  const values = context.get(key.trim().toLowerCase());
  if (values?.length === 1) return values[0];
  return fallback?.trim().match(/^'(.*)'$/s)?.[1];
}
