import { patternsOverlap } from '../shared/patterns.ts';
import type { OwnershipRule } from './ownership-schema.ts';

/** Two projects whose patterns match a name in common, by key: neither owns such a name by itself. */
export type PatternOverlap = { projects: [string, string]; patterns: [string, string] };

/** The patterns of different projects that overlap in an account, each pair once. A pattern of `any` is one of every type;
 *  `hub` is the alias of the account of rules that name none. */
export function overlappingPatterns(
  rules: readonly OwnershipRule[],
  hub: string | undefined,
): PatternOverlap[] {
  const owned = rules.flatMap((rule) => ('project' in rule ? patternsOf(rule) : []));
  const found = new Map<string, PatternOverlap>();
  for (const [n, one] of owned.entries()) {
    for (const other of owned.slice(n + 1)) {
      if (!overlap(one, other, hub)) continue;
      const [left, right] = one.project.uuid < other.project.uuid ? [one, other] : [other, one];
      const shown: PatternOverlap = {
        projects: [left.project.key, right.project.key],
        patterns: [left.pattern, right.pattern],
      };
      found.set(JSON.stringify([left.project.uuid, right.project.uuid, shown.patterns]), shown);
    }
  }
  return [...found.values()];
}

/** What an administrator is shown of an overlap, and what follows from it. */
export const overlapWarning = ({
  projects,
  patterns,
}: PatternOverlap): { about: string; remedy: string } => ({
  about: `ownership: ${patterns[0]} of ${projects[0]} and ${patterns[1]} of ${projects[1]} overlap`,
  remedy:
    'A name that both match belongs to neither: a person’s request waits for approval, a pipeline’s is refused. A rule for the repository decides whose it is.',
});

type ProjectRule = Extract<OwnershipRule, { project: unknown }>;
type OwnedPattern = {
  project: ProjectRule['project'];
  accounts: readonly string[] | undefined;
  type: string;
  pattern: string;
};

const patternsOf = ({ project, accounts, owns }: ProjectRule): OwnedPattern[] =>
  Object.entries(owns).flatMap(([type, patterns = []]) =>
    patterns.map((pattern) => ({ project, accounts, type, pattern })),
  );

/** True when a name of one type in one account is covered by patterns of two projects. */
const overlap = (one: OwnedPattern, other: OwnedPattern, hub: string | undefined): boolean =>
  one.project.uuid !== other.project.uuid &&
  shareType(one.type, other.type) &&
  shareAccount(one.accounts, other.accounts, hub) &&
  sharesName(one.pattern, other.pattern);

const shareType = (one: string, other: string): boolean => one === other || one === 'any' || other === 'any';

const shareAccount = (
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
  hub = '',
): boolean => (one ?? [hub]).some((alias) => (other ?? [hub]).includes(alias));

/** True when one name is covered by both patterns: segment by segment, and the owner of a folder owns what is in it. */
function sharesName(one: string, other: string): boolean {
  const [left, right] = [one.split('/'), other.split('/')];
  const shared = Math.min(left.length, right.length);
  return left.slice(0, shared).every((segment, n) => patternsOverlap(segment, right[n] ?? ''));
}
