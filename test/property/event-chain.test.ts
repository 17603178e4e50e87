import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventHash, type GrantEvent, verifyChain } from '../../domain/grants/event.ts';
import { histories, RUNS } from '../support/domain/arbitraries.ts';
import { chain } from '../support/domain/samples.ts';

const streams = histories.filter((events) => events.length > 1).map((events) => chain(events));
const places = fc.nat({ max: 1000 });
const FOUND = expect.any(String);

/** Changes one leaf of a JSON value, at a place that the run chooses. */
function altered(event: GrantEvent, place: number): GrantEvent {
  const copy = JSON.parse(JSON.stringify(event));
  const leaves: (() => void)[] = [];
  const visit = (node: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(node)) {
      if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>);
      else
        leaves.push(() => {
          node[name] = typeof value === 'number' ? value + 1 : `${String(value)}x`;
        });
    }
  };
  visit(copy);
  leaves[place % leaves.length]?.();
  return copy;
}

describe('a chain', () => {
  test('is whole as it was written, and in every beginning of it', () => {
    fc.assert(
      fc.property(streams, places, (stream, place) => {
        expect(verifyChain(stream)).toBeUndefined();
        expect(verifyChain(stream.slice(0, place % stream.length))).toBeUndefined();
      }),
      RUNS,
    );
  });

  test('shows any altered leaf of any event', () => {
    fc.assert(
      fc.property(streams, places, places, (stream, at, place) => {
        const n = at % stream.length;
        const changed = stream.map((event, i) => (i === n ? altered(event, place) : event));
        expect(verifyChain(changed)).toEqual(FOUND);
      }),
      RUNS,
    );
  });

  test('shows an altered event whose hash was made anew, unless it is the last', () => {
    fc.assert(
      fc.property(streams, places, (stream, at) => {
        const n = at % (stream.length - 1);
        const forged = stream.map((event, i) => {
          if (i !== n) return event;
          const changed = { ...event, correlationId: `${event.correlationId}x` };
          return { ...changed, hash: eventHash(changed) };
        });
        expect(verifyChain(forged)).toEqual(FOUND);
      }),
      RUNS,
    );
  });

  test('shows any removed event but the last', () => {
    fc.assert(
      fc.property(streams, places, (stream, at) => {
        expect(verifyChain(stream.toSpliced(at % (stream.length - 1), 1))).toEqual(FOUND);
      }),
      RUNS,
    );
  });

  test('shows any inserted event and any other order', () => {
    fc.assert(
      fc.property(streams, places, places, (stream, from, to) => {
        const event = stream[from % stream.length];
        if (!event) return;
        expect(verifyChain(stream.toSpliced(to % (stream.length + 1), 0, event))).toEqual(FOUND);
        const target = to % stream.length;
        if (target === from % stream.length) return;
        expect(verifyChain(stream.toSpliced(from % stream.length, 1).toSpliced(target, 0, event))).toEqual(
          FOUND,
        );
      }),
      RUNS,
    );
  });
});
