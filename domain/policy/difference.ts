import { canonicalJson } from '../shared/canonical-hash.ts';
import { patternCovers } from '../shared/patterns.ts';

/** How a planned role compares with the live one. `new`: nothing is live. `wider`: it allows more, admits more or
 *  lasts longer, or the comparison cannot decide. `narrower`: it only allows less. `same`: neither. */
export const risks = ['new', 'same', 'narrower', 'wider'] as const;

/** See `risks`. */
export type Risk = (typeof risks)[number];

/** One thing that a policy allows, e.g. `{action: 's3:PutObject', resource: 'arn:aws:s3:::shop-site/*'}`. Both may hold
 *  IAM's wildcards. */
export type Permission = { action: string; resource: string };

/** What a policy allows beyond another, and what it no longer allows. Sorted, each pair once. `isUnderstood` is false
 *  where the policy before could not be read: then everything counts as gained. */
export type PermissionsDifference = { gained: Permission[]; lost: Permission[]; isUnderstood: boolean };

/** A statement: each of its actions on each of its resources, under its condition block as canonical JSON; empty without
 *  one. */
type Allowance = { actions: string[]; resources: string[]; condition: string };

/** Compares what two permissions policies allow, as permissions and not as text: order, statement ids and how statements
 *  are cut do not matter. Conservative: what is not provably covered by one permission of the other policy counts as
 *  gained, or lost. `before` is `undefined` where nothing is allowed yet. */
export function comparePermissions(before: unknown, after: unknown): PermissionsDifference {
  const had = before === undefined ? [] : allowancesOf(before);
  const has = allowancesOf(after);
  if (!has) throw new Error('a rendered policy must be one that can be read');
  return {
    gained: uncovered(has, had ?? []),
    lost: uncovered(had ?? [], has),
    isUnderstood: had !== undefined,
  };
}

/** What `allowances` allow and none of `by` does. Actions and resources are compared separately, so the time depends
 *  on the length of the policies and not on the number of pairs. */
function uncovered(allowances: readonly Allowance[], by: readonly Allowance[]): Permission[] {
  const open = new Map<string, Permission>();
  for (const { actions, resources, condition } of allowances) {
    // A condition narrows, so only an equal one, or none, is known to be as wide.
    const covering = by
      .filter((other) => other.condition === '' || other.condition === condition)
      .map((other) => ({
        actions: new Set(
          actions.filter((action) => other.actions.some((wider) => actionCovers(wider, action))),
        ),
        resources: new Set(
          resources.filter((one) => other.resources.some((wider) => patternCovers(wider, one))),
        ),
      }));
    for (const action of actions) {
      for (const resource of resources) {
        if (covering.some((known) => known.actions.has(action) && known.resources.has(resource))) continue;
        open.set(`${action} ${resource}`, { action, resource });
      }
    }
  }
  return [...open].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, permission]) => permission);
}

/** IAM compares actions case-insensitively. */
const actionCovers = (wider: string, action: string): boolean =>
  patternCovers(wider.toLowerCase(), action.toLowerCase());

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Text or a list of texts as a list; undefined for anything else. */
function texts(value: unknown): string[] | undefined {
  if (typeof value === 'string') return [value];
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isList ? value : undefined;
}

const KNOWN = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

/** What a policy document allows; undefined for one that holds anything but plain `Allow` statements. */
function allowancesOf(document: unknown): Allowance[] | undefined {
  if (!isObject(document) || document.Version !== '2012-10-17') return undefined;
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  const allowances = statements.map(allowanceOf);
  return allowances.every((allowance) => allowance !== undefined) ? allowances : undefined;
}

function allowanceOf(statement: unknown): Allowance | undefined {
  if (!isObject(statement) || Object.keys(statement).some((key) => !KNOWN.has(key))) return undefined;
  const actions = texts(statement.Action);
  const resources = texts(statement.Resource);
  const { Condition: block } = statement;
  if (statement.Effect !== 'Allow' || !actions || !resources) return undefined;
  if (block !== undefined && !isObject(block)) return undefined;
  return {
    actions,
    resources,
    condition: block && Object.keys(block).length > 0 ? canonicalJson(block) : '',
  };
}
