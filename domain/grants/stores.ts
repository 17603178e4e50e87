import type { AccountId, GrantId, ProjectUuid, RepositoryUuid, StreamId } from '../shared/identifiers.ts';
import type { Instant } from '../shared/time.ts';
import type { GrantEvent } from './event.ts';
import type { Checkpoint } from './evolve/checkpoint.ts';
import type { Grant, Hold } from './grant.ts';
import type { EventEntry, EventPartition, GrantEntry, GrantPartition } from './listing.ts';
import type { GrantRow, StaleRow } from './row.ts';
import type { StoredEvent } from './unreadable/stored-event.ts';

/** A part of a partition in its order, whether nothing follows it, and the position of the last item in it. */
export type Entries<E> = { entries: E[]; isComplete: boolean; position: string | undefined };

/** Which part of a partition: `limit` entries at most, those behind the position `after`. */
export type Reading = { limit: number; after?: string | undefined };

/** Times of events: inclusive at `from`, exclusive at `to`. */
export type Span = { from: Instant; to: Instant };

/** The append-only log: the source of truth, and the audit log. */
export type EventLog = {
  /** The events of a stream from `seq` on as they lie there, oldest first, read consistently, up to `limit` of them; none
   *  for an unknown stream. */
  loadFrom(grantId: StreamId, seq: number, limit: number): Promise<StoredEvent[]>;
  /** The texts of a stream as they are stored, oldest first, read consistently, whether or not they are events. */
  loadTexts(grantId: StreamId): Promise<string[]>;
  /** Appends one event. `taken`: another event has that `seq`. A success whose reply was lost is still `appended`. */
  append(event: GrantEvent): Promise<'appended' | 'taken'>;
  /** Entries of a partition within a span, newest first, from indexes that lag by seconds. A `stream` is read from the log
   *  itself. */
  entries(partition: EventPartition, reading: Reading & Span): Promise<Entries<EventEntry>>;
  /** The events of these entries, in their order. An event is `unreadable` if its hash is not that of its content, or
   *  if its entry differs from its content. */
  read(entries: readonly EventEntry[]): Promise<StoredEvent[]>;
};

/** Where the provisioner keeps a stream's last checkpoint. No other function may write there, because readers take a
 *  grant's state from it. */
export type CheckpointStore = {
  /** The checkpoint of a grant as stored, perhaps not the newest; undefined where there is none that this version reads. */
  find(grantId: StreamId): Promise<Checkpoint | undefined>;
  /** Keeps a checkpoint, unless a later one is there. Idempotent. */
  keep(checkpoint: Checkpoint): Promise<void>;
};

/** Grants by their rows, and the rows that could not be read. */
export type GrantRows = { grants: Grant[]; stale: StaleRow[] };

/** Entries of grants, and the ids of grants whose entry could not be read; of these the caller reads the log. */
export type GrantEntries = Entries<GrantEntry> & { unreadable: GrantId[] };

/** A due row: its time, the `seq` of the event that it awaits, and the number of failed attempts at its work. */
export type DueRow = { grantId: StreamId; dueAt: Instant; dueSeq: number; attempts: number };

/** What has names: a repository by its full name, `acme/shop`; a project by its key, `SHOP`. */
export type BearerUuid = { repository: RepositoryUuid; project: ProjectUuid };

/** See `BearerUuid`. */
export type NamedKind = keyof BearerUuid;

/** That a repository or a project bears a name. */
export type Naming = { [K in NamedKind]: { kind: K; name: string; uuid: BearerUuid[K] } }[NamedKind];

/** The read model of grants, the list of what is due, and the lease of each grant. */
export type GrantTable = {
  /** Marks a row as due, before an event with this `seq` is appended to a grant at rest. Never replaces the mark of a
   *  later `seq`. */
  markDue(grantId: StreamId, seq: number, dueAt: Instant): Promise<void>;
  /** Marks a row that is no grant's as due, unless it is due earlier already: several writers may want the same row. */
  markDueBy(id: StreamId, dueAt: Instant): Promise<void>;
  /** Writes a row unless it is newer already; clears or moves the due time unless a later event is awaited. */
  project(row: GrantRow): Promise<void>;
  /** Takes the lease of a known grant until `until`, when no other run holds it at `now`. */
  takeLease(grantId: StreamId, owner: string, now: Instant, until: Instant): Promise<boolean>;
  releaseLease(grantId: StreamId, owner: string): Promise<void>;
  /** Entries of a partition in its order, see `isAscending`, from indexes that lag by seconds. */
  entries(partition: GrantPartition, reading: Reading): Promise<GrantEntries>;
  /** The grants of these ids, in no order; those without a projected row are left out. Of `stale` rows the caller reads
   *  the log. */
  read(grantIds: readonly GrantId[]): Promise<GrantRows>;
  /** Rows that are due at `now`, the longest waiting first, behind `after`. The index lags by seconds. */
  listDue(now: Instant, limit: number, after?: DueRow): Promise<DueRow[]>;
  /** Counts a failed attempt at the work of a row and makes the row due at `until`. Does nothing if the row now
   *  awaits another event or is due later. */
  postpone(row: DueRow, until: Instant): Promise<void>;
  /** Removes the due time of a row without work. Does nothing if the due time has changed. */
  dropDue(row: DueRow): Promise<void>;
  /** Deletes a due row that is no grant's. Does nothing if the due time has changed, or to a row that was projected. */
  removeRow(row: DueRow): Promise<void>;
  /** Removes a due time whose awaited event was never appended. Does nothing if the due time has changed. */
  forgetDue(row: DueRow): Promise<void>;
  /** Remembers names, before an event with them is appended. Idempotent. A name that very many have had keeps its
   *  latest bearers. */
  rememberNames(names: readonly Naming[]): Promise<void>;
  /** UUIDs of those that bear, or once bore, a name, case-insensitively, read consistently. Only for look-ups: no
   *  decision rests on a name. */
  bearersOf<K extends NamedKind>(kind: K, name: string): Promise<BearerUuid[K][]>;
  /** Records a grant's id and names for its repository, before the grant's first event is appended. Idempotent and
   *  permanent. An id says nothing about the grant's state. */
  enrol(repositoryUuid: RepositoryUuid, grantId: GrantId, names: readonly Naming[]): Promise<void>;
  /** Ids of all grants that were enrolled for the repository, read consistently. Some may have no events. */
  listEnrolled(repositoryUuid: RepositoryUuid): Promise<GrantId[]>;
  /** Marks a repository as held, or as not held, by the event `seq` of its stream. Never replaces the mark of a later event. Only for
   *  showing: who decides reads the stream. */
  markRepositoryHold(
    repositoryUuid: RepositoryUuid,
    mark: { seq: number; hold: Hold | undefined },
  ): Promise<void>;
  /** The holds of those of these repositories that are marked as held. */
  repositoryHolds(repositoryUuids: readonly RepositoryUuid[]): Promise<Map<RepositoryUuid, Hold>>;
  /** Ids of the repository's live grants in one account, in the order in which they were requested: those that are enrolled, by
   *  their rows, both read consistently. One whose row cannot be read counts in every account. */
  listLive(repositoryUuid: RepositoryUuid, accountId: AccountId): Promise<GrantId[]>;
};
