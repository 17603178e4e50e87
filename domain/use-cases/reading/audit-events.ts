import {
  type AccessRules,
  couldBeAllowed,
  decideAccess,
  eventResource,
  refuse,
  unknownContext,
} from '../../access/authorisation.ts';
import { listReachOf, mayEverywhere } from '../../access/list-reach.ts';
import {
  type EventEntry,
  type EventPartition,
  eventEntryOf,
  eventPosition,
  NO_TARGET,
} from '../../grants/listing.ts';
import type { Span } from '../../grants/stores.ts';
import type { StoredEvent } from '../../grants/unreadable/stored-event.ts';
import type { Clock } from '../../shared/clock.ts';
import { parseRepositoryUuid, type RepositoryUuid, type StreamId } from '../../shared/identifiers.ts';
import type { Caller } from '../../shared/principal.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { readPage } from './pages.ts';
import type { ReadPorts } from './read-grants.ts';
import {
  type AuditedRepositories,
  projectsIn,
  repositoriesAmong,
  repositoriesOf,
} from './repositories-of-projects.ts';

/** What readers of the audit log need. */
export type AuditPorts = Omit<ReadPorts, 'admins' | 'checkpoints'> & { clock: Clock };

/** Which page of which events. A repository is a full name, present or former, or a UUID; a principal is `kind:id`. */
export type EventSearch = Span & {
  repository?: string | undefined;
  principal?: string | undefined;
  type?: string | undefined;
  /** The id of a stream. */
  stream?: StreamId | undefined;
  limit: number;
  after?: string | undefined;
};

type Filter = Omit<EventSearch, 'repository' | 'limit' | 'after'> & {
  repositoryUuids?: readonly RepositoryUuid[] | undefined;
};

/** A page of the audit log, newest first. `DENIED` for a caller who may audit nothing, `REQUEST_INVALID` for one who may audit
 *  projects with very many repositories and names none. Only partitions are read that the
 *  caller may audit, and every event is authorised as well. What cannot be read is a marker in its place, for those who may
 *  audit everything. */
export async function auditEvents(
  ports: AuditPorts,
  caller: Caller,
  { repository, limit, after, ...rest }: EventSearch,
): Promise<Result<{ events: StoredEvent[]; next?: string | undefined }>> {
  const { access: rules, log, reportDenied: report } = ports;
  const attempt = { caller, action: 'audit' as const, context: unknownContext };
  const decision = couldBeAllowed({ rules, ...attempt });
  if (!decision.allowed) return refuse({ ...attempt, resource: undefined, decision, report });
  const uuid = repository === undefined ? undefined : parseRepositoryUuid(repository);
  const named =
    repository === undefined || uuid ? [] : await ports.grants.bearersOf('repository', repository);
  const repositoryUuids = repository === undefined ? undefined : uuid ? [uuid] : named;
  const filter = { ...rest, repositoryUuids };
  const audited = await auditedRepositories(ports, caller, repositoryUuids);
  if (!audited.ok) return audited;
  const projects = audited.value;
  const { partitions, isWhole } = auditable(rules, { caller, projects }, filter);
  const isPartial = !isWhole || given(filter) > 1;
  const page = await readPage<EventPartition, EventEntry>(
    {
      partitions,
      read: (partition, reading) => log.entries(partition, { ...reading, from: rest.from, to: rest.to }),
      positionOf: eventPosition,
      isAscending: false,
      keeps: isPartial
        ? (entry) => fits(entry, filter) && isAuditable(rules, { caller, projects }, entry)
        : undefined,
    },
    { limit, after },
  );
  const events = await log.read(page.entries);
  for (const one of events) {
    if (one.kind === 'unreadable') {
      ports.reportUnreadable(one.item.grantId, new Error(`event ${one.item.seq}: ${one.item.reason}`));
    }
  }
  const isShown = (one: StoredEvent) =>
    one.kind === 'unreadable'
      ? mayEverywhere({ rules, ...attempt })
      : isAuditable(rules, { caller, projects }, eventEntryOf(one.event));
  return ok({ events: events.filter(isShown), next: page.next });
}

/** How many filters beside the time are given; one is a partition. */
const given = ({ repositoryUuids, principal, type, stream }: Filter): number =>
  [repositoryUuids, principal, type, stream].filter((one) => one !== undefined).length;

