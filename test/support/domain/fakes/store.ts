import { type GrantEvent, parseEvent } from '../../../../domain/grants/event.ts';
import { type Checkpoint, parseCheckpoint } from '../../../../domain/grants/evolve/checkpoint.ts';
import { type Grant, isLive } from '../../../../domain/grants/grant.ts';
import type { GrantRow, StaleRow } from '../../../../domain/grants/row.ts';
import type {
  CheckpointStore,
  DueRow,
  EventLog,
  EventPage,
  EventQuery,
  GrantFilter,
  GrantTable,
} from '../../../../domain/grants/stores.ts';
import type { Clock } from '../../../../domain/shared/clock.ts';
import type { GrantId, RepositoryUuid, StreamId } from '../../../../domain/shared/identifiers.ts';
import { type EpochMilliseconds, type Instant, plusSeconds } from '../../../../domain/shared/time.ts';
import { asEpoch, asInstant } from '../../identifiers.ts';

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

  async load(grantId: StreamId): Promise<GrantEvent[]> {
    return this.#read(grantId, 1, Number.POSITIVE_INFINITY);
  }

  async loadTexts(grantId: StreamId): Promise<string[]> {
    return this.streams.get(grantId) ?? [];
  }

  async loadFrom(grantId: StreamId, seq: number, limit: number): Promise<GrantEvent[]> {
    return this.#read(grantId, seq, limit);
  }

  #read(grantId: StreamId, seq: number, limit: number): GrantEvent[] {
    const texts = (this.streams.get(grantId) ?? []).slice(seq - 1, seq - 1 + limit);
    return texts.map((text) => parseEvent(JSON.parse(text)));
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

  async query({ limit, after, ...filter }: EventQuery): Promise<EventPage> {
    const order = ({ at, grantId, seq }: GrantEvent) => `${at}#${grantId}#${String(seq).padStart(6, '0')}`;
    const found = [...this.streams.values()]
      .flat()
      .map((text) => parseEvent(JSON.parse(text)))
      .filter((event) => isFound(event, filter) && (after === undefined || order(event) < after))
      .sort((a, b) => (order(a) < order(b) ? 1 : -1));
    const events = found.slice(0, limit);
    const last = events.at(-1);
    return { events, ...(last && found.length > limit ? { next: order(last) } : {}) };
  }
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

/** True where an event is one of those that a query asks for. */
const isFound = (
  { at, type, principal, data }: GrantEvent,
  query: Omit<EventQuery, 'limit' | 'after'>,
): boolean =>
  at >= query.from &&
  at < query.to &&
  (query.type ?? type) === type &&
  (query.repositoryUuids?.includes(data.repository.uuid) ?? true) &&
  (query.principal?.kind ?? principal.kind) === principal.kind &&
  (query.principal?.id ?? principal.id) === principal.id;

/** Seconds; a lease that claims more is none. */
const LONGEST_LEASE_SECONDS = 1000;

type Row = {
  projected?: GrantRow;
  dueAt?: Instant | undefined;
  dueSeq?: number;
  lease?: { owner: string; until: Instant };
};

/** The read model by the row protocol that the port describes. */
export class FakeGrantTable implements GrantTable {
  readonly rows = new Map<StreamId, Row>();
  /** Rows that cannot be read, until they are projected again. */
  readonly stale = new Map<GrantId, StaleRow['reason']>();
  readonly #enrolled = new Map<string, Set<GrantId>>();

  async enrol(repositoryUuid: RepositoryUuid, grantId: GrantId): Promise<void> {
    const known = this.#enrolled.get(repositoryUuid) ?? new Set();
    this.#enrolled.set(repositoryUuid, known.add(grantId));
  }

  /** Rows that a test has put here count as enrolled. */
  async listEnrolled(repositoryUuid: RepositoryUuid): Promise<GrantId[]> {
    const rows = this.#grants().filter((grant) => fits(grant, { repositoryUuid }));
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
    Object.assign(row, { dueAt, dueSeq: seq });
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
    const isHeld = lease && lease.until >= now && lease.until <= plusSeconds(now, LONGEST_LEASE_SECONDS);
    if (isHeld && lease.owner !== owner) return false;
    row.lease = { owner, until };
    return true;
  }

  async releaseLease(grantId: StreamId, owner: string): Promise<void> {
    const row = this.rows.get(grantId);
    if (row?.lease?.owner === owner) delete row.lease;
  }

  async list(filter: GrantFilter, limit: number, after?: string): ReturnType<GrantTable['list']> {
    const order = ({ updatedAt, id }: Grant) => `${updatedAt}#${id}`;
    const found = this.#grants()
      .filter((grant) => fits(grant, filter) && (after === undefined || order(grant) < after))
      .sort((a, b) => (order(a) < order(b) ? 1 : -1));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      grants: page.filter(({ id }) => !this.stale.has(id)),
      stale: page.flatMap(({ id }) => {
        const reason = this.stale.get(id);
        return reason ? [{ grantId: id, reason }] : [];
      }),
      ...(last && found.length > limit ? { next: order(last) } : {}),
    };
  }

  async listDue(now: Instant, limit: number, after?: DueRow): Promise<DueRow[]> {
    const due = [...this.rows].flatMap(([grantId, { dueAt, dueSeq = 0 }]) =>
      dueAt !== undefined && dueAt <= now ? [{ grantId, dueAt, dueSeq }] : [],
    );
    const order = (row: DueRow) => `${row.dueAt}#${row.grantId}`;
    return due
      .sort((a, b) => (order(a) < order(b) ? -1 : 1))
      .filter((row) => !after || order(row) > order(after))
      .slice(0, limit);
  }

  async forgetDue({ grantId, dueAt, dueSeq }: DueRow): Promise<void> {
    const row = this.rows.get(grantId);
    if (row?.dueAt !== dueAt || row.dueSeq !== dueSeq) return;
    if (row.projected) row.dueSeq = row.projected.seq;
    else row.dueAt = undefined;
  }

  async repositoriesNamed(fullName: string): Promise<RepositoryUuid[]> {
    const named = this.#grants().filter((grant) => fits(grant, { repositoryName: fullName }));
    return [...new Set(named.map(({ request }) => request.intent.repository.uuid))];
  }

  async listLive(repositoryUuid: RepositoryUuid): Promise<GrantId[]> {
    return this.#grants()
      .filter((grant) => isLive(grant.state) && fits(grant, { repositoryUuid }))
      .sort((a, b) => (a.request.at < b.request.at ? -1 : 1))
      .map(({ id }) => id);
  }

  #grants(): Grant[] {
    return [...this.rows.values()].flatMap(({ projected }) =>
      projected ? [structuredClone(projected.grant)] : [],
    );
  }
}

/** True where a grant is one of those that a filter asks for. */
function fits({ request, repositoryNames, state }: Grant, filter: GrantFilter): boolean {
  const { repository, template, account } = request.intent;
  const isAsked = (asked: string | undefined, has: string) => asked === undefined || asked === has;
  return (
    isAsked(filter.repositoryUuid, repository.uuid) &&
    isAsked(filter.state, state) &&
    isAsked(filter.template, template.name) &&
    isAsked(filter.account, account) &&
    (filter.repositoryName === undefined ||
      repositoryNames.some((name) => name.toLowerCase() === filter.repositoryName))
  );
}
