import {
  type AccessRules,
  authorise,
  couldBeAllowed,
  decideAccess,
  eventResource,
  refuse,
  unknownContext,
} from '../../access/authorisation.ts';
import { noRepositoryAdmins } from '../../access/repository-admins.ts';
import type { GrantEvent } from '../../grants/event.ts';
import { replayPart, type StreamPart } from '../../grants/evolve/checkpoint.ts';
import type { Grant } from '../../grants/grant.ts';
import type { CheckpointStore, EventLog, EventQuery, GrantFilter, GrantTable } from '../../grants/stores.ts';
import type { Clock } from '../../shared/clock.ts';
import { type GrantId, parseRepositoryUuid } from '../../shared/identifiers.ts';
import type { Caller } from '../../shared/principal.ts';
import { ok, type Result } from '../../shared/result.ts';
import { type AccessPorts, accessContextOf, loadForCaller, resourceOf } from '../access.ts';
import { readPart } from '../grant-stream.ts';
import { readStale, type StaleRowPorts } from './read-stale.ts';

/** What readers of one grant's stream need. */
export type StreamReadPorts = AccessPorts & { log: EventLog; checkpoints: Pick<CheckpointStore, 'find'> };

/** What readers need. */
export type ReadPorts = StreamReadPorts & { grants: GrantTable };

/** What readers of lists need. */
export type ListPorts = AccessPorts & StaleRowPorts;

/** What readers of the audit log need. */
export type AuditPorts = Omit<ReadPorts, 'admins' | 'checkpoints'> & { clock: Clock };

/** A grant with what was read of its stream, oldest event first, read consistently. A stream that was altered is read
 *  as it is. `GRANT_NOT_FOUND` where the caller may read no such grant. */
export async function readableStream(
  ports: StreamReadPorts,
  grantId: string,
  caller: Caller,
): Promise<Result<StreamPart & { grant: Grant }>> {
  const load = async (id: GrantId) => {
    const part = await readPart(ports, id);
    return { ...part, grant: replayPart(part) };
  };
  return loadForCaller(ports, load, { grantId, caller, action: 'read', admins: ports.admins() });
}

/** One grant, read consistently from its stream. */
export async function readableGrant(
  ports: StreamReadPorts,
  grantId: string,
  caller: Caller,
): Promise<Result<Grant>> {
  const found = await readableStream(ports, grantId, caller);
  return found.ok ? ok(found.value.grant) : found;
}

/** A page of one grant's events, oldest first; `after` is the last `seq` seen. A stream that was altered is
 *  returned as it is: its reader can verify the chain. Events name people and their reasons, and are returned whole or not
 *  at all: `DENIED` for pipelines, and for services that may not audit. */
export async function grantEvents(
  ports: ReadPorts,
  { grantId, caller }: { grantId: string; caller: Caller },
  page: { limit: number; after: number },
): Promise<Result<{ events: GrantEvent[]; next?: number | undefined }>> {
  const found = await readableStream(ports, grantId, caller);
  if (!found.ok) return found;
  const allowed = mayReadEvents(ports, caller, found.value.grant);
  if (!allowed.ok) return allowed;
  const rest = await ports.log.loadFrom(found.value.grant.id, page.after + 1, page.limit + 1);
  const events = rest.slice(0, page.limit);
  return ok({ events, next: rest.length > page.limit ? events.at(-1)?.seq : undefined });
}

/** Machines read grants; the events behind them only those that may audit. */
function mayReadEvents(
  { access: rules, reportDenied: report }: StreamReadPorts,
  caller: Caller,
  { request }: Grant,
): Result<undefined> {
  const { kind } = caller.principal;
  if (kind === 'person' || kind === 'system') return ok(undefined);
  const { repository, account } = request.intent;
  const resource = eventResource({ repositoryUuid: repository.uuid, accountId: account });
  return authorise({ rules, caller, action: 'audit', resource, context: unknownContext, report });
}

/** Which page of which grants. */
export type GrantSearch = {
  filter: Omit<GrantFilter, 'repositoryUuid' | 'repositoryName'> & { repository?: string | undefined };
  limit: number;
  after?: string | undefined;
};

/** A page of the grants that fit and that the caller may read, newest change first. Whether the caller administers a
 *  repository is asked only where the filter names one: a page of all may hold a hundred repositories. */
export async function listGrants(
  ports: ListPorts,
  caller: Caller,
  { filter, limit, after }: GrantSearch,
): Promise<{ grants: Grant[]; next?: string | undefined }> {
  const { repository, ...rest } = filter;
  const uuid = repository === undefined ? undefined : parseRepositoryUuid(repository);
  const repositoryName = uuid ? undefined : repository?.toLowerCase();
  const found = await ports.grants.list({ ...rest, repositoryUuid: uuid, repositoryName }, limit, after);
  const { access } = ports;
  const admins = repository === undefined ? noRepositoryAdmins : ports.admins();
  const grants: Grant[] = [];
  const stale = await readStale(ports, found.stale);
  for (const grant of [...found.grants, ...stale].sort(newestFirst)) {
    const resource = resourceOf(grant);
    const asked = { caller, resource, requesterKinds: undefined };
    const context = await accessContextOf({ access, admins, actions: ['read'], ...asked });
    const mayRead = decideAccess({ rules: access, caller, action: 'read', resource, context });
    if (mayRead.allowed) grants.push(grant);
  }
  return { grants, next: found.next };
}

const newestFirst = (a: Grant, b: Grant): number =>
  `${a.updatedAt}#${a.id}` < `${b.updatedAt}#${b.id}` ? 1 : -1;

/** A page of the audit log, newest first. `DENIED` for a caller who may audit nothing; every row is authorised as well. A
 *  repository's name finds the events of all repositories that bear or bore it. */
export async function auditEvents(
  ports: AuditPorts,
  caller: Caller,
  query: Omit<EventQuery, 'repositoryUuids'> & { repository?: string | undefined },
): Promise<Result<{ events: GrantEvent[]; next?: string | undefined }>> {
  const { access: rules, reportDenied: report } = ports;
  const attempt = { caller, action: 'audit' as const, context: unknownContext };
  const decision = couldBeAllowed({ rules, ...attempt });
  if (!decision.allowed) return refuse({ ...attempt, resource: undefined, decision, report });
  const { repository, ...rest } = query;
  const uuid = repository === undefined ? undefined : parseRepositoryUuid(repository);
  const named =
    repository !== undefined && !uuid ? await ports.grants.repositoriesNamed(repository.toLowerCase()) : [];
  const repositoryUuids = repository === undefined ? undefined : uuid ? [uuid] : named;
  if (repositoryUuids?.length === 0) return ok({ events: [] });
  const found = await ports.log.query({ ...rest, repositoryUuids });
  const events = found.events.filter((event) => isAuditable(rules, caller, event));
  return ok({ events, next: found.next });
}

/** Every event's data holds repository and account, and not every one more: a decision is made on these two. */
function isAuditable(rules: AccessRules, caller: Caller, { data }: GrantEvent): boolean {
  const resource = eventResource({ repositoryUuid: data.repository.uuid, accountId: data.account });
  return decideAccess({ rules, caller, action: 'audit', resource, context: unknownContext }).allowed;
}
