import { beforeEach, describe, expect, test } from '@jest/globals';
import { eventHash, type GrantEvent, verifyChain } from '../../domain/grants/event.ts';
import type { EventLog } from '../../domain/grants/stores.ts';
import { forEachItem } from '../support/adapters/batches.ts';
import {
  eventOf,
  grantIdNumber,
  intentWith,
  repositoryNumber,
  streamOf,
} from '../support/adapters/events.ts';
import { eventsOf, knownIn } from '../support/domain/streams/stored.ts';
import { asAccountId, asInstant } from '../support/identifiers.ts';

/** Two handles on one store that is empty at first. */
export type OpenEventLog = () => Promise<{ log: EventLog; second: EventLog }>;

const GRANT = grantIdNumber(1);

/** What every event log keeps to, for appending and loading. */
export function eventLogContract(name: string, open: OpenEventLog): void {
  let log: EventLog;
  let second: EventLog;

  const appendAll = async (events: GrantEvent[]) => {
    for (const event of events) expect(await log.append(event)).toBe('appended');
  };

  describe(`event log ${name}`, () => {
    beforeEach(async () => {
      ({ log, second } = await open());
    });

    test('a grant without events has an empty stream', async () => {
      expect(await eventsOf(log, GRANT)).toEqual([]);
    });

    test('a stream is loaded from any of its events on, as far as is asked', async () => {
      const events = streamOf(
        GRANT,
        Array.from({ length: 6 }, () => ({})),
      );
      await appendAll(events);
      const seqs = async (seq: number, limit: number) =>
        knownIn(await second.loadFrom(GRANT, seq, limit)).map((event) => event.seq);
      expect(knownIn(await second.loadFrom(GRANT, 1, Number.POSITIVE_INFINITY))).toEqual(events);
      expect(await seqs(4, Number.POSITIVE_INFINITY)).toEqual([4, 5, 6]);
      expect(await seqs(2, 3)).toEqual([2, 3, 4]);
      expect(await seqs(6, 9)).toEqual([6]);
      expect(await seqs(7, 9)).toEqual([]);
    });

    test('an appended event is loaded at once, by every handle, exactly as it was', async () => {
      const data = {
        ...intentWith(),
        planHash: 'd'.repeat(64),
        approval: 'none' as const,
        reason: 'line\nbreak \u0000 "quoted" \\ é',
      };
      const event = eventOf({ event: { type: 'GrantRequested', data } });
      expect(await log.append(event)).toBe('appended');
      for (const handle of [log, second]) {
        const [loaded] = await eventsOf(handle, GRANT);
        expect(loaded).toEqual(event);
        expect(loaded && eventHash(loaded)).toBe(event.hash);
        expect(Object.keys(loaded ?? {})).toHaveLength(10);
      }
    });

    test('a seq is given once: another event under it is refused, and the first one stays', async () => {
      const first = eventOf({ correlationId: 'first' });
      await appendAll([first]);
      expect(await second.append(eventOf({ correlationId: 'second' }))).toBe('taken');
      expect(await eventsOf(log, GRANT)).toEqual([first]);
    });

    test('appending the very same event again is a success and changes nothing', async () => {
      const event = eventOf();
      await appendAll([event]);
      expect(await second.append(event)).toBe('appended');
      expect(await eventsOf(log, GRANT)).toEqual([event]);
    });

    test('of 20 writers of one seq exactly one wins, and its event is the one in the log', async () => {
      const events = Array.from({ length: 20 }, (_, n) => eventOf({ correlationId: `writer-${n}` }));
      const outcomes = await Promise.all(events.map((event, n) => (n % 2 ? log : second).append(event)));
      const winners = events.filter((_, n) => outcomes[n] === 'appended');
      expect(winners).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(19);
      expect(await eventsOf(log, GRANT)).toEqual(winners);
    });

    test('streams of different grants do not touch each other', async () => {
      const [one, two] = [eventOf(), eventOf({ grantId: grantIdNumber(2) })];
      await appendAll([one, two]);
      expect(await eventsOf(log, GRANT)).toEqual([one]);
      expect(await eventsOf(log, grantIdNumber(2))).toEqual([two]);
    });

    test('a stream larger than one answer of the store is loaded whole, in order, its chain intact', async () => {
      const repository = { uuid: repositoryNumber(1), fullName: 'acme/shop' };
      const stream = streamOf(
        GRANT,
        Array.from({ length: 120 }, (_, n) => ({
          event: {
            type: 'GrantExpiryChanged',
            data: {
              repository,
              account: asAccountId('111122223333'),
              expiresAt: asInstant('2027-01-01T00:00:00.000Z'),
              reason: `${n}`.repeat(5000),
            },
          },
        })),
      );
      await forEachItem(stream, (event) => log.append(event));
      const loaded = await eventsOf(second, GRANT);
      expect(loaded.map(({ seq }) => seq)).toEqual(stream.map(({ seq }) => seq));
      expect(verifyChain(loaded)).toBeUndefined();
      expect(loaded.at(-1)).toEqual(stream.at(-1));
    });
  });
}
