import { canonicalJson } from './canonical-hash.ts';

/** One thing that a policy allows, e.g. `{action: 's3:PutObject', resource: 'arn:aws:s3:::shop-site/*'}`. Both may hold
 *  IAM's wildcards. */
export type Permission = { action: string; resource: string };

/** What a policy allows beyond another, and what it allows no more. Sorted, each pair once. `isUnderstood` is false where
 *  the policy before could not be read: then everything counts as gained. */
export type PermissionsDifference = { gained: Permission[]; lost: Permission[]; isUnderstood: boolean };

/** A permission under its statement's condition block, as canonical JSON; empty without one. */
type ConditionalPermission = Permission & { condition: string };

/** Compares what two permissions policies allow, as permissions and not as text: order, statement ids and how statements
 *  are cut do not matter. Conservative: what is not provably covered by one permission of the other policy counts as
 *  gained, or lost. `before` is `undefined` where nothing is allowed yet. */
export function comparePermissions(before: unknown, after: unknown): PermissionsDifference {
  const had = before === undefined ? [] : permissionsOf(before);
  const has = permissionsOf(after);
  if (!has) throw new Error('a rendered policy must be one that can be read');
  return {
    gained: uncovered(has, had ?? []),
    lost: uncovered(had ?? [], has),
    isUnderstood: had !== undefined,
  };
}

const uncovered = (
  permissions: readonly ConditionalPermission[],
  by: readonly ConditionalPermission[],
): Permission[] => {
  const open = permissions.filter((permission) => !by.some((other) => covers(other, permission)));
  const pairs = new Map(open.map(({ action, resource }) => [`${action} ${resource}`, { action, resource }]));
  return [...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, permission]) => permission);
};

/** True when everything that `permission` allows, `other` allows. A condition narrows, so only an equal one, or none, is
 *  known to be as wide. */
const covers = (other: ConditionalPermission, permission: ConditionalPermission): boolean =>
  (other.condition === '' || other.condition === permission.condition) &&
  globCovers(other.action.toLowerCase(), permission.action.toLowerCase()) &&
  globCovers(other.resource, permission.resource);

/** True when every text that matches `glob` is known to match `wider`: the characters of `glob` are taken as they stand,
 *  its `*` may only be met by a `*`, its `?` by `?` or `*`. Never true where it is not so. */
export function globCovers(wider: string, glob: string): boolean {
  // What an IAM variable stands for is not known here.
  if (wider.includes('${') || glob.includes('${')) return wider === glob;
  // Greedy, as for plain text: the last `*` of `wider` takes as much as it must.
  let at = 0;
  let from = 0;
  let star = -1;
  let resume = 0;
  while (from < glob.length) {
    const here = wider[at];
    if (here === '*') {
      star = at;
      resume = from;
      at += 1;
    } else if (here !== undefined && glob[from] !== '*' && (here === '?' || here === glob[from])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      resume += 1;
      from = resume;
      at = star + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(wider.slice(at));
}

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
function permissionsOf(document: unknown): ConditionalPermission[] | undefined {
  if (!isObject(document) || document.Version !== '2012-10-17') return undefined;
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  const permissions: ConditionalPermission[] = [];
  for (const statement of statements) {
    if (!isObject(statement) || Object.keys(statement).some((key) => !KNOWN.has(key))) return undefined;
    const actions = texts(statement.Action);
    const resources = texts(statement.Resource);
    const { Condition: block } = statement;
    if (statement.Effect !== 'Allow' || !actions || !resources) return undefined;
    if (block !== undefined && !isObject(block)) return undefined;
    const condition = block && Object.keys(block).length > 0 ? canonicalJson(block) : '';
    for (const action of actions) {
      for (const resource of resources) permissions.push({ action, resource, condition });
    }
  }
  return permissions;
}
