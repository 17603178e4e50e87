import { beforeEach, describe, expect, test } from '@jest/globals';
import type { GrantEvent, NewEvent } from '../../domain/grants/event.ts';
import { type EventPartition, eventEntryOf, eventPosition } from '../../domain/grants/listing.ts';
import type { EventLog, Span } from '../../domain/grants/stores.ts';
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
import { knownIn } from '../support/domain/streams/stored.ts';
import { asInstant } from '../support/identifiers.ts';
import type { OpenEventLog } from './event-log-contract.ts';

const grace: Principal = { kind: 'service', id: 'nightly:build' };
const ADA = 'person:ada@acme.example';
const EVERYTHING: EventPartition = { by: 'all' };
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

/** What a partition means, event by event. */
const isIn = (partition: EventPartition, span: Span) => (event: GrantEvent) => {
  if (event.at < span.from || event.at >= span.to) return false;
  switch (partition.by) {
    case 'all':
      return true;
    case 'repository':
      return eventEntryOf(event).repositoryUuid === partition.value;
    case 'principal':
      return `${event.principal.kind}:${event.principal.id}` === partition.value;
    case 'type':
      return event.type === partition.value;
    case 'stream':
      return event.grantId === partition.value;
  }
};

type Query = [partition: EventPartition, span: Span, limit: number];

/** Reads every page of a partition, and then its events; fails when the pages do not end or are longer than asked. */
async function readAll(log: EventLog, [partition, span, limit]: Query): Promise<GrantEvent[]> {
  const all: GrantEvent[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 300; pages += 1) {
    const page = await log.entries(partition, { ...span, limit, after });
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    const last = page.entries.at(-1);
    expect(page.position).toBe(last && eventPosition(last));
    all.push(...knownIn(await log.read(page.entries)));
    if (page.isComplete) return all;
    after = page.position;
  }
  throw new Error('the pages do not end');
}

