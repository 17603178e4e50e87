import { beforeEach, describe, expect, test } from '@jest/globals';
import type { GrantEvent, NewEvent } from '../../domain/grants/event.ts';
import type { EventLog, EventQuery } from '../../domain/grants/stores.ts';
import type { RepositoryUuid } from '../../domain/shared/identifiers.ts';
import type { Principal } from '../../domain/shared/principal.ts';
import type { Instant } from '../../domain/shared/time.ts';
import { forEachItem } from '../support/adapters/batches.ts';
import {
  ACCOUNT,
  ada,
  type EventFields,
  eventOf,
  grantIdNumber,
  repositoryNumber,
} from '../support/adapters/events.ts';
import { present } from '../support/domain/samples.ts';
import { asInstant } from '../support/identifiers.ts';
import type { OpenEventLog } from './event-log-contract.ts';

const grace: Principal = { kind: 'service', id: 'nightly:build' };
const EVER = { from: asInstant('2026-11-15T00:00:00.000Z'), to: asInstant('2026-11-25T00:00:00.000Z') };
const types = ['GrantRevoked', 'RoleDeleted', 'GrantRejected'] as const;

function payload(type: (typeof types)[number], repositoryUuid: RepositoryUuid): NewEvent {
  const subject = { repository: { uuid: repositoryUuid, fullName: 'acme/shop' }, account: ACCOUNT };
  if (type === 'RoleDeleted') return { type, data: { ...subject, role: { name: 'rw-x', arn: 'arn:x' } } };
  if (type === 'GrantRejected') return { type, data: { ...subject, planHash: 'd'.repeat(64) } };
  return { type, data: subject };
}

/** 36 events of 6 grants of 3 repositories on 5 days, many of them at the same instant. */
function mixedEvents(): GrantEvent[] {
  const days = ['2026-11-18', '2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'];
  return Array.from({ length: 36 }, (_, n) => {
    const repositoryUuid = repositoryNumber(n % 3);
    const time = ['00:00:00.000', '12:00:00.000', '23:59:59.999'][Math.floor(n / 12) % 3];
    return eventOf({
      grantId: grantIdNumber(n % 6),
      seq: Math.floor(n / 6) + 1,
      at: asInstant(`${days[n % 5]}T${time}Z`),
      principal: n % 4 === 0 ? grace : ada,
      repositoryUuid,
      event: payload(types[n % types.length] ?? 'GrantRevoked', repositoryUuid),
    });
  });
}

const keyOf = ({ grantId, seq }: GrantEvent) => `${grantId}/${seq}`;

/** What a query means, event by event. */
const fits = (query: Omit<EventQuery, 'limit'>) => (event: GrantEvent) =>
  event.at >= query.from &&
  event.at < query.to &&
  (query.type === undefined || event.type === query.type) &&
  (query.repositoryUuids === undefined || query.repositoryUuids.includes(event.data.repository.uuid)) &&
  (query.principal === undefined ||
    (query.principal.kind === event.principal.kind && query.principal.id === event.principal.id));

/** Reads every page of a query; fails when the pages do not end or are longer than asked. */
async function readAll(log: EventLog, query: EventQuery): Promise<GrantEvent[]> {
  const all: GrantEvent[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 300; pages += 1) {
    const page = await log.query({ ...query, after });
    expect(page.events.length).toBeLessThanOrEqual(query.limit);
    all.push(...page.events);
    if (page.next === undefined) return all;
    after = page.next;
  }
  throw new Error('the pages do not end');
}