/** Who reads the log, and the repositories of the projects that they may audit. */
type Auditor = { caller: Caller; projects: AuditedRepositories };

/** The repositories of the projects that the rules let a caller audit; of those that are asked for, where they are given.
 *  `REQUEST_INVALID` where there are more than a page can be put together of. */
async function auditedRepositories(
  { access: rules, grants }: Pick<AuditPorts, 'access' | 'grants'>,
  caller: Caller,
  asked: readonly RepositoryUuid[] | undefined,
): Promise<Result<AuditedRepositories>> {
  const found = listReachOf({ rules, caller, action: 'audit', context: unknownContext });
  const projects = found.is === 'rules' ? projectsIn(found.reach) : [];
  if (asked) return ok(await repositoriesAmong(grants, projects, asked));
  const repositories = await repositoriesOf(grants, projects);
  if (repositories) return ok(repositories);
  return fail(
    problem(
      'REQUEST_INVALID',
      'You may audit too many repositories for one search. Name one in repository; the list of grants shows which there are.',
      { errors: [{ pointer: '/repository', detail: 'is missing' }] },
    ),
  );
}

/** The partitions to read for a caller. `isWhole`: everything in them may be audited. */
function auditable(
  rules: AccessRules,
  { caller, projects }: Auditor,
  filter: Filter,
): { partitions: EventPartition[]; isWhole: boolean } {
  const found = listReachOf({ rules, caller, action: 'audit', context: unknownContext });
  if (found.is === 'pipeline') return { partitions: [], isWhole: true };
  const { everything, scopes, isWhole, more } = found.reach;
  if (everything) return { partitions: partitionsOf(filter), isWhole };
  const { repositoryUuids } = filter;
  const repositories = scopes.flatMap(({ type, id }) => {
    const uuid = type === 'Repository' ? parseRepositoryUuid(id) : undefined;
    return uuid ? [uuid] : [];
  });
  const inProjects = scopes.filter(({ type }) => type === 'Project').length;
  const isUnsure = more || repositories.length + inProjects < scopes.length;
  repositories.push(...projects.keys());
  // What a rule says of accounts shows only event by event, so such a caller reads what they ask for.
  const asked = isUnsure ? (repositoryUuids ?? []) : [];
  const own = repositories.filter((uuid) => repositoryUuids?.includes(uuid) ?? true);
  const values = [...new Set([...own, ...asked])];
  // The partitions are the repositories', so nothing else than these is left to compare.
  return { partitions: values.map((value) => ({ by: 'repository', value })), isWhole: false };
}

/** The partitions that hold every event of a filter, for a caller who may audit everything: the smallest kind first. */
function partitionsOf({ stream, repositoryUuids, principal, type }: Filter): EventPartition[] {
  if (stream !== undefined) return [{ by: 'stream', value: stream }];
  if (repositoryUuids) return [...new Set(repositoryUuids)].map((value) => ({ by: 'repository', value }));
  if (principal !== undefined) return [{ by: 'principal', value: principal }];
  if (type !== undefined) return [{ by: 'type', value: type }];
  return [{ by: 'all' }];
}

function fits(entry: EventEntry, filter: Filter): boolean {
  const { repositoryUuids, principal, type, stream } = filter;
  return (
    (repositoryUuids === undefined || repositoryUuids.includes(entry.repositoryUuid)) &&
    (principal === undefined || principal === entry.principal) &&
    (type === undefined || type === entry.type) &&
    (stream === undefined || stream === entry.grantId)
  );
}

/** A grant's event holds repository and account, and not every one more: a decision is made on these two, and on the project
 *  that the repository is in. On an event
 *  without them only who may audit every event decides. */
function isAuditable(rules: AccessRules, { caller, projects }: Auditor, entry: EventEntry): boolean {
  if (entry.repositoryUuid === NO_TARGET.repositoryUuid || entry.account === NO_TARGET.account) {
    return mayEverywhere({ rules, caller, action: 'audit', context: unknownContext });
  }
  const resource = eventResource({
    repositoryUuid: entry.repositoryUuid,
    projectUuid: projects.get(entry.repositoryUuid),
    accountId: entry.account,
  });
  return decideAccess({ rules, caller, action: 'audit', resource, context: unknownContext }).allowed;
}
