import { type Difference, type DriftAction, isWidened, kindsOf, type RepairTimes } from '../grants/drift.ts';
import { type DriftKind, driftKinds } from '../grants/drift-kinds.ts';
import { canonicalJson } from '../shared/canonical-hash.ts';
import type { ProjectUuid } from '../shared/identifiers.ts';
import { type Instant, plusSeconds, seconds } from '../shared/time.ts';
import type { DriftRule } from './settings.ts';

/** Seconds within which the same kind of difference is repaired once only. Who makes it again has a reason, or the role is
 *  attacked: a person must look. */
export const REPAIR_AGAIN_SECONDS = seconds(24 * 3600);

/** What decides about the differences of one grant. */
export type DriftCase = {
  differences: readonly Difference[];
  /** False for a role that may not be written. */
  isOurs: boolean;
  rules: readonly DriftRule[];
  template: string;
  project: ProjectUuid | undefined;
  repairedAt: RepairTimes;
  now: Instant;
};

/** What is to be done. `repairs` are the kinds to repair, none for other actions. `isRepeated`: the grant is frozen because a
 *  kind came again soon after its repair. */
export type DriftDecision = { action: DriftAction; repairs: DriftKind[]; isRepeated: boolean };

/** The kinds that are about the role's own content, so that writing the role can mend them. */
const MENDABLE: readonly DriftKind[] = [
  'TRUST_CHANGED',
  'PERMISSIONS_CHANGED',
  'POLICY_ATTACHED',
  'BOUNDARY_CHANGED',
  'TAGS_CHANGED',
  'SESSION_DURATION_CHANGED',
];

/** Decides what is done about a grant's differences: what was closed by hand, and a role that is no longer the grant's, freezes;
 *  what was opened is repaired; what Bitbucket says is reported. Rules make it stricter, never laxer. Undefined where nothing
 *  differs. */
export function decideDrift(found: DriftCase): DriftDecision | undefined {
  const kinds = kindsOf(found.differences);
  if (kinds.length === 0) return undefined;
  const isContained = kinds.includes('CLOSED_BY_HAND') || kinds.includes('ROLE_REPLACED');
  const isForeign = !found.isOurs && kinds.some((kind) => MENDABLE.includes(kind));
  const actions = kinds.map((kind) => ({ kind, action: actionFor(found, kind) }));
  if (isContained || isForeign || actions.some(({ action }) => action === 'freeze')) {
    return { action: 'freeze', repairs: [], isRepeated: false };
  }
  const repairs = actions.flatMap(({ kind, action }) => (action === 'repair' ? [kind] : []));
  if (repairs.some((kind) => isRecent(found, kind))) {
    return { action: 'freeze', repairs: [], isRepeated: true };
  }
  return { action: repairs.length > 0 ? 'repair' : 'report', repairs, isRepeated: false };
}

/** The strictest action that a rule asks for, or else the default of the kind. A rule cannot undo a default that freezes. */
function actionFor({ rules, template, project }: DriftCase, kind: DriftKind): DriftAction {
  const fitting = rules.filter(
    (rule) =>
      (rule.kinds === undefined || rule.kinds.includes(kind)) &&
      (rule.template === undefined || rule.template === template) &&
      (rule.project === undefined || rule.project.uuid === project),
  );
  if (fitting.some(({ action }) => action === 'freeze')) return 'freeze';
  if (fitting.length > 0 || !MENDABLE.includes(kind)) return 'report';
  return 'repair';
}

const isRecent = ({ repairedAt, now }: DriftCase, kind: DriftKind): boolean => {
  const at = repairedAt[kind];
  return at !== undefined && plusSeconds(at, REPAIR_AGAIN_SECONDS) > now;
};

/** What is done where today's bundle, ownership, guardrails or requester do not allow the documents to be restored. */
export const instead = (differences: readonly Difference[]): Exclude<DriftAction, 'repair'> =>
  isWidened(differences) ? 'freeze' : 'report';

/** True for two findings of the same differences, in any order. */
export const isSameFinding = (one: readonly Difference[], other: readonly Difference[]): boolean =>
  canonicalJson(inOrder(one)) === canonicalJson(inOrder(other));

/** The same differences in one order, each once. */
export const inOrder = (differences: readonly Difference[]): Difference[] =>
  driftKinds.flatMap((kind) =>
    (['opened', 'closed', 'neutral'] as const).flatMap((direction) =>
      differences.some((one) => one.kind === kind && one.direction === direction)
        ? [{ kind, direction }]
        : [],
    ),
  );
