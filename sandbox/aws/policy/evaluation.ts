import { allHold } from './conditions.ts';
import type { Statement } from './grammar.ts';
import { type Context, covers } from './pattern.ts';

export type Verdict = 'allow' | 'deny' | 'none';

/** The verdict of several statements: an explicit deny overrides every allow; `none` if no statement applies. */
export function verdictOf(
  statements: readonly Statement[],
  applies: (statement: Statement) => boolean,
): Verdict {
  const speaking = statements.filter(applies);
  if (speaking.some((statement) => statement.effect === 'Deny')) return 'deny';
  return speaking.length > 0 ? 'allow' : 'none';
}

export function coversAction({ actions, notActions }: Statement, action: string): boolean {
  const named = (patterns: string[]) =>
    patterns.some((pattern) => covers(pattern, action, { wildcards: true, ignoreCase: true }));
  return notActions.length > 0 ? !named(notActions) : named(actions);
}

export function coversResource(statement: Statement, resource: string, context: Context): boolean {
  const variables = statement.variables ? context : undefined;
  const named = (patterns: string[]) =>
    patterns.some((pattern) => covers(pattern, resource, { wildcards: true, variables }));
  return statement.notResources.length > 0 ? !named(statement.notResources) : named(statement.resources);
}

export const conditionsHold = (statement: Statement, context: Context): boolean =>
  allHold(statement.conditions, context, statement.variables);
