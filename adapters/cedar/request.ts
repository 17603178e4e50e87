import type { EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { Action, Attempt, Resource } from '../../domain/access/authorisation.ts';
import {
  decidingGroups,
  groupsAnywhere,
  groupsIn,
  type Team,
  type TeamRole,
} from '../../domain/access/teams/team-groups.ts';
import type { Principal } from '../../domain/shared/principal.ts';

/** Cedar's entity type of each kind of principal. */
export const principalTypes = {
  person: 'Person',
  service: 'Service',
  pipeline: 'Pipeline',
  system: 'System',
} as const satisfies Record<Principal['kind'], string>;

/** What Cedar is asked. Without a resource: whether the caller could be allowed on any. */
export type CedarQuestion = Attempt & { resource: Resource | undefined };

/** A request as Cedar takes it. `teams` are the groups of the projects' blocks. */
export function requestOf(
  { caller: asking, action, resource, context: known }: CedarQuestion,
  teams: readonly Team[],
) {
  const { principal, groups } = asking;
  const { requesterKinds, repositoryAdmin } = known;
  const caller = { type: principalTypes[principal.kind], id: principal.id };
  const parents = 'person' === principal.kind || 'service' === principal.kind ? groups : [];
  const acted = resourceEntity(action, resource, teams);
  const context: Record<string, boolean | { __entity: TypeAndId }[]> = {};
  if (action === 'approve') {
    // A missing attribute is left undefined, not empty: a rule that reads it then fails, and a failure denies.
    if (requesterKinds)
      context.requesterKinds = requesterKinds.map((id) => ({ __entity: { type: 'Kind', id } }));
  } else if (action !== 'audit') {
    context.repositoryAdmin = repositoryAdmin;
  }
  return {
    principal: caller,
    action: { type: 'Action', id: action },
    resource: acted.uid as TypeAndId,
    context,
    entities: [{ uid: caller, attrs: {}, parents: parents.map((id) => ({ type: 'Group', id })) }, acted],
  };
}

function resourceEntity(action: Action, resource: Resource | undefined, teams: readonly Team[]): EntityJson {
  const parents = Object.entries({
    Workspace: resource?.workspaceUuid,
    Project: resource?.projectUuid,
    Repository: resource?.repositoryUuid,
    Environment: resource?.environmentUuid,
    Account: resource?.accountId,
    Template: resource?.template?.name,
  }).flatMap(([type, id]) => (id === undefined ? [] : [{ type, id }]));
  const { requesters, approvers, auditors, deciders } = teamGroups(resource, teams);
  if (action === 'audit') return { uid: { type: 'Event', id: 'this' }, attrs: { auditors }, parents };
  const repositoryWide = resource?.environmentUuid === undefined;
  const attrs = { repositoryWide, requesters, approvers, auditors, deciders };
  return { uid: { type: 'Grant', id: 'this' }, attrs, parents };
}

type GroupSet = { __entity: TypeAndId }[];

/** The groups of the resource's project. Without a resource, those of every project: so the caller could be allowed on some
 *  resource if their group has the role anywhere. */
function teamGroups(
  resource: Resource | undefined,
  teams: readonly Team[],
): Record<TeamRole | 'deciders', GroupSet> {
  const of = (role: TeamRole) =>
    groupSet(resource ? groupsIn(teams, role, resource.projectUuid) : groupsAnywhere(teams, role));
  return {
    requesters: of('requesters'),
    approvers: of('approvers'),
    auditors: of('auditors'),
    deciders: resource ? groupSet(decidingGroups(teams, resource.decidedBy)) : of('approvers'),
  };
}

const groupSet = (groups: readonly string[]): GroupSet =>
  groups.map((id) => ({ __entity: { type: 'Group', id } }));
