import { teamRoles } from '../../domain/access/teams/team-groups.ts';

/** The attributes of a resource that hold the groups of teams. */
const teamAttributes = [...teamRoles, 'deciders'] as const;

/** See `teamAttributes`. */
export type TeamAttribute = (typeof teamAttributes)[number];

/** The attribute of a condition such as `principal in resource.requesters`, in Cedar's JSON format; undefined for another
 *  condition. */
export function teamAttributeOf(conjunct: unknown): TeamAttribute | undefined {
  if (typeof conjunct !== 'object' || conjunct === null || !('in' in conjunct)) return undefined;
  const { left, right } = conjunct.in as { left: { Var?: string }; right: unknown };
  const access = left.Var === 'principal' ? accessOf(right) : undefined;
  if (access?.left.Var !== 'resource') return undefined;
  return teamAttributes.find((attribute) => attribute === access.attr);
}

/** True for a part of a rule that reads the groups of a team. */
export const readsTeam = (part: object): boolean =>
  teamAttributes.some((attribute) => attribute === accessOf(part)?.attr);

/** True if a part of a rule, or a part of that, reads one attribute. */
export function readsAttribute(part: unknown, attribute: TeamAttribute): boolean {
  if (typeof part !== 'object' || part === null) return false;
  return (
    accessOf(part)?.attr === attribute || Object.values(part).some((one) => readsAttribute(one, attribute))
  );
}

const accessOf = (part: unknown): { left: { Var?: string }; attr: string } | undefined =>
  typeof part === 'object' && part !== null && '.' in part
    ? (part['.'] as { left: { Var?: string }; attr: string })
    : undefined;
