import { type GrantEvent, parseEvent } from '../../../../domain/grants/event.ts';
import { type Checkpoint, parseCheckpoint } from '../../../../domain/grants/evolve/checkpoint.ts';
import { type Grant, type Hold, isLive } from '../../../../domain/grants/grant.ts';
import {
  type EventEntry,
  type EventPartition,
  entryOf,
  eventEntryOf,
  eventPosition,
  type GrantEntry,
  type GrantPartition,
  isAscending,
  NO_TARGET,
  partitionValues,
  positionOf,
} from '../../../../domain/grants/listing.ts';
import type { GrantRow, StaleRow } from '../../../../domain/grants/row.ts';
import type {
  BearerUuid,
  CheckpointStore,
  DueRow,
  Entries,
  EventLog,
  GrantEntries,
  GrantRows,
  GrantTable,
  NamedKind,
  Naming,
  Reading,
  Span,
} from '../../../../domain/grants/stores.ts';
import { claimedBy, readEvent, type StoredEvent } from '../../../../domain/grants/unreadable/stored-event.ts';
import type { Clock } from '../../../../domain/shared/clock.ts';
import type {
  AccountId,
  GrantId,
  ProjectUuid,
  RepositoryUuid,
  StreamId,
} from '../../../../domain/shared/identifiers.ts';
import {
  type EpochMilliseconds,
  type Instant,
  plusSeconds,
  seconds,
} from '../../../../domain/shared/time.ts';
import { asEpoch, asInstant } from '../../identifiers.ts';
import { knownIn } from '../streams/stored.ts';

/** What happened to the outside world, in order: events appended and IAM writes. */
export type JournalEntry = { event: GrantEvent } | { iam: string; note: string };
export type Journal = JournalEntry[];

/** A clock that moves only when it is moved, or slept on. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 0, 1);

  now(): EpochMilliseconds {
    return asEpoch(this.#now);
  }

  instant(): Instant {
    return asInstant(new Date(this.#now).toISOString());
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
  }
}

/** An append-only log that keeps text, as a table would. */
export class FakeEventLog implements EventLog {
  readonly streams = new Map<string, string[]>();
  readonly #journal: Journal;
  /** Called before each append; for other writers that are faster. */
  beforeAppend: (event: GrantEvent) => unknown = () => {};

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** A whole stream of known events; for tests. */
  async load(grantId: StreamId): Promise<GrantEvent[]> {
    return knownIn(await this.loadFrom(grantId, 1, Number.POSITIVE_INFINITY));
  }

  async loadTexts(grantId: StreamId): Promise<string[]> {
    return this.streams.get(grantId) ?? [];
  }

  async loadFrom(grantId: StreamId, seq: number, limit: number): Promise<StoredEvent[]> {
    const texts = (this.streams.get(grantId) ?? []).slice(seq - 1, seq - 1 + limit);
    return texts.map((text, n) => readEvent({ grantId, seq: seq + n }, text));
  }

  async append(event: GrantEvent): Promise<'appended' | 'taken'> {
    await this.beforeAppend(event);
    const stream = this.streams.get(event.grantId) ?? [];
    if (event.seq <= stream.length) {
      return stream[event.seq - 1] === JSON.stringify(event) ? 'appended' : 'taken';
    }
    if (event.seq > stream.length + 1) throw new Error(`event ${event.seq} leaves a gap`);
    parseEvent(event);
    this.streams.set(event.grantId, [...stream, JSON.stringify(event)]);
    this.#journal.push({ event });
    return 'appended';
  }

  async entries(
    partition: EventPartition,
    { from, to, limit, after }: Reading & Span,
  ): Promise<Entries<EventEntry>> {
    const found = [...this.streams]
      .flatMap(([grantId, texts]) =>
        texts.map((text, n) => entryOfText({ grantId: grantId as StreamId, seq: n + 1 }, text)),
      )
      .filter((entry) => isIn(partition, entry) && entry.at >= from && entry.at < to)
      .filter((entry) => after === undefined || eventPosition(entry) < after)
      .sort((a, b) => (eventPosition(a) < eventPosition(b) ? 1 : -1));
    const entries = found.slice(0, limit);
    const last = entries.at(-1);
    return { entries, isComplete: found.length <= limit, position: last && eventPosition(last) };
  }

  async read(entries: readonly EventEntry[]): Promise<StoredEvent[]> {
    return entries.flatMap((entry) => {
      const text = this.streams.get(entry.grantId)?.[entry.seq - 1];
      return text === undefined ? [] : [claimedBy(entry, readEvent(entry, text))];
    });
  }
}

/** The entry of an event. What cannot be read is found by attributes that this log does not have: here by none. */
function entryOfText(key: { grantId: StreamId; seq: number }, text: string): EventEntry {
  const stored = readEvent(key, text);
  if (stored.kind !== 'unreadable') return eventEntryOf(stored.event);
  return { ...key, at: asInstant('2026-01-01T12:00:00.000Z'), type: '', ...NO_TARGET, principal: '' };
}

