import type { Direction } from '../grants/drift.ts';
import { patternCovers } from '../shared/patterns.ts';
import { conditionsImply } from './conditions.ts';
import { type ReadPolicy, readPolicy, type Statement } from './statements.ts';

/** What a document that is there allows, measured by the one that was applied: nothing for equal meaning; `opened`, `closed`
 *  or both. Order, statement ids, one value or a list, the case of actions and condition keys, and how statements are cut do
 *  not matter.
 *
 *  Conservative in both ways. What is not provably allowed by one applied statement counts as opened, so a widening is never
 *  equal or only closed. A Deny always counts as closed, whatever it denies. */
export function compareDocuments(applied: unknown, found: unknown): Direction[] {
  const [before, after] = [readPolicy(applied), readPolicy(found)];
  const directions: Direction[] = [];
  if (after.isOpaque || !covers(before, after)) directions.push('opened');
  if (after.denies || before.isOpaque || !covers(after, before)) directions.push('closed');
  return directions;
}

/** What a policy that was not applied at all adds to a role. Its Allow statements count as opened, also where they repeat
 *  what is allowed already. */
export function addedBy(document: unknown): Direction[] {
  const { allows, denies, isOpaque } = readPolicy(document);
  const opens = allows.length > 0 || isOpaque;
  return [...(opens ? (['opened'] as const) : []), ...(denies ? (['closed'] as const) : [])];
}

/** True where a document allows nothing, so that it admits no one. */
export function allowsNothing(document: unknown): boolean {
  const { allows, isOpaque } = readPolicy(document);
  return allows.length === 0 && !isOpaque;
}

/** True if every single permission of `narrower` is provably one of a statement of `wider`. */
const covers = (wider: ReadPolicy, narrower: ReadPolicy): boolean =>
  narrower.allows.every((statement) => isCovered(statement, wider.allows));

function isCovered(statement: Statement, by: readonly Statement[]): boolean {
  const candidates = by.filter((wider) => conditionsImply(statement.conditions, wider.conditions));
  return orOne(statement.principals).every((principal) =>
    statement.actions.every((action) =>
      orOne(statement.resources).every((resource) =>
        candidates.some((wider) => allows(wider, { principal, action, resource })),
      ),
    ),
  );
}

/** A statement of a permissions policy names no principal, and one of a trust policy no resource. */
const orOne = (names: readonly string[]): readonly (string | undefined)[] =>
  names.length === 0 ? [undefined] : names;

type Permission = { principal: string | undefined; action: string; resource: string | undefined };

const allows = (wider: Statement, { principal, action, resource }: Permission): boolean =>
  (principal === undefined
    ? wider.principals.length === 0
    : wider.principals.some((one) => principalCovers(one, principal))) &&
  wider.actions.some((one) => patternCovers(one, action)) &&
  (resource === undefined
    ? wider.resources.length === 0
    : wider.resources.some((one) => resourceCovers(one, resource)));

/** A star alone, and one for AWS, is everyone; a star of another type is everyone of that type. Source: IAM User Guide, "AWS JSON
 *  policy elements: Principal". */
const principalCovers = (wider: string, narrower: string): boolean =>
  wider === narrower ||
  wider === '*' ||
  wider === 'AWS *' ||
  (wider.endsWith(' *') && narrower.startsWith(wider.slice(0, -1)));

/** IAM compares ARNs segment by segment: a wildcard crosses no colon but in the last one, which holds the rest. Source: IAM
 *  User Guide, "IAM JSON policy elements: Resource", wildcards. What is no ARN is compared as it is. */
function resourceCovers(wider: string, narrower: string): boolean {
  if (wider === '*' || wider === narrower) return true;
  const [wide, narrow] = [segmentsOf(wider), segmentsOf(narrower)];
  if (!wide || !narrow) return false;
  return wide.every((segment, n) => patternCovers(segment, narrow[n] ?? ''));
}

const ARN_SEGMENTS = 6;

function segmentsOf(arn: string): string[] | undefined {
  const parts = arn.split(':');
  if (parts.length < ARN_SEGMENTS) return undefined;
  return [...parts.slice(0, ARN_SEGMENTS - 1), parts.slice(ARN_SEGMENTS - 1).join(':')];
}
