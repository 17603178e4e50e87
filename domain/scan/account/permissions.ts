import { asList, asTexts, isObject, type Json, policyDocument } from './json.ts';

/** A statement of a permissions policy, as lists. `isConditional` where it has conditions, which are not judged. */
export type PolicyStatement = {
  effect: 'Allow' | 'Deny';
  actions: readonly string[];
  notActions: readonly string[];
  resources: readonly string[];
  notResources: readonly string[];
  condition: Json;
};

/** What a role's policies say. `unread`: the policies whose documents are not known or not understood, by name. */
export type Permissions = { statements: readonly PolicyStatement[]; unread: readonly string[] };

/** The statements of a policy; undefined for a document that is not understood. */
export function readPolicy(value: unknown): PolicyStatement[] | undefined {
  const document = policyDocument(value);
  if (!document) return undefined;
  const statements: PolicyStatement[] = [];
  for (const one of asList(document.Statement)) {
    const statement = isObject(one) ? readStatement(one) : undefined;
    if (!statement) return undefined;
    statements.push(statement);
  }
  return statements;
}

function readStatement(source: Json): PolicyStatement | undefined {
  const lists = [source.Action, source.NotAction, source.Resource, source.NotResource].map(asTexts);
  const [actions, notActions, resources, notResources] = lists;
  if (!actions || !notActions || !resources || !notResources) return undefined;
  if (source.Effect !== 'Allow' && source.Effect !== 'Deny') return undefined;
  const condition = isObject(source.Condition) ? source.Condition : {};
  return { effect: source.Effect, actions, notActions, resources, notResources, condition };
}