/** Checkpoints as text, as a table would keep them. */
export class FakeCheckpointStore implements CheckpointStore {
  readonly kept = new Map<string, string>();

  async find(grantId: StreamId): Promise<Checkpoint | undefined> {
    return parseCheckpoint(grantId, this.kept.get(grantId) ?? '');
  }

  async keep(checkpoint: Checkpoint): Promise<void> {
    const { grantId, seq } = checkpoint;
    if (((await this.find(grantId))?.seq ?? 0) < seq) this.kept.set(grantId, JSON.stringify(checkpoint));
  }
}

const isIn = (partition: EventPartition, entry: EventEntry): boolean => {
  if (partition.by === 'all') return true;
  const { repositoryUuid: repository, principal, type, grantId: stream } = entry;
  return { repository, principal, type, stream }[partition.by] === partition.value;
};

function addBearer<U>(bearers: Map<string, U[]>, name: string, uuid: U): void {
  const known = bearers.get(name.toLowerCase()) ?? [];
  if (!known.includes(uuid)) bearers.set(name.toLowerCase(), [...known, uuid].slice(-MOST_BEARERS));
}

/** Repositories or projects that one name leads to. */
const MOST_BEARERS = 20;

/** Seconds; a lease that claims more is none. */
const LONGEST_LEASE_SECONDS = 1000;

type Row = {
  projected?: GrantRow;
  dueAt?: Instant | undefined;
  dueSeq?: number;
  attempts?: number;
  lease?: { owner: string; until: Instant };
};

