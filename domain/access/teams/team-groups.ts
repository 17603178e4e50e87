import type { ProjectUuid } from '../../shared/identifiers.ts';

/** What the groups of a team's block are for. */
export const teamRoles = ['requesters', 'approvers', 'auditors'] as const;

/** See `teamRoles`. */
export type TeamRole = (typeof teamRoles)[number];

/** The groups of a project's block. */
export type Team = { uuid: ProjectUuid } & Partial<Record<TeamRole, readonly string[] | undefined>>;

/** The groups that one role has in a project; none for a project without a block. */
export const groupsIn = (
  teams: readonly Team[],
  role: TeamRole,
  projectUuid: ProjectUuid | undefined,
): readonly string[] => teams.find(({ uuid }) => uuid === projectUuid)?.[role] ?? [];

/** The groups that approve for every one of these projects; none where no project decides. So what two projects own together
 *  is decided by a group that both have, or else by the installation's approvers. */
export function decidingGroups(teams: readonly Team[], decidedBy: readonly ProjectUuid[]): readonly string[] {
  const [first, ...others] = decidedBy.map((uuid) => groupsIn(teams, 'approvers', uuid));
  return (first ?? []).filter((group) => others.every((groups) => groups.includes(group)));
}

/** The groups that one role has in any project. */
export const groupsAnywhere = (teams: readonly Team[], role: TeamRole): readonly string[] => [
  ...new Set(teams.flatMap((team) => team[role] ?? [])),
];

/** The projects in which one of these groups has a role. */
export const projectsOfGroups = (
  teams: readonly Team[],
  role: TeamRole,
  groups: readonly string[],
): ProjectUuid[] =>
  teams.filter((team) => team[role]?.some((group) => groups.includes(group))).map(({ uuid }) => uuid);