/** What every event log keeps to, for finding events of all grants. */
export function eventQueryContract(name: string, open: OpenEventLog): void {
  let log: EventLog;

  beforeEach(async () => {
    ({ log } = await open());
  });

  const append = (events: GrantEvent[]) => forEachItem(events, (event) => log.append(event));
  const appendOne = async (fields: EventFields) => {
    const event = eventOf(fields);
    await log.append(event);
    return event;
  };

  const queries: [string, Omit<EventQuery, 'limit'>][] = [
    ['everything', EVER],
    ['a time', { from: asInstant('2026-11-20T12:00:00.000Z'), to: asInstant('2026-11-22T12:00:00.000Z') }],
    ['one repository', { ...EVER, repositoryUuids: [repositoryNumber(1)] }],
    ['repositories', { ...EVER, repositoryUuids: [repositoryNumber(0), repositoryNumber(2)] }],
    ['a repository named twice', { ...EVER, repositoryUuids: [repositoryNumber(1), repositoryNumber(1)] }],
    ['no repository', { ...EVER, repositoryUuids: [] }],
    ['an unknown repository', { ...EVER, repositoryUuids: [repositoryNumber(99)] }],
    ['a principal', { ...EVER, principal: grace }],
    ['an unknown principal', { ...EVER, principal: { kind: 'person', id: 'nightly:build' } }],
    ['a type', { ...EVER, type: 'RoleDeleted' }],
    ['a type that never happened', { ...EVER, type: 'GrantApproved' }],
    [
      'all filters at once',
      {
        from: asInstant('2026-11-20T00:00:00.000Z'),
        to: asInstant('2026-11-23T00:00:00.000Z'),
        repositoryUuids: [repositoryNumber(0), repositoryNumber(1), repositoryNumber(2)],
        principal: ada,
        type: 'GrantRevoked',
      },
    ],
  ];

  describe(`event log ${name}, queries`, () => {
    test('pages of any size hold each event that fits exactly once, newest first', async () => {
      const events = mixedEvents();
      await append(events);
      for (const [title, query] of queries) {
        for (const limit of [1, 7, 100]) {
          const found = await readAll(log, { ...query, limit });
          const expected = events.filter(fits(query)).map(keyOf).sort();
          const times = found.map(({ at }) => at);
          expect([title, limit, found.map(keyOf).sort()]).toEqual([title, limit, expected]);
          expect([title, limit, times]).toEqual([title, limit, [...times].sort().reverse()]);
        }
      }
    });

    test('found events are the appended ones, with all ten fields and the same hash', async () => {
      const event = await appendOne({ at: asInstant('2026-11-23T09:00:00.000Z') });
      expect(await readAll(log, { ...EVER, limit: 1 })).toEqual([event]);
    });

    test('of equal times in one grant the higher seq is the newer', async () => {
      const events = [1, 2, 3].map((seq) => eventOf({ seq }));
      await append(events);
      expect((await readAll(log, { ...EVER, limit: 2 })).map(({ seq }) => seq)).toEqual([3, 2, 1]);
    });

    test('the beginning of the time asked for is inside it, the end is not', async () => {
      const at = asInstant('2026-11-23T09:00:00.000Z');
      await appendOne({ at });
      const count = async (from: Instant, to: Instant) =>
        (await readAll(log, { from, to, limit: 10 })).length;
      expect(await count(at, asInstant('2026-11-23T09:00:00.001Z'))).toBe(1);
      expect(await count(asInstant('2026-11-23T09:00:00.001Z'), asInstant('2026-11-24T00:00:00.000Z'))).toBe(
        0,
      );
      expect(await count(asInstant('2026-11-23T00:00:00.000Z'), at)).toBe(0);
    });

    test('an empty time and one that ends before it begins hold nothing', async () => {
      const at = asInstant('2026-11-23T09:00:00.000Z');
      const event = await appendOne({ at });
      const reversed = {
        from: asInstant('2026-11-23T10:00:00.000Z'),
        to: asInstant('2026-11-23T08:00:00.000Z'),
      };
      for (const time of [{ from: at, to: at }, reversed]) {
        for (const filter of [{}, { principal: ada }, { repositoryUuids: [event.data.repository.uuid] }]) {
          expect(await log.query({ ...time, ...filter, limit: 10 })).toEqual({ events: [] });
        }
      }
    });

    test('events far apart are all found, however many days lie between', async () => {
      const time = { from: asInstant('2026-08-01T00:00:00.000Z'), to: asInstant('2027-01-01T00:00:00.000Z') };
      const ats = [time.from, asInstant('2026-10-05T05:05:05.005Z'), asInstant('2026-12-31T23:59:59.999Z')];
      await append(ats.map((at, n) => eventOf({ at, seq: n + 1 })));
      const found = await readAll(log, { ...time, limit: 2 });
      expect(found.map(({ at }) => at)).toEqual([...ats].reverse());
    });

    test('no day is lost between the pages of more than a year', async () => {
      const to = asInstant('2027-01-01T00:00:00.000Z');
      const ats = Array.from({ length: 12 }, (_, n) =>
        asInstant(new Date(Date.parse(to) - (394 + n) * 86_400_000).toISOString()),
      );
      await append(ats.map((at, n) => eventOf({ at, seq: n + 1 })));
      const found = await readAll(log, { from: present(ats.at(-1)), to, limit: 100 });
      expect(found.map(({ at }) => at)).toEqual(ats);
    });

    test('rare events are found behind hundreds of others of their day, by every filter', async () => {
      const rejection = (n: number, at: Instant) => {
        const repository = { uuid: repositoryNumber(n), fullName: 'acme/shop' };
        const data = { repository, account: ACCOUNT, planHash: 'd'.repeat(64) };
        return appendOne({ grantId: grantIdNumber(n + 1), at, event: { type: 'GrantRejected', data } });
      };
      // The second repository is quiet: what it has may be shown only where the busy one was read as far.
      const oldest = await rejection(1, asInstant('2026-11-23T00:00:00.000Z'));
      const older = await rejection(2, asInstant('2026-11-23T06:00:00.000Z'));
      await append(
        Array.from({ length: 450 }, (_, n) =>
          eventOf({ seq: n + 1, at: asInstant('2026-11-23T12:00:00.000Z') }),
        ),
      );
      const repositoryUuids = [repositoryNumber(1), repositoryNumber(2)];
      for (const filter of [{}, { principal: ada }, { repositoryUuids }]) {
        const found = await readAll(log, { ...EVER, ...filter, type: 'GrantRejected', limit: 5 });
        expect(found).toEqual([older, oldest]);
      }
    });
  });
}