/** The read model by the row protocol that the port describes. */
export class FakeGrantTable implements GrantTable {
  readonly rows = new Map<StreamId, Row>();
  /** Rows that cannot be read, until they are projected again. */
  readonly stale = new Map<GrantId, StaleRow['reason']>();
  readonly #enrolled = new Map<string, Set<GrantId>>();
  readonly #bearers = {
    repository: new Map<string, RepositoryUuid[]>(),
    project: new Map<string, ProjectUuid[]>(),
  };

  async enrol(repositoryUuid: RepositoryUuid, grantId: GrantId, names: readonly Naming[]): Promise<void> {
    const known = this.#enrolled.get(repositoryUuid) ?? new Set();
    this.#enrolled.set(repositoryUuid, known.add(grantId));
    this.#remember(names);
  }

  /** Rows that a test has put here count as enrolled. */
  readonly repositoryMarks = new Map<RepositoryUuid, { seq: number; hold: Hold | undefined }>();
  /** Calls of `repositoryHolds`. */
  holdReads = 0;

  async markRepositoryHold(uuid: RepositoryUuid, mark: { seq: number; hold: Hold | undefined }) {
    if ((this.repositoryMarks.get(uuid)?.seq ?? 0) < mark.seq) this.repositoryMarks.set(uuid, mark);
  }

  async repositoryHolds(uuids: readonly RepositoryUuid[]): Promise<Map<RepositoryUuid, Hold>> {
    this.holdReads += 1;
    const held = new Map<RepositoryUuid, Hold>();
    for (const uuid of uuids) {
      const hold = this.repositoryMarks.get(uuid)?.hold;
      if (hold) held.set(uuid, hold);
    }
    return held;
  }

  async listEnrolled(repositoryUuid: RepositoryUuid): Promise<GrantId[]> {
    const rows = this.#grants().filter(({ request }) => request.intent.repository.uuid === repositoryUuid);
    return [...new Set([...(this.#enrolled.get(repositoryUuid) ?? []), ...rows.map(({ id }) => id)])];
  }

  #row(grantId: StreamId): Row {
    const row = this.rows.get(grantId) ?? {};
    this.rows.set(grantId, row);
    return row;
  }

  async markDue(grantId: StreamId, seq: number, dueAt: Instant): Promise<void> {
    const row = this.#row(grantId);
    if ((row.dueSeq ?? 0) > seq || (row.projected && row.projected.seq >= seq)) return;
    Object.assign(row, { dueAt, dueSeq: seq, attempts: 0 });
  }

  async markDueBy(id: StreamId, dueAt: Instant): Promise<void> {
    const row = this.#row(id);
    if (row.dueAt !== undefined && row.dueAt <= dueAt) return;
    Object.assign(row, { dueAt, dueSeq: 0, attempts: 0 });
  }

  async project(given: GrantRow): Promise<void> {
    const row = this.#row(given.grantId);
    if (row.projected && row.projected.seq > given.seq) return;
    row.projected = structuredClone(given);
    this.stale.delete(given.grantId);
    if ((row.dueSeq ?? 0) <= given.seq) row.dueAt = given.dueAt;
  }

  async takeLease(grantId: StreamId, owner: string, now: Instant, until: Instant): Promise<boolean> {
    const row = this.rows.get(grantId);
    if (!row) return false;
    const { lease } = row;
    const isHeld =
      lease && lease.until >= now && lease.until <= plusSeconds(now, seconds(LONGEST_LEASE_SECONDS));
    if (isHeld && lease.owner !== owner) return false;
    row.lease = { owner, until };
    return true;
  }

  async releaseLease(grantId: StreamId, owner: string): Promise<void> {
    const row = this.rows.get(grantId);
    if (row?.lease?.owner === owner) delete row.lease;
  }

  async entries(partition: GrantPartition, { limit, after }: Reading): Promise<GrantEntries> {
    const { by, value } = partition;
    const sign = isAscending(partition) ? 1 : -1;
    const order = (entry: GrantEntry) => positionOf(by, entry);
    const found = this.#grants()
      .map(entryOf)
      .filter((entry) =>
        by === 'expiry' ? (entry.expiresAt ?? '~') < value : partitionValues(entry)[by] === value,
      )
      .filter((entry) => after === undefined || (order(entry) > after ? 1 : -1) === sign)
      .filter((entry) => order(entry) !== after)
      .sort((a, b) => (order(a) < order(b) ? -sign : sign));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      entries: structuredClone(page).filter(({ grantId }) => this.stale.get(grantId) !== 'content'),
      unreadable: page.flatMap(({ grantId }) => (this.stale.get(grantId) === 'content' ? [grantId] : [])),
      isComplete: found.length <= limit,
      position: last && order(last),
    };
  }

  async read(grantIds: readonly GrantId[]): Promise<GrantRows> {
    const rows: GrantRows = { grants: [], stale: [] };
    for (const grantId of grantIds) {
      const reason = this.stale.get(grantId);
      const grant = this.rows.get(grantId)?.projected?.grant;
      if (reason) rows.stale.push({ grantId, reason });
      else if (grant) rows.grants.push(structuredClone(grant));
    }
    return rows;
  }

  async listDue(now: Instant, limit: number, after?: DueRow): Promise<DueRow[]> {
    const due = [...this.rows].flatMap(([grantId, { dueAt, dueSeq = 0, attempts = 0 }]) =>
      dueAt !== undefined && dueAt <= now ? [{ grantId, dueAt, dueSeq, attempts }] : [],
    );
    const order = (row: DueRow) => `${row.dueAt}#${row.grantId}`;
    return due
      .sort((a, b) => (order(a) < order(b) ? -1 : 1))
      .filter((row) => !after || order(row) > order(after))
      .slice(0, limit);
  }

  async postpone({ grantId, dueSeq, attempts }: DueRow, until: string): Promise<void> {
    const row = this.rows.get(grantId);
    if (row?.dueAt === undefined || row.dueAt >= until || (row.dueSeq ?? dueSeq) !== dueSeq) return;
    Object.assign(row, { dueAt: until, attempts: attempts + 1 });
  }

  async dropDue({ grantId, dueAt }: DueRow): Promise<void> {
    const row = this.rows.get(grantId);
    if (row?.dueAt === dueAt) Object.assign(row, { dueAt: undefined, attempts: 0 });
  }

  async removeRow({ grantId, dueAt }: DueRow): Promise<void> {
    const row = this.rows.get(grantId);
    if (row?.dueAt === dueAt && !row.projected) this.rows.delete(grantId);
  }

  async forgetDue({ grantId, dueAt, dueSeq }: DueRow): Promise<void> {
    const row = this.rows.get(grantId);
    if (row?.dueAt !== dueAt || row.dueSeq !== dueSeq) return;
    if (row.projected) row.dueSeq = row.projected.seq;
    else row.dueAt = undefined;
  }

  async rememberNames(names: readonly Naming[]): Promise<void> {
    this.#remember(names);
  }

  #remember(names: readonly Naming[]): void {
    for (const naming of names) {
      if (naming.kind === 'repository') addBearer(this.#bearers.repository, naming.name, naming.uuid);
      else addBearer(this.#bearers.project, naming.name, naming.uuid);
    }
  }

  async bearersOf<K extends NamedKind>(kind: K, name: string): Promise<BearerUuid[K][]> {
    const bearers: { [N in NamedKind]: Map<string, BearerUuid[N][]> } = this.#bearers;
    const found: Map<string, BearerUuid[K][]> = bearers[kind];
    return [...(found.get(name.toLowerCase()) ?? [])];
  }

  async listLive(repositoryUuid: RepositoryUuid, accountId: AccountId): Promise<GrantId[]> {
    return this.#grants()
      .filter(
        ({ state, request: { intent } }) =>
          isLive(state) && intent.repository.uuid === repositoryUuid && intent.account === accountId,
      )
      .sort((a, b) => (a.request.at < b.request.at ? -1 : 1))
      .map(({ id }) => id);
  }

  /** The grants themselves, for this class to look at: it hands out copies. */
  #grants(): Grant[] {
    return [...this.rows.values()].flatMap(({ projected }) => projected?.grant ?? []);
  }
}
