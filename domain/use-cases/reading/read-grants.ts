import { type AccessRules, authorise, type Resource } from '../../access/authorisation.ts';
import type { GrantEvent } from '../../grants/event.ts';
import { replay } from '../../grants/evolve/evolve.ts';
import type { Grant } from '../../grants/grant.ts';
import type { EventLog, EventQuery, GrantFilter, GrantTable } from '../../grants/stores.ts';
import type { Clock } from '../../shared/clock.ts';
import { GRANT_ID, parseUuid } from '../../shared/identifiers.ts';
import type { Caller } from '../../shared/principal.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { type AccessPorts, accessContextOf } from '../access.ts';
import { readStale, type StaleRowPorts } from './read-stale.ts';

/** What readers of one grant's stream need. */
export type StreamReadPorts = AccessPorts & { log: EventLog };

/** What readers need. */
export type ReadPorts = StreamReadPorts & { grants: GrantTable };

/** What readers of lists need. */
export type ListPorts = AccessPorts & StaleRowPorts;

/** What readers of the audit log need. */
export type AuditPorts = ReadPorts & { clock: Clock };

/** The one answer for a grant that does not exist and for one that the caller may not read. */
export const grantNotFound = (grantId: string): { ok: false; problem: ReturnType<typeof problem> } =>
  fail(problem('GRANT_NOT_FOUND', `There is no grant ${grantId.slice(0, 64)}.`));

/** A grant as the resource of a decision. */
export function resourceOf(grant: Grant): Resource {
  const { intent } = grant.request;
  return {
    workspaceUuid: intent.workspace.uuid,
    projectUuid: intent.project?.uuid,
    repositoryUuid: intent.repository.uuid,
    environmentUuid: intent.environment?.uuid,
    accountId: intent.account,
    template: { name: intent.template.name },
  };
}

/** A grant with its stream, oldest event first, read consistently. `GRANT_NOT_FOUND` where there is none that the caller may
 *  read. */
export async function readableStream(
  ports: StreamReadPorts,
  grantId: string,
  caller: Caller,
): Promise<Result<{ grant: Grant; events: GrantEvent[] }>> {
  if (!GRANT_ID.test(grantId)) return grantNotFound(grantId);
  const events = await ports.log.load(grantId);
  const grant = replay(events);
  if (!grant) return grantNotFound(grantId);
  const resource = resourceOf(grant);
  const { access, reportDenied } = ports;
  const context = await accessContextOf(access, ports.admins?.(), caller, ['read'], resource);
  const allowed = authorise(access, caller, 'read', resource, reportDenied, context);
  if (!allowed.ok) return grantNotFound(grantId);
  return ok({ grant, events });
}

/** One grant, read consistently from its stream. */
export async function readableGrant(
  ports: ReadPorts,
  grantId: string,
  caller: Caller,
): Promise<Result<Grant>> {
  const found = await readableStream(ports, grantId, caller);
  return found.ok ? ok(found.value.grant) : found;
}

/** A page of one grant's events, oldest first; `after` is the last `seq` seen. A stream that somebody altered is shown
 *  as it is: whoever reads it can verify the chain. */
export async function grantEvents(
  ports: ReadPorts,
  grantId: string,
  caller: Caller,
  page: { limit: number; after: number },
): Promise<Result<{ events: GrantEvent[]; next?: number | undefined }>> {
  const found = await readableStream(ports, grantId, caller);
  if (!found.ok) return found;
  const rest = found.value.events.filter(({ seq }) => seq > page.after);
  const events = rest.slice(0, page.limit);
  return ok({ events, next: rest.length > page.limit ? events.at(-1)?.seq : undefined });
}

/** A page of the grants that fit and that the caller may read, newest change first. Whether the caller administers a
 *  repository is asked only where the filter names one: a page of all may hold a hundred repositories. */
export async function listGrants(
  ports: ListPorts,
  caller: Caller,
  filter: Omit<GrantFilter, 'repositoryUuid' | 'repositoryName'> & { repository?: string | undefined },
  page: { limit: number; after?: string | undefined },
): Promise<{ grants: Grant[]; next?: string | undefined }> {
  const { repository, ...rest } = filter;
  const uuid = repository === undefined ? undefined : parseUuid(repository);
  const repositoryName = uuid ? undefined : repository?.toLowerCase();
  const found = await ports.grants.list(
    { ...rest, repositoryUuid: uuid, repositoryName },
    page.limit,
    page.after,
  );
  const { access } = ports;
  const admins = repository === undefined ? undefined : ports.admins?.();
  const grants: Grant[] = [];
  const stale = await readStale(ports, found.stale);
  for (const grant of [...found.grants, ...stale].sort(newestFirst)) {
    const resource = resourceOf(grant);
    const context = await accessContextOf(access, admins, caller, ['read'], resource);
    if (authorise(access, caller, 'read', resource, undefined, context).ok) grants.push(grant);
  }
  return { grants, next: found.next };
}

const newestFirst = (a: Grant, b: Grant): number =>
  `${a.updatedAt}#${a.id}` < `${b.updatedAt}#${b.id}` ? 1 : -1;

/** A page of the audit log, newest first. `DENIED` for whoever may audit nothing; every row is authorised as well. A
 *  repository's name finds the events of all repositories that bear or bore it. */
export async function auditEvents(
  ports: AuditPorts,
  caller: Caller,
  query: Omit<EventQuery, 'repositoryUuids'> & { repository?: string | undefined },
): Promise<Result<{ events: GrantEvent[]; next?: string | undefined }>> {
  const allowed = authorise(ports.access, caller, 'audit', undefined, ports.reportDenied);
  if (!allowed.ok) return allowed;
  const { repository, ...rest } = query;
  const uuid = repository === undefined ? undefined : parseUuid(repository);
  const named =
    repository !== undefined && !uuid ? await ports.grants.repositoriesNamed(repository.toLowerCase()) : [];
  const repositoryUuids = repository === undefined ? undefined : uuid ? [uuid] : named;
  if (repositoryUuids?.length === 0) return ok({ events: [] });
  const found = await ports.log.query({ ...rest, repositoryUuids });
  const events = found.events.filter((event) => auditable(ports.access, caller, event));
  return ok({ events, next: found.next });
}

/** Every event's data holds repository and account, and not every one more: a decision is made on these two. */
const auditable = (access: AccessRules, caller: Caller, { data }: GrantEvent): boolean =>
  authorise(access, caller, 'audit', { repositoryUuid: data.repository.uuid, accountId: data.account }).ok;
