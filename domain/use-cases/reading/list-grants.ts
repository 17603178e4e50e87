import {
  type AccessContext,
  decideAccess,
  type Resource,
  unknownContext,
} from '../../access/authorisation.ts';
import { listReachOf, repositoryResource } from '../../access/list-reach.ts';
import { reachesAnything } from '../../access/reach.ts';
import { noRepositoryAdmins, type RepositoryAdmins } from '../../access/repository-admins.ts';
import type { Workspace } from '../../bitbucket/oidc.ts';
import type { Grant } from '../../grants/grant.ts';
import {
  entryOf,
  type GrantEntry,
  type GrantPartition,
  isAscending,
  positionOf,
} from '../../grants/listing.ts';
import type { StaleRow } from '../../grants/row.ts';
import type { BearerUuid, NamedKind, Reading } from '../../grants/stores.ts';
import type { UnreadableItem } from '../../grants/unreadable/stored-event.ts';
import { canonicalHash } from '../../shared/canonical-hash.ts';
import {
  parseProjectUuid,
  parseRepositoryUuid,
  type RepositoryUuid,
  repositoryUuidSchema,
} from '../../shared/identifiers.ts';
import type { Caller } from '../../shared/principal.ts';
import { type AccessPorts, accessContextOf } from '../access.ts';
import { withRepositoryHolds } from '../holds/shown-holds.ts';
import {
  fits,
  type GrantFilter,
  mustFilter,
  partitionOfPipeline,
  partitionsIn,
  partitionsOf,
} from './grant-filter.ts';
import { readPage } from './pages.ts';
import { readStale, type StaleRowPorts } from './read-stale.ts';

/** What readers of lists need. */
export type ListPorts = AccessPorts & StaleRowPorts & { configuration: { workspaces: readonly Workspace[] } };

/** Which page of which grants. A repository is a full name, present or former, or a UUID; a project a key or a UUID. */
export type GrantSearch = {
  filter: Omit<GrantFilter, 'repositoryUuids' | 'projectUuids'> & {
    repository?: string | undefined;
    project?: string | undefined;
  };
  limit: number;
  after?: string | undefined;
};

/** What is known of the caller of one list, and the grants that could not be read for it. */
type Reader = { caller: Caller; admins: RepositoryAdmins; found: Map<string, UnreadableItem> };

/** A page of grants, and where the next begins. `unreadable` are those in the page that neither their rows nor their streams
 *  say anything about, for callers who may read every grant. */
export type GrantList = { grants: Grant[]; unreadable: UnreadableItem[]; next?: string | undefined };

const EMPTY: GrantList = { grants: [], unreadable: [] };

/** A page of the grants that fit and that the caller may read, newest change first; with `expiresBefore`, for a caller who
 *  may read everything, the soonest end first. Only partitions are read that the caller may read, so neither the page nor its
 *  cursor nor the calls for it depend on other grants. A caller who may read nothing costs no call. */
export async function listGrants(
  ports: ListPorts,
  caller: Caller,
  { filter: asked, limit, after }: GrantSearch,
): Promise<GrantList> {
  const { access: rules } = ports;
  // Whether the caller administers a repository is asked only where the filter names one.
  const admins = asked.repository === undefined ? noRepositoryAdmins : ports.admins();
  const reader: Reader = { caller, admins, found: new Map() };
  const reach = listReachOf({ rules, caller, action: 'read', context: unknownContext });
  const mayAdminister = reader.admins.couldBe(caller);
  if (reach.is === 'rules' && !reachesAnything(reach.reach) && !mayAdminister) return EMPTY;
  const filter = await resolveNames(ports, asked);
  const { partitions, isWhole } = await readable(ports, reader, { reach, filter, name: asked.repository });
  const [first] = partitions;
  if (!first) return EMPTY;
  const isPartial = !isWhole || mustFilter(filter, partitions);
  const page = await readPage<GrantPartition, GrantEntry>(
    {
      partitions: partitions.map(({ partition }) => partition),
      read: (partition, reading) => readEntries(ports, reader, { partition, reading }),
      positionOf: (entry) => positionOf(first.partition.by, entry),
      isAscending: isAscending(first.partition),
      keeps: isPartial
        ? async (entry) => fits(entry, filter) && (await mayRead(ports, reader, resourceOf(entry)))
        : undefined,
    },
    { limit, after },
  );
  const read = await readGrants(ports, reader, { filter, entries: page.entries });
  const grants = await withRepositoryHolds(ports, read);
  const mayReadAll = reach.is === 'rules' && reach.reach.everything && reach.reach.isWhole;
  return { grants, unreadable: mayReadAll ? [...reader.found.values()] : [], next: page.next };
}

async function resolveNames(
  { grants }: ListPorts,
  { repository, project, ...rest }: GrantSearch['filter'],
): Promise<GrantFilter> {
  const find = async <K extends NamedKind>(
    kind: K,
    asked: string | undefined,
    parse: (text: string) => BearerUuid[K] | undefined,
  ): Promise<BearerUuid[K][] | undefined> => {
    if (asked === undefined) return undefined;
    const uuid = parse(asked);
    return uuid ? [uuid] : grants.bearersOf(kind, asked);
  };
  const [repositoryUuids, projectUuids] = await Promise.all([
    find('repository', repository, parseRepositoryUuid),
    find('project', project, parseProjectUuid),
  ]);
  return { ...rest, repositoryUuids, projectUuids };
}

type Readable = { partitions: ReturnType<typeof partitionsOf>; isWhole: boolean };

