import type { EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { Action, Attempt, Resource } from '../../domain/access/authorisation.ts';
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

/** A request as Cedar takes it. */
export function requestOf({ caller: asking, action, resource, context: known }: CedarQuestion) {
  const { principal, groups } = asking;
  const { requesterKinds, repositoryAdmin } = known;
  const caller = { type: principalTypes[principal.kind], id: principal.id };
  const parents = 'person' === principal.kind || 'service' === principal.kind ? groups : [];
  const acted = resourceEntity(action, resource);
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

function resourceEntity(action: Action, resource: Resource | undefined): EntityJson {
  const parents = Object.entries({
    Workspace: resource?.workspaceUuid,
    Project: resource?.projectUuid,
    Repository: resource?.repositoryUuid,
    Environment: resource?.environmentUuid,
    Account: resource?.accountId,
    Template: resource?.template?.name,
  }).flatMap(([type, id]) => (id === undefined ? [] : [{ type, id }]));
  if (action === 'audit') return { uid: { type: 'Event', id: 'this' }, attrs: {}, parents };
  const attrs = { repositoryWide: resource?.environmentUuid === undefined };
  return { uid: { type: 'Grant', id: 'this' }, attrs, parents };
}
