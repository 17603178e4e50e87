/** The context of one request: condition keys in lower case, with their values. */
export type Context = ReadonlyMap<string, readonly string[]>;

export type PatternRules = {
  /** `*` stands for any text, `?` for any one character. */
  wildcards: boolean;
  ignoreCase?: boolean;
  /** Resolves `${key}`, `${key, 'default'}` and the literal `${*}`, `${?}`, `${$}`; undefined: all is plain text. */
  variables?: Context | undefined;
};

/** Whether a policy's pattern covers the whole value. A variable that the context does not hold covers nothing. */
export function covers(pattern: string, value: string, rules: PatternRules): boolean {
  let source = '';
  for (const part of pattern.match(/\$\{[^}]*\}|[*?]|[^*?$]+|\$/g) ?? []) {
    if (rules.wildcards && part === '*') source += '.*';
    else if (rules.wildcards && part === '?') source += '.';
    else if (rules.variables && part.startsWith('${')) {
      const resolved = resolveVariable(part.slice(2, -1), rules.variables);
      if (resolved === undefined) return false;
      source += literal(resolved);
    } else source += literal(part);
  }
  return new RegExp(`^(?:${source})$`, rules.ignoreCase ? 'isu' : 'su').test(value);
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

function resolveVariable(expression: string, context: Context): string | undefined {
  if (['*', '?', '$'].includes(expression)) return expression;
  const [key = '', fallback] = expression.split(/,(.*)/s);
  const values = context.get(key.trim().toLowerCase());
  if (values?.length === 1) return values[0];
  return fallback?.trim().match(/^'(.*)'$/s)?.[1];
}