/** The partitions to read for a caller. `isWhole`: everything in them may be read. */
async function readable(
  ports: ListPorts,
  reader: Reader,
  asked: { reach: ReturnType<typeof listReachOf>; filter: GrantFilter; name: string | undefined },
): Promise<Readable> {
  const { reach: found, filter } = asked;
  if (found.is === 'pipeline') return { partitions: [partitionOfPipeline(found.pipeline)], isWhole: false };
  const { reach } = found;
  if (reach.everything) return { partitions: partitionsOf(filter), isWhole: reach.isWhole };
  const own = reach.scopes.flatMap((scope) => partitionsIn(scope, filter));
  const named: Readable['partitions'] = [];
  if (reach.more || reader.admins.couldBe(reader.caller)) {
    const workspaces = workspacesOf(ports, asked.name);
    for (const uuid of askedRepositories(filter)) {
      if (await mayReadIn(ports, reader, { workspaces, uuid })) {
        named.push(...partitionsIn({ type: 'Repository', id: uuid }, { repositoryUuids: [uuid] }));
      }
    }
  }
  // A partition that is reached in two ways is read once; one grant in two partitions is shown once.
  const partitions = [...new Map([...own, ...named].map((one) => [keyOf(one), one])).values()];
  return { partitions, isWhole: reach.isWhole && named.length === 0 };
}

/** No repository's UUID. */
const NO_REPOSITORY = repositoryUuidSchema.parse('{00000000-0000-0000-0000-000000000000}');

/** The repositories that a filter names. A name that none bears is looked for like one that a repository bears, so that the
 *  calls do not say which it is. */
const askedRepositories = ({ repositoryUuids }: GrantFilter): readonly RepositoryUuid[] =>
  repositoryUuids?.length === 0 ? [NO_REPOSITORY] : (repositoryUuids ?? []);

const keyOf = ({ partition }: Readable['partitions'][number]): string => `${partition.by} ${partition.value}`;

/** The workspaces that a repository may be in: the one of its full name, else every one. */
function workspacesOf({ configuration }: ListPorts, name: string | undefined): readonly Workspace[] {
  const [slug] = name?.includes('/') ? name.toLowerCase().split('/') : [];
  return configuration.workspaces.filter((one) => slug === undefined || one.slug === slug);
}

async function mayReadIn(
  ports: ListPorts,
  reader: Reader,
  { workspaces, uuid }: { workspaces: readonly Workspace[]; uuid: RepositoryUuid },
): Promise<boolean> {
  for (const workspace of workspaces) {
    if (await mayRead(ports, reader, repositoryResource(workspace.uuid, uuid))) return true;
  }
  return false;
}

async function readEntries(
  ports: ListPorts,
  reader: Reader,
  { partition, reading }: { partition: GrantPartition; reading: Reading },
) {
  const { entries, unreadable, ...rest } = await ports.grants.entries(partition, reading);
  if (unreadable.length === 0) return { entries, ...rest };
  const stale = unreadable.map((grantId) => ({ grantId, reason: 'content' as const }));
  const healed = await heal(ports, reader, stale);
  return { entries: [...entries, ...healed.map(entryOf)], ...rest };
}

/** The grants of stale rows from the log; of those without the list keeps in mind that they could not be read. */
async function heal(ports: ListPorts, reader: Reader, stale: readonly StaleRow[]): Promise<Grant[]> {
  const { grants, unreadable } = await readStale(ports, stale);
  for (const item of unreadable) reader.found.set(item.grantId, item);
  return grants;
}

/** The grants of a page, in its order. The indexes lag behind the rows, so each row is compared with the filter, and
 *  authorised, once more. */
async function readGrants(
  ports: ListPorts,
  reader: Reader,
  { filter, entries }: { filter: GrantFilter; entries: readonly GrantEntry[] },
): Promise<Grant[]> {
  const ids = [...new Set(entries.map(({ grantId }) => grantId))];
  if (ids.length === 0) return [];
  const rows = await ports.grants.read(ids);
  const listed = new Map(entries.map((entry) => [entry.grantId, entry]));
  const lying = rows.grants.filter((grant) => isLying(listed.get(grant.id), grant));
  const attributes = lying.map(({ id }) => ({ grantId: id, reason: 'attributes' as const }));
  const honest = rows.grants.filter((grant) => !lying.includes(grant));
  const found = [...honest, ...(await heal(ports, reader, [...rows.stale, ...attributes]))];
  const byId = new Map(found.map((grant) => [grant.id, grant]));
  const shown: Grant[] = [];
  for (const id of ids) {
    const grant = byId.get(id);
    if (!grant) continue;
    const entry = entryOf(grant);
    if (fits(entry, filter) && (await mayRead(ports, reader, resourceOf(entry)))) shown.push(grant);
  }
  return shown;
}

/** True for an entry that says anything else than the row of the same change. The indexes lag, so one of an earlier change
 *  may. */
const isLying = (listed: GrantEntry | undefined, grant: Grant): boolean =>
  listed?.updatedAt === grant.updatedAt &&
  canonicalHash(plain(listed)) !== canonicalHash(plain(entryOf(grant)));

const plain = (entry: GrantEntry): unknown => JSON.parse(JSON.stringify(entry));

async function mayRead(
  { access: rules }: ListPorts,
  { caller, admins }: Reader,
  resource: Resource,
): Promise<boolean> {
  const asked = { caller, resource, requesterKinds: undefined };
  const context: AccessContext = await accessContextOf({
    access: rules,
    admins,
    actions: ['read'],
    ...asked,
  });
  return decideAccess({ rules, caller, action: 'read', resource, context }).allowed;
}

const resourceOf = (entry: GrantEntry): Resource => ({
  workspaceUuid: entry.workspaceUuid,
  projectUuid: entry.projectUuid,
  repositoryUuid: entry.repositoryUuid,
  environmentUuid: entry.environment?.uuid,
  accountId: entry.account,
  decidedBy: [],
  template: { name: entry.template },
});
