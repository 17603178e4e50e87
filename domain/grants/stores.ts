import type { GrantId, RepositoryUuid, StreamId } from '../shared/identifiers.ts';
import type { Instant } from '../shared/time.ts';
import type { GrantEvent } from './event.ts';
import type { Checkpoint } from './evolve/checkpoint.ts';
import type { Grant } from './grant.ts';
import type { GrantRow, StaleRow } from './row.ts';

/** A page of events and where the next begins. */
export type EventPage = { events: GrantEvent[]; next?: string | undefined };

/** Which events of all grants. Times are inclusive at `from`, exclusive at `to`. */
export type EventQuery = {
  from: Instant;
  to: Instant;
  repositoryUuids?: RepositoryUuid[] | undefined;
  principal?: { kind: string; id: string } | undefined;
  type?: string | undefined;
  limit: number;
  after?: string | undefined;
};

/** The append-only log: the source of truth, and the audit log. */
export type EventLog = {
  /** A whole stream, oldest first, read consistently; empty for an unknown grant. */
  load(grantId: StreamId): Promise<GrantEvent[]>;
  /** The events of a stream from `seq` on, oldest first, read consistently, up to `limit` of them. */
  loadFrom(grantId: StreamId, seq: number, limit: number): Promise<GrantEvent[]>;
  /** The texts of a stream as they are stored, oldest first, read consistently, whether or not they are events. */
  loadTexts(grantId: StreamId): Promise<string[]>;
  /** Appends one event. `taken`: another event has that `seq`. A success whose reply was lost is still `appended`. */
  append(event: GrantEvent): Promise<'appended' | 'taken'>;
  /** Events of all grants, newest first, from indexes that lag by seconds. */
  query(query: EventQuery): Promise<EventPage>;
};

/** Where the provisioner keeps a stream's last checkpoint. No other function may write there: whatever writes one decides
 *  what a grant is. */
export type CheckpointStore = {
  /** The checkpoint of a grant as stored, perhaps not the newest; undefined where there is none that this version reads. */
  find(grantId: StreamId): Promise<Checkpoint | undefined>;
  /** Keeps a checkpoint, unless a later one is there. Idempotent. */
  keep(checkpoint: Checkpoint): Promise<void>;
};

/** A page of grants, the rows in it that could not be read, and where the next page begins. */
export type GrantPage = { grants: Grant[]; stale: StaleRow[]; next?: string | undefined };

/** Which grants. */
export type GrantFilter = {
  repositoryUuid?: RepositoryUuid | undefined;
  repositoryName?: string | undefined;
  state?: string | undefined;
  template?: string | undefined;
  account?: string | undefined;
};

/** A row that is due: when, and which event of its grant was awaited. */
export type DueRow = { grantId: StreamId; dueAt: Instant; dueSeq: number };

/** The read model of grants, the list of what is due, and the lease of each grant. */
export type GrantTable = {
  /** Says, before an event with this `seq` is appended to a grant at rest, that work will be due. Never takes back what
   *  a later `seq` has said. */
  markDue(grantId: StreamId, seq: number, dueAt: Instant): Promise<void>;
  /** Writes a row unless it is newer already; clears or moves the due time unless a later event is awaited. */
  project(row: GrantRow): Promise<void>;
  /** Takes the lease of a known grant until `until`, when no other run holds it at `now`. */
  takeLease(grantId: StreamId, owner: string, now: Instant, until: Instant): Promise<boolean>;
  releaseLease(grantId: StreamId, owner: string): Promise<void>;
  /** Grants that fit the filter, newest change first; a page may be short. Of `stale` rows the caller reads the log. */
  list(filter: GrantFilter, limit: number, after?: string): Promise<GrantPage>;
  /** Rows that are due at `now`, the longest waiting first, behind `after`. The index lags by seconds. */
  listDue(now: Instant, limit: number, after?: DueRow): Promise<DueRow[]>;
  /** Takes a due time back whose awaited event never came; does nothing when the row says another time by now. */
  forgetDue(row: DueRow): Promise<void>;
  /** UUIDs of all repositories that bear, or once bore, this full name. */
  repositoriesNamed(fullName: string): Promise<RepositoryUuid[]>;
  /** Remembers, before the first event of a grant is appended, that its repository has it or is about to. Idempotent, and
   *  permanent: an id says nothing about the grant's state. */
  enrol(repositoryUuid: RepositoryUuid, grantId: GrantId): Promise<void>;
  /** Ids of all grants that were enrolled for the repository, read consistently; there may be no event of some. */
  listEnrolled(repositoryUuid: RepositoryUuid): Promise<GrantId[]>;
  /** Ids of the repository's live grants in the order in which they were requested: those that are enrolled, by their
   *  rows, both read consistently. */
  listLive(repositoryUuid: RepositoryUuid): Promise<GrantId[]>;
};
