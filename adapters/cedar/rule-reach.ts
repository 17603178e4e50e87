import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { type Scope, scopeTypes } from '../../domain/access/reach.ts';
import type { RuleReach } from './compiled-access.ts';
import type { Rule } from './rules.ts';
import { teamAttributeOf } from './team-attribute.ts';

/** True if a condition needs more than the caller, the action and whether the caller administers the repository. */
export function looksAtResource(expression: unknown): boolean {
  if (typeof expression !== 'object' || expression === null) return false;
  if ('Var' in expression) return expression.Var === 'resource' || expression.Var === 'context';
  const access =
    '.' in expression ? (expression['.'] as { left: { Var?: string }; attr: string }) : undefined;
  if (access?.left.Var === 'context' && access.attr === 'repositoryAdmin') return false;
  return Object.values(expression).some(looksAtResource);
}

/** What of the conditions of a permit can be decided without a resource: the parts that do not look at it, and those that ask
 *  for a group of a team. */
export function withoutResource(conditions: PolicyJson['conditions']): PolicyJson['conditions'] {
  return conditions.flatMap((condition) => {
    if (!looksAtResource(condition.body)) return [condition];
    if (condition.kind !== 'when') return [];
    const [first, ...others] = conjunctsOf(condition.body).filter(
      (part) => !looksAtResource(part) || teamAttributeOf(part) !== undefined,
    );
    if (first === undefined) return [];
    const body = others.reduce((left, right) => ({ '&&': { left, right } }), first);
    return [{ ...condition, body: body as typeof condition.body }];
  });
}

/** The reach of each permit. */
export const reachesOf = (rules: readonly Rule[]): Record<string, RuleReach> =>
  Object.fromEntries(
    rules.filter(({ effect }) => effect === 'permit').map(({ id, json }) => [id, reachOf(json)]),
  );

/** True for a forbid of an action that may concern some resources and not others. */
export function makesExceptions({ effect, json }: Rule, action: string): boolean {
  if (effect !== 'forbid' || !concerns(json.action, action)) return false;
  return isNarrow(json.resource) || json.conditions.some(({ body }) => looksAtResource(body));
}

function concerns(scope: PolicyJson['action'], action: string): boolean {
  if (scope.op === 'All') return true;
  return entitiesOf(scope).some(({ id }) => id === action);
}

function reachOf({ resource, conditions }: PolicyJson): RuleReach {
  const looking = conditions.filter(({ body }) => looksAtResource(body));
  const conjuncts = looking.flatMap(({ kind, body }) => (kind === 'when' ? conjunctsOf(body) : []));
  const named = [
    ...(isNarrow(resource) ? [entitiesOf(resource)] : []),
    ...conjuncts.map(containersIn).filter((entities) => entities.length > 0),
  ];
  if (named.length === 0 && looking.length === 0) return { everything: true, within: [], isWhole: true };
  const [team] = named.length > 0 ? [] : conjuncts.flatMap((part) => teamAttributeOf(part) ?? []);
  if (team !== undefined) {
    const isWhole = conjuncts.length === 1 && looking.length === 1;
    return { everything: false, within: [], isWhole, team };
  }
  const candidates = named.map(scopesOf).filter((scopes) => scopes.length > 0);
  const rank = ([first]: Scope[]) => (first ? scopeTypes.indexOf(first.type) : scopeTypes.length);
  const [within = []] = candidates.sort((a, b) => rank(a) - rank(b));
  // Whatever else the permit looks at narrows it further.
  const isWhole =
    looking.length === 0 || (named.length === 1 && conjuncts.length === 1 && looking.length === 1);
  return { everything: false, within, isWhole };
}

/** True for the scope of a rule that names what resources must be in. */
const isNarrow = (resource: PolicyJson['resource']): boolean =>
  resource.op !== 'All' && !(resource.op === 'is' && !resource.in);

/** The parts of a condition that must all hold. */
function conjunctsOf(body: unknown): unknown[] {
  if (typeof body !== 'object' || body === null || !('&&' in body)) return [body];
  const { left, right } = body['&&'] as { left: unknown; right: unknown };
  return [...conjunctsOf(left), ...conjunctsOf(right)];
}

type Named = { type: string; id: string };

/** The entities of `resource in X` and `resource in [X, Y]`; none for another condition. */
function containersIn(conjunct: unknown): Named[] {
  if (typeof conjunct !== 'object' || conjunct === null || !('in' in conjunct)) return [];
  const { left, right } = conjunct.in as { left: { Var?: string }; right: unknown };
  return left.Var === 'resource' ? entitiesOf(right) : [];
}

/** Every entity that a part of a policy names. */
function entitiesOf(part: unknown): Named[] {
  if (typeof part !== 'object' || part === null) return [];
  if ('type' in part && 'id' in part && typeof part.type === 'string' && typeof part.id === 'string') {
    return [{ type: part.type, id: part.id }];
  }
  return Object.values(part).flatMap(entitiesOf);
}

/** Entities as scopes; none if one of them is of a kind by which no list is read. */
function scopesOf(entities: readonly Named[]): Scope[] {
  const scopes = entities.flatMap(({ type, id }) => {
    const known = scopeTypes.find((one) => one === type);
    return known ? [{ type: known, id }] : [];
  });
  return scopes.length === entities.length ? scopes : [];
}
