import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { eventHash, type GrantEvent } from '../../../domain/grants/event.ts';
import { verifiedExport } from '../../../scripts/events/verified-export.ts';
import { chain, GRANT_ID } from '../../support/domain/samples.ts';
import { storyOf } from '../../support/domain/stories.ts';
import { asGrantId } from '../../support/identifiers.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const OTHER_ID = asGrantId(`${GRANT_ID.slice(0, -1)}a`);
const [first, second] = [chain(storyOf.revoked), chain(storyOf.active, OTHER_ID)];
const all = [...first, ...second];

const verify = (events: readonly object[]) =>
  verifiedExport(
    (async function* () {
      for (const event of events) yield JSON.stringify(event);
    })(),
  );
const at = (events: readonly GrantEvent[], n: number): GrantEvent => {
  const event = events[n];
  if (!event) throw new Error('the story is too short');
  return event;
};
const rehashed = (event: GrantEvent, over: object): GrantEvent => {
  const changed = { ...event, ...over } as GrantEvent;
  return { ...changed, hash: eventHash(changed) };
};
const without = (events: readonly GrantEvent[], n: number) => events.filter((_, index) => index !== n);

describe('an export is whole', () => {
  const count = { events: all.length, streams: 2, partial: 0 };
  test.each<[string, readonly GrantEvent[], object]>([
    ['oldest first', all, count],
    ['newest first', [...all].reverse(), count],
    ['in any order', [...all].sort((a, b) => (a.hash < b.hash ? -1 : 1)), count],
    ['where a line is there twice', [...all, at(all, 3)], count],
    [
      'where a stream begins later: it is partial',
      all.slice(2),
      { ...count, events: all.length - 2, partial: 1 },
    ],
    ['where a stream is its last event alone', first.slice(-1), { events: 1, streams: 1, partial: 1 }],
    [
      'where the newest events are not there',
      without(first, first.length - 1),
      { events: first.length - 1, streams: 1, partial: 0 },
    ],
    ['where there is none', [], { events: 0, streams: 0, partial: 0 }],
  ])('%s', async (_, events, found) => {
    expect(await verify(events)).toEqual({ ok: true, ...found });
  });

  test('with events of a type that this version does not know', async () => {
    const last = at(first, first.length - 1);
    const next = rehashed(last, { seq: last.seq + 1, prevHash: last.hash, type: 'SomethingNew' });
    expect(await verify([...first, next])).toMatchObject({ ok: true, events: first.length + 1 });
  });
});

describe('an export is refused', () => {
  const fork = rehashed(at(first, 2), { correlationId: 'another' });
  test.each<[string, readonly object[], string]>([
    ['with a gap', without(first, 2), `${GRANT_ID}: event 3 is missing`],
    ['with a gap in a partial stream', without(first.slice(1), 2), `${GRANT_ID}: event 4 is missing`],
    ['with a fork', [...first, fork], `line ${first.length + 1}: ${GRANT_ID} has two events 3`],
    [
      'with an event in the place of another',
      [...first.slice(0, 2), fork, ...first.slice(3)],
      `${GRANT_ID}: event 4 does not follow the one before it`,
    ],
    [
      'with an altered event',
      [at(first, 0), { ...at(first, 1), correlationId: 'another' }],
      `line 2: event 2 of ${GRANT_ID} was altered`,
    ],
    [
      'with a first event that follows another',
      [rehashed(at(first, 0), { prevHash: 'a'.repeat(64) })],
      `${GRANT_ID}: event 1 does not begin the stream`,
    ],
    [
      'with an event dated before the one before it',
      [at(first, 0), rehashed(at(first, 1), { at: '2020-01-01T00:00:00.000Z' })],
      `${GRANT_ID}: event 2 is dated before the one before it`,
    ],
    [
      'with a marker of what could not be read',
      [{ grantId: GRANT_ID, seq: 4, unreadable: true, reason: 'why' }],
      `line 1: event 4 of ${GRANT_ID}: it is not an event`,
    ],
    [
      'with a further field',
      [{ ...at(first, 0), more: 1 }],
      `line 1: event 1 of ${GRANT_ID}: it is not an event`,
    ],
    ['with what is no event', [{ a: 1 }], 'line 1: it is not an event'],
  ])('%s', async (_, events, wrong) => {
    expect(await verify(events)).toEqual({ ok: false, wrong });
  });
});

test.each<[string, (line: string) => string, string]>([
  [
    'that names a field more than once',
    (line) => line.replace('{', '{"type":"GrantRejected",'),
    'line 1: it names a field more than once',
  ],
  [
    'with a field that no reader takes notice of',
    (line) => line.replace('"data":{', '"data":{"__proto__":{"reason":"forged"},'),
    `line 1: event 1 of ${GRANT_ID} was altered`,
  ],
  [
    'with such a field, written otherwise',
    (line) => line.replace('"data":{', '"data":{"\\u005f_proto__":1,'),
    `line 1: event 1 of ${GRANT_ID} was altered`,
  ],
])('an export is refused with a line %s', async (_, alter, wrong) => {
  const line = JSON.stringify(at(first, 0));
  expect(alter(line)).not.toBe(line);
  expect(await verifiedExport(Readable.from([alter(line)]))).toEqual({ ok: false, wrong });
});

describe('npm run log:verify', () => {
  const run = (input: string) =>
    spawnSync(process.execPath, ['scripts/events/verify.ts'], { cwd: ROOT, input, encoding: 'utf8' });
  const ndjson = (events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');

  test('exits with 0 and a count', () => {
    const { status, stdout } = run(ndjson(all.slice(1)));
    expect([status, stdout]).toEqual([
      0,
      `${all.length - 1} events in 2 streams are whole; 1 partial, verified from the first event that is there\n`,
    ]);
  });

  test('exits with 1 and the first event that is wrong, with nothing on stdout', () => {
    const { status, stdout, stderr } = run(`${ndjson(first)}no JSON\n`);
    expect([status, stdout, stderr]).toEqual([1, '', `line ${first.length + 1}: it is not an event\n`]);
  });
});