/** What every event log keeps to, for finding events of all grants. */
export function eventQueryContract(name: string, open: OpenEventLog): void {
  let log: EventLog;

  const append = (events: GrantEvent[]) => forEachItem(events, (event) => log.append(event));
  const appendOne = async (fields: EventFields) => {
    const event = eventOf(fields);
    await log.append(event);
    return event;
  };

  const partitions: EventPartition[] = [
    EVERYTHING,
    ...[0, 1, 2, 99].map((n) => ({ by: 'repository' as const, value: repositoryNumber(n) })),
    ...[ADA, 'service:nightly:build', 'person:nightly:build'].map((value) => ({
      by: 'principal' as const,
      value,
    })),
    ...[...types, 'GrantApproved'].map((value) => ({ by: 'type' as const, value })),
    ...[0, 5, 99].map((n) => ({ by: 'stream' as const, value: grantIdNumber(n) })),
  ];
  const spans: Span[] = [
    EVER,
    { from: asInstant('2026-11-20T12:00:00.000Z'), to: asInstant('2026-11-22T12:00:00.000Z') },
  ];

  describe(`event log ${name}, queries`, () => {
    beforeEach(async () => {
      ({ log } = await open());
    });

    test.each(['all', 'repository', 'principal', 'type', 'stream'])(
      'pages of any size hold each event of a partition by %s exactly once, newest first',
      async (by) => {
        const events = mixedEvents();
        await append(events);
        for (const partition of partitions.filter((one) => one.by === by)) {
          for (const span of spans) {
            for (const limit of [3, 100]) {
              const found = await readAll(log, [partition, span, limit]);
              const expected = events.filter(isIn(partition, span)).map(keyOf).sort();
              const times = found.map(({ at }) => at);
              expect([partition, span, limit, found.map(keyOf).sort()]).toEqual([
                partition,
                span,
                limit,
                expected,
              ]);
              if (partition.by !== 'stream') {
                expect([partition, limit, times]).toEqual([partition, limit, [...times].sort().reverse()]);
              }
            }
          }
        }
      },
    );

    test('an entry says of its event what it is filtered and authorised by', async () => {
      const events = mixedEvents();
      await append(events);
      const { entries } = await log.entries(EVERYTHING, { ...EVER, limit: 100 });
      expect(entries).toEqual(knownIn(await log.read(entries)).map(eventEntryOf));
    });

    test('events are read in the order that was asked for, and those that are not there are left out', async () => {
      const stream = [1, 2, 3].map((seq) => eventOf({ seq }));
      await append(stream);
      const asked = [3, 1, 9, 2].map((seq) => eventEntryOf(eventOf({ seq })));
      expect(knownIn(await log.read(asked)).map(({ seq }) => seq)).toEqual([3, 1, 2]);
      expect(await log.read([])).toEqual([]);
    });

    test('found events are the appended ones, with all ten fields and the same hash', async () => {
      const event = await appendOne({ at: asInstant('2026-11-23T09:00:00.000Z') });
      expect(await readAll(log, [EVERYTHING, EVER, 1])).toEqual([event]);
    });

    test('of equal times in one grant the higher seq is the newer', async () => {
      const events = [1, 2, 3].map((seq) => eventOf({ seq }));
      await append(events);
      expect((await readAll(log, [EVERYTHING, EVER, 2])).map(({ seq }) => seq)).toEqual([3, 2, 1]);
    });

    test('the beginning of the time asked for is inside it, the end is not', async () => {
      const at = asInstant('2026-11-23T09:00:00.000Z');
      await appendOne({ at });
      const count = async (from: Instant, to: Instant) =>
        (await readAll(log, [EVERYTHING, { from: asInstant(from), to: asInstant(to) }, 10])).length;
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
      const repository = { by: 'repository' as const, value: eventEntryOf(event).repositoryUuid };
      for (const span of [{ from: at, to: at }, reversed]) {
        for (const partition of [EVERYTHING, { by: 'principal' as const, value: ADA }, repository]) {
          const { entries, isComplete } = await log.entries(partition, { ...span, limit: 10 });
          expect([partition, entries, isComplete]).toEqual([partition, [], true]);
        }
      }
    });

    test('events far apart are all found, however many days lie between', async () => {
      const time = { from: asInstant('2026-08-01T00:00:00.000Z'), to: asInstant('2027-01-01T00:00:00.000Z') };
      const ats = [time.from, asInstant('2026-10-05T05:05:05.005Z'), asInstant('2026-12-31T23:59:59.999Z')];
      await append(ats.map((at, n) => eventOf({ at, seq: n + 1 })));
      const found = await readAll(log, [EVERYTHING, time, 2]);
      expect(found.map(({ at }) => at)).toEqual([...ats].reverse());
    });

    test('no day is lost between the pages of more than a year', async () => {
      const to = asInstant('2027-01-01T00:00:00.000Z');
      const ats = Array.from({ length: 12 }, (_, n) =>
        asInstant(new Date(Date.parse(to) - (394 + n) * 86_400_000).toISOString()),
      );
      await append(ats.map((at, n) => eventOf({ at, seq: n + 1 })));
      const found = await readAll(log, [EVERYTHING, { from: present(ats.at(-1)), to }, 100]);
      expect(found.map(({ at }) => at)).toEqual(ats);
    });

    test('rare events are found behind hundreds of others of their day', async () => {
      const rejection = (n: number, at: Instant) => {
        const repository = { uuid: repositoryNumber(n), fullName: 'acme/shop' };
        const data = { repository, account: ACCOUNT, planHash: 'd'.repeat(64) };
        return appendOne({
          grantId: grantIdNumber(n + 1),
          at,
          event: { type: 'GrantRejected', data },
        });
      };
      const oldest = await rejection(1, asInstant('2026-11-23T00:00:00.000Z'));
      const older = await rejection(2, asInstant('2026-11-23T06:00:00.000Z'));
      await append(
        Array.from({ length: 450 }, (_, n) =>
          eventOf({ seq: n + 1, at: asInstant('2026-11-23T12:00:00.000Z') }),
        ),
      );
      expect(await readAll(log, [{ by: 'type', value: 'GrantRejected' }, EVER, 5])).toEqual([older, oldest]);
      expect(await readAll(log, [{ by: 'repository', value: repositoryNumber(2) }, EVER, 5])).toEqual([
        older,
      ]);
    });
  });
}
