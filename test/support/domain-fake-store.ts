import { type GrantEvent, parseEvent } from '../../domain/event.ts';
import { isLive } from '../../domain/grant.ts';
import type { Clock, DueRow, EventLog, GrantRow, GrantTable } from '../../domain/ports.ts';

/** What happened to the outside world, in order: events appended and IAM writes. */
export type JournalEntry = { event: GrantEvent } | { iam: string; note: string };
export type Journal = JournalEntry[];

/** A clock that moves only when it is moved, or slept on. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 0, 1);

  now(): number {
    return this.#now;
  }

  instant(): string {
    return new Date(this.#now).toISOString();
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

  async load(grantId: string): Promise<GrantEvent[]> {
    return (this.streams.get(grantId) ?? []).map((text) => parseEvent(JSON.parse(text)));
  }

  async append(event: GrantEvent): Promise<'appended' | 'taken'> {
    await this.beforeAppend(event);
    const stream = this.streams.get(event.grantId) ?? [];
    if (event.seq <= stream.length) return 'taken';
    if (event.seq > stream.length + 1) throw new Error(`event ${event.seq} leaves a gap`);
    parseEvent(event);
    this.streams.set(event.grantId, [...stream, JSON.stringify(event)]);
    this.#journal.push({ event });
    return 'appended';
  }

  query(): never {
    throw new Error('no use case under test queries the log');
  }
}

type Row = {
  projected?: GrantRow;
  dueAt?: string | undefined;
  dueSeq?: number;
  lease?: { owner: string; until: string };
};

/** The read model by the row protocol that the port describes. */
export class FakeGrantTable implements GrantTable {
  readonly rows = new Map<string, Row>();

  #row(grantId: string): Row {
    const row = this.rows.get(grantId) ?? {};
    this.rows.set(grantId, row);
    return row;
  }

  async markDue(grantId: string, seq: number, dueAt: string): Promise<void> {
    const row = this.#row(grantId);
    if (row.dueSeq !== undefined && row.dueSeq > seq) return;
    Object.assign(row, { dueAt, dueSeq: seq });
  }

  async project(given: GrantRow): Promise<void> {
    const row = this.#row(given.grantId);
    if (row.projected && row.projected.seq > given.seq) return;
    row.projected = structuredClone(given);
    if (row.dueSeq === undefined || row.dueSeq <= given.seq) row.dueAt = given.dueAt;
  }

  async takeLease(grantId: string, owner: string, now: string, until: string): Promise<boolean> {
    const row = this.rows.get(grantId);
    if (!row || (row.lease && row.lease.until >= now)) return false;
    row.lease = { owner, until };
    return true;
  }

  async releaseLease(grantId: string, owner: string): Promise<void> {
    const row = this.rows.get(grantId);
    if (row?.lease?.owner === owner) delete row.lease;
  }

  async list(): ReturnType<GrantTable['list']> {
    const listed = [...this.rows.values()].flatMap(({ projected }) => (projected ? [projected.grant] : []));
    return { grants: listed.sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1)) };
  }

  async listDue(now: string, limit: number, after?: DueRow): Promise<DueRow[]> {
    const due = [...this.rows].flatMap(([grantId, { dueAt, dueSeq }]) =>
      dueAt !== undefined && dueSeq !== undefined && dueAt <= now ? [{ grantId, dueAt, dueSeq }] : [],
    );
    const order = (row: DueRow) => `${row.dueAt}#${row.grantId}`;
    return due
      .sort((a, b) => (order(a) < order(b) ? -1 : 1))
      .filter((row) => !after || order(row) > order(after))
      .slice(0, limit);
  }

  async forgetDue({ grantId, dueAt, dueSeq }: DueRow): Promise<void> {
    const row = this.rows.get(grantId);
    if (row?.dueAt === dueAt && row.dueSeq === dueSeq) row.dueAt = undefined;
  }

  async repositoriesNamed(fullName: string): Promise<string[]> {
    const { grants } = await this.list();
    return grants
      .filter(({ repositoryNames }) => repositoryNames.includes(fullName))
      .map(({ request }) => request.intent.repository.uuid);
  }

  async listLive(repositoryUuid: string): Promise<string[]> {
    const { grants } = await this.list();
    return grants
      .filter(({ status, request }) => isLive(status) && request.intent.repository.uuid === repositoryUuid)
      .sort((a, b) => (a.request.at < b.request.at ? -1 : 1))
      .map(({ id }) => id);
  }
}
