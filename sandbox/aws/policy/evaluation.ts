import { allHold } from './conditions.ts';
import { parsePolicy, type Statement } from './grammar.ts';
import { type Context, covers, coversArn } from './pattern.ts';

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

/** Whether the statement's `Resource`, or all but its `NotResource`, covers the resource: `*` is all, and every other
 *  pattern an ARN. */
export function coversResource(statement: Statement, resource: string, context: Context): boolean {
  const variables = statement.variables ? context : undefined;
  const named = (patterns: string[]) =>
    patterns.some((pattern) => pattern === '*' || coversArn(pattern, resource, variables));
  return statement.notResources.length > 0 ? !named(statement.notResources) : named(statement.resources);
}

export const conditionsHold = (statement: Statement, context: Context): boolean =>
  allHold(statement.conditions, context, statement.variables);

/** A principal as a trust policy names it. */
export type TrustedPrincipal = Statement['principals'][number];

/** What a trust policy says of a caller who wants this action. `names`: whether a principal of the policy is the caller. */
export function trustVerdict(
  document: string,
  { names, action }: { names: (principal: TrustedPrincipal) => boolean; action: string },
  context: Context,
): Verdict {
  return verdictOf(
    parsePolicy(document, 'trust'),
    (statement) =>
      statement.principals.some(names) &&
      coversAction(statement, action) &&
      conditionsHold(statement, context),
  );
}

/** What identity policies, or other policies of their form, say together of an action on a resource. */
export function identityVerdict(
  documents: readonly string[],
  { action, resource }: { action: string; resource: string },
  context: Context,
): Verdict {
  return verdictOf(
    documents.flatMap((document) => parsePolicy(document, 'identity')),
    (statement) =>
      coversAction(statement, action) &&
      coversResource(statement, resource, context) &&
      conditionsHold(statement, context),
  );
}
