import type { Difference, Direction } from '../grants/drift.ts';
import type { DriftKind } from '../grants/drift-kinds.ts';
import { GRANT_TAG, PERMISSIONS_POLICY_NAME } from '../planning/role.ts';
import { addedBy, allowsNothing, compareDocuments } from './compare-documents.ts';

/** A role as it was last applied. `maxSessionDuration` in seconds. */
export type AppliedRole = {
  id: string;
  path: string;
  trustPolicy: unknown;
  permissionsPolicy: unknown;
  boundaryArn: string;
  denyAllArn: string;
  maxSessionDuration: number;
  tags: Readonly<Record<string, string>>;
};

/** A policy on a role beside the grant's own. `document` is undefined where it could not be read. */
export type ForeignPolicy = { name: string; isAttached: boolean; document: unknown };

/** A role as IAM has it. `permissionsPolicy` is undefined where the role has no such policy. `boundaryDocument`: what a boundary other than
 *  the grant's own and AWSDenyAll says, undefined where that is not known. */
export type FoundRole = {
  id: string;
  path: string;
  trustPolicy: unknown;
  permissionsPolicy: unknown;
  foreignPolicies: readonly ForeignPolicy[];
  boundaryArn: string | undefined;
  boundaryDocument?: unknown;
  maxSessionDuration: number;
  tags: Readonly<Record<string, string>>;
};

/** How a role differs. `isOurs` is false for a role that may not be written: it has another RoleId, path or grant tag. */
export type RoleJudgement = { differences: Difference[]; isOurs: boolean };

/** Compares the role of an active grant with what was last applied. Undefined `found`: IAM has no such role. */
export function judgeRole(applied: AppliedRole, found: FoundRole | undefined): RoleJudgement {
  if (!found) return { differences: [closed('ROLE_DELETED'), CLOSED_BY_HAND], isOurs: false };
  if (found.id !== applied.id) return { differences: [neutral('ROLE_REPLACED')], isOurs: false };
  const differences = [
    ...of('TRUST_CHANGED', compareDocuments(applied.trustPolicy, found.trustPolicy)),
    ...of('PERMISSIONS_CHANGED', permissionsOf(applied, found)),
    ...of('POLICY_ATTACHED', found.foreignPolicies.flatMap(directionsOf)),
    ...of('BOUNDARY_CHANGED', boundaryOf(applied, found)),
    ...of('TAGS_CHANGED', isTagged(applied, found) ? [] : ['neutral']),
    ...of('SESSION_DURATION_CHANGED', durationOf(applied, found)),
  ];
  return {
    differences: isClosedByHand(differences) ? [...differences, CLOSED_BY_HAND] : differences,
    isOurs: isOurs(applied, found),
  };
}

/** What was closed of one and the same role by either measure, with `CLOSED_BY_HAND`; empty where nothing was. */
export function closedByBoth(one: RoleJudgement, other: RoleJudgement): Difference[] {
  const closed = one.differences.filter(
    (difference) =>
      isClosedByHand([difference]) &&
      difference.kind !== 'CLOSED_BY_HAND' &&
      other.differences.some(({ kind, direction }) => kind === difference.kind && direction === 'closed'),
  );
  return closed.length > 0 ? [...closed, CLOSED_BY_HAND] : [];
}

/** Compares the role of a frozen grant with one that is closed: only what opens it is a difference. */
export function judgeClosedRole(
  { denyAllArn, ...applied }: AppliedRole,
  found: FoundRole | undefined,
): RoleJudgement {
  if (!found || found.id !== applied.id) return { differences: [], isOurs: false };
  return {
    differences: [
      ...of('TRUST_CHANGED', allowsNothing(found.trustPolicy) ? [] : ['opened']),
      ...of('BOUNDARY_CHANGED', found.boundaryArn === denyAllArn ? [] : ['opened']),
    ],
    isOurs: isOurs(applied, found),
  };
}

const isOurs = (applied: Pick<AppliedRole, 'path' | 'tags'>, found: FoundRole): boolean =>
  found.path === applied.path && found.tags[GRANT_TAG] === applied.tags[GRANT_TAG];

const closed = (kind: DriftKind): Difference => ({ kind, direction: 'closed' });
const neutral = (kind: DriftKind): Difference => ({ kind, direction: 'neutral' });
const CLOSED_BY_HAND = closed('CLOSED_BY_HAND');

/** Differences of one kind, each direction once. */
const of = (kind: DriftKind, found: readonly Direction[]): Difference[] =>
  (['opened', 'closed', 'neutral'] as const).flatMap((direction) =>
    found.includes(direction) ? [{ kind, direction }] : [],
  );

/** A shorter session ends no one's access, so it is no containment. */
const isClosedByHand = (differences: readonly Difference[]): boolean =>
  differences.some(({ kind, direction }) => direction === 'closed' && kind !== 'SESSION_DURATION_CHANGED');

const permissionsOf = (applied: AppliedRole, { permissionsPolicy }: FoundRole): Direction[] =>
  permissionsPolicy === undefined
    ? ['closed']
    : compareDocuments(applied.permissionsPolicy, permissionsPolicy);

/** What is attached but cannot be read may allow anything and may deny anything. */
const directionsOf = ({ document }: ForeignPolicy): Direction[] =>
  document === undefined ? ['opened', 'closed'] : addedBy(document);

/** Any boundary other than the grant's own may allow more. One that denies, or that does not allow what the grant's policy does, may
 *  be there to contain the role. */
function boundaryOf(
  { boundaryArn, denyAllArn, permissionsPolicy }: AppliedRole,
  { boundaryArn: found, boundaryDocument }: FoundRole,
): Direction[] {
  if (found === boundaryArn) return [];
  if (found === undefined) return ['opened'];
  if (found === denyAllArn) return ['closed'];
  const isWide =
    boundaryDocument !== undefined &&
    !compareDocuments(permissionsPolicy, boundaryDocument).includes('closed');
  return isWide ? ['opened'] : ['opened', 'closed'];
}

const durationOf = (applied: AppliedRole, found: FoundRole): Direction[] => {
  if (found.maxSessionDuration === applied.maxSessionDuration) return [];
  return [found.maxSessionDuration > applied.maxSessionDuration ? 'opened' : 'closed'];
};

/** Tags that were not applied stay, whoever set them: a repair takes none away, so they are no difference that it could mend. */
const isTagged = (applied: AppliedRole, found: FoundRole): boolean =>
  Object.entries(applied.tags).every(([key, value]) => found.tags[key] === value);

/** The policy that a role has under the grant's own name, and the others, from all that are on it. */
export function sortPolicies(
  inline: readonly { name: string; document: unknown }[],
  attached: readonly { name: string; document: unknown }[],
): Pick<FoundRole, 'permissionsPolicy' | 'foreignPolicies'> {
  const own = inline.find(({ name }) => name === PERMISSIONS_POLICY_NAME);
  return {
    // A document that cannot be parsed is there all the same.
    permissionsPolicy: own && (own.document ?? null),
    foreignPolicies: [
      ...inline.filter((one) => one !== own).map((one) => ({ ...one, isAttached: false })),
      ...attached.map((one) => ({ ...one, isAttached: true })),
    ],
  };
}
