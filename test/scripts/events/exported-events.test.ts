import { expect, test } from '@jest/globals';
import { exportedEvents, type Get } from '../../../scripts/events/exported-events.ts';

const EVENTS = 1_000_000;
const noWait = async () => {};

/** An audit log of events that are their own numbers, a hundred a page, and what was asked of it. */
function logOf(count: number) {
  const asked: string[] = [];
  const get: Get = async (_, path) => {
    const { searchParams } = new URL(path, 'http://api.test');
    asked.push(path);
    const from = Number(searchParams.get('cursor') ?? 0);
    const items = Array.from({ length: Math.min(100, count - from) }, (_item, n) => ({ seq: from + n }));
    return { items, ...(from + 100 < count ? { cursor: String(from + 100) } : {}) };
  };
  return { asked, get };
}

const seqOf = (line: string): number => JSON.parse(line).seq;

test('every event is written once, in its order, and every page asked for once', async () => {
  const { asked, get } = logOf(1050);
  const seqs: number[] = [];
  for await (const line of exportedEvents(get, {}, noWait)) {
    expect(line.endsWith('\n')).toBe(true);
    seqs.push(seqOf(line));
  }
  expect(seqs).toEqual(Array.from({ length: 1050 }, (_, n) => n));
  expect([asked.length, new Set(asked).size]).toEqual([11, 11]);
});

test('no page is asked for before the one before it was taken, however long the log is', async () => {
  const { asked, get } = logOf(EVENTS);
  let taken = 0;
  for await (const line of exportedEvents(get, {}, noWait)) {
    expect(seqOf(line)).toBe(taken);
    taken += 1;
    expect(asked.length).toBe(Math.ceil(taken / 100));
    if (taken === 2500) break;
  }
  expect(asked).toHaveLength(25);
});

test('filters go with every page', async () => {
  const { asked, get } = logOf(250);
  for await (const _ of exportedEvents(
    get,
    { type: 'GrantRevoked', from: '2026-01-01T00:00:00.000Z' },
    noWait,
  ));
  for (const path of asked) {
    expect(path).toContain('type=GrantRevoked');
    expect(path).toContain('from=2026-01-01T00%3A00%3A00.000Z');
  }
  expect(asked).toHaveLength(3);
});

test.each([429, 503])(
  'a page that is %s for a moment is asked for again, and none is written twice',
  async (status) => {
    const { get } = logOf(250);
    let calls = 0;
    const waited: number[] = [];
    const flaky: Get = async (...given) => {
      calls += 1;
      if (calls % 2 === 0) throw new Error(`${status} THROTTLED: later`);
      return get(...given);
    };
    const seqs: number[] = [];
    for await (const line of exportedEvents(flaky, {}, async (ms) => waited.push(ms))) seqs.push(seqOf(line));
    expect(seqs).toEqual(Array.from({ length: 250 }, (_, n) => n));
    expect(waited).toHaveLength(2);
  },
);

test.each(['403 DENIED: no', '429 THROTTLED: for ever'])('%s ends the export with that', async (message) => {
  const refuse: Get = async () => {
    throw new Error(message);
  };
  await expect(exportedEvents(refuse, {}, noWait).next()).rejects.toThrow(message);
});
