/** What a role's endpoint sees of a token: through which provider it came, and its two claims. */
export type Presented = { federated: string; aud: string; sub: string };

/** `unsure`: the document holds something that this small reading of IAM's rules does not know. */
export type Verdict = 'admitted' | 'refused' | 'unsure';

class Unsure extends Error {}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): string[] => {
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((member): member is string => typeof member === 'string')) throw new Unsure();
  return list;
};

/** A wildcard pattern as a regular expression: `*` any run, `?` any one character. */
const like = (value: string, pattern: string): boolean =>
  new RegExp(
    `^${[...pattern]
      .map((c) => (c === '*' ? '[^]*' : c === '?' ? '[^]' : c.replace(/[\\^$.|+()[\]{}]/, '\\$&')))
      .join('')}$`,
  ).test(value);

/** Whether a trust policy lets a token assume the role, by a naive reading of IAM's rules: any explicit deny refuses,
 *  else any allow admits. Written from IAM's documentation alone, for comparing with. */
export function judge(text: string, token: Presented): Verdict {
  try {
    const document: unknown = JSON.parse(text);
    if (!isObject(document)) throw new Unsure();
    const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
    const effects = statements.flatMap((statement: unknown) => {
      if (!isObject(statement)) throw new Unsure();
      return applies(statement, token) ? [statement.Effect] : [];
    });
    if (effects.includes('Deny')) return 'refused';
    return effects.includes('Allow') ? 'admitted' : 'refused';
  } catch (error) {
    if (error instanceof Unsure || error instanceof SyntaxError) return 'unsure';
    throw error;
  }
}

function applies(statement: Json, token: Presented): boolean {
  const known = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'Condition'];
  if (Object.keys(statement).some((key) => !known.includes(key))) throw new Unsure();
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw new Unsure();
  const action = 'sts:AssumeRoleWithWebIdentity'.toLowerCase();
  if (!listOf(statement.Action).some((pattern) => like(action, pattern.toLowerCase()))) return false;
  const named =
    'NotPrincipal' in statement ? !names(statement.NotPrincipal, token) : names(statement.Principal, token);
  return named && conditionsHold(statement.Condition ?? {}, token);
}

function names(principal: unknown, token: Presented): boolean {
  if (principal === '*') return true;
  if (!isObject(principal)) throw new Unsure();
  return Object.entries(principal).some(([kind, value]) => {
    if (kind === 'AWS') return listOf(value).includes('*');
    if (kind !== 'Federated') throw new Unsure();
    return listOf(value).some((arn) => arn === '*' || arn === token.federated);
  });
}

function conditionsHold(condition: unknown, token: Presented): boolean {
  if (!isObject(condition)) throw new Unsure();
  return Object.entries(condition).every(([operator, block]) => {
    if (!isObject(block)) throw new Unsure();
    return Object.entries(block).every(([key, value]) => holds(operator, claim(key, token), listOf(value)));
  });
}

/** The claim that a condition key stands for; keys are told apart by the provider's name, whatever their case. */
function claim(key: string, token: Presented): string | undefined {
  const provider = token.federated.slice(token.federated.indexOf('oidc-provider/') + 'oidc-provider/'.length);
  const found = Object.entries({ [`${provider}:aud`]: token.aud, [`${provider}:sub`]: token.sub }).find(
    ([name]) => name.toLowerCase() === key.toLowerCase(),
  );
  return found?.[1];
}

function holds(operator: string, value: string | undefined, patterns: string[]): boolean {
  const [, set, name = '', ifExists] =
    /^(ForAnyValue:|ForAllValues:)?([A-Za-z]+?)(IfExists)?$/.exec(operator) ?? [];
  if (value === undefined) return ifExists !== undefined || set === 'ForAllValues:' || name.includes('Not');
  const tests: Record<string, (pattern: string) => boolean> = {
    StringEquals: (pattern) => value === pattern,
    StringEqualsIgnoreCase: (pattern) => value.toLowerCase() === pattern.toLowerCase(),
    StringLike: (pattern) => like(value, pattern),
  };
  const negated = name.replace('Not', '');
  const test = tests[negated];
  if (!test) throw new Unsure();
  const matches = patterns.some(test);
  return name === negated ? matches : !matches;
}
