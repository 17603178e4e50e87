import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  eventHash,
  eventTypes,
  type GrantEvent,
  parseEvent,
  verifyChain,
} from '../../../../domain/grants/event.ts';
import { chain, GRANT_ID, present } from '../../../support/domain/samples.ts';
import { storyOf } from '../../../support/domain/stories.ts';
import { asGrantId } from '../../../support/identifiers.ts';

const stream = chain(storyOf.revoked);
const first = present(stream[0]);

const FIELDS = [
  'grantId',
  'seq',
  'at',
  'type',
  'principal',
  'correlationId',
  'entryPoint',
  'data',
  'prevHash',
  'hash',
];

/** Canonical JSON for what events hold: no exotic numbers or names. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

describe('an event', () => {
  test('has exactly the ten fields of the contract', () => {
    for (const event of stream) expect(Object.keys(event).sort()).toEqual([...FIELDS].sort());
  });

  test("carries the SHA-256 of the other nine fields' canonical JSON", () => {
    for (const { hash, ...nine } of stream) {
      expect(hash).toBe(createHash('sha256').update(canonical(nine)).digest('hex'));
    }
  });

  test('has the same hash in whatever order its members stand', () => {
    const turned = Object.fromEntries(Object.entries(first).reverse()) as GrantEvent;
    expect(eventHash(turned)).toBe(first.hash);
  });

  test('reads back as it was written', () => {
    for (const event of stream) expect(parseEvent(JSON.parse(JSON.stringify(event)))).toEqual(event);
  });

  test.each<[string, Record<string, unknown>]>([
    ['an eleventh field', { extra: 1 }],
    ['an unknown type', { type: 'GrantStolen' }],
    ['data of another type', { type: 'RoleCreated' }],
    ['an unknown field in its data', { data: { ...first.data, admin: true } }],
    ['no repository in its data', { data: { account: '111122223333' } }],
    ['seq 0', { seq: 0 }],
    ['a seq that is no whole number', { seq: 1.5 }],
    ['a time without milliseconds', { at: '2026-01-01T00:00:01Z' }],
    ['a time in another zone', { at: '2026-01-01T00:00:01.000+01:00' }],
    ['an unknown endpoint', { entryPoint: 'telnet' }],
    ['an unknown kind of principal', { principal: { kind: 'root', id: 'x' } }],
    ['a principal with more than kind and id', { principal: { kind: 'person', id: 'x', token: 'y' } }],
    ['a hash in upper case', { hash: first.hash.toUpperCase().replace(/\d/g, 'A') }],
    ['a foreign grant id', { grantId: 'gr_x' }],
  ])('is not understood with %s', (_, over) => {
    expect(() => parseEvent({ ...first, ...over })).toThrow();
  });

  test.each(FIELDS)('is not understood without %s', (field) => {
    const { [field]: _, ...rest } = first as unknown as Record<string, unknown>;
    expect(() => parseEvent(rest)).toThrow();
  });
});

test('event types are words in the past tense, none twice', () => {
  expect(new Set(eventTypes).size).toBe(eventTypes.length);
  for (const type of eventTypes)
    expect(type).toMatch(/^[A-Z][A-Za-z]+(ed|Frozen|Held|Found|NotFound|Lost|Swept)$/);
});

describe('verification', () => {
  const at = (n: number) => present(stream[n]);
  const rehashed = (event: GrantEvent, over: Partial<GrantEvent>): GrantEvent => {
    const changed = { ...event, ...over } as GrantEvent;
    return { ...changed, hash: eventHash(changed) } as GrantEvent;
  };

  test('finds nothing in a whole chain, nor in an empty one', () => {
    expect(verifyChain(stream)).toBeUndefined();
    expect(verifyChain([])).toBeUndefined();
  });

  test.each(FIELDS)('finds an altered %s, in whichever event', (field) => {
    for (const n of stream.keys()) {
      const altered = { ...at(n), [field]: field === 'seq' ? 99 : 'f'.repeat(64) } as GrantEvent;
      expect(verifyChain(stream.with(n, altered))).toEqual(expect.any(String));
    }
  });

  test('finds an altered event whose hash was made anew, in the one that follows it', () => {
    const forged = rehashed(at(2), { correlationId: 'forged' });
    expect(verifyChain(stream.with(2, forged))).toMatch(/^event 4 /);
  });

  test.each([...stream.keys()].slice(0, -1))('finds that event %i was removed', (n) => {
    expect(verifyChain(stream.toSpliced(n, 1))).toEqual(expect.any(String));
  });

  test('finds that an event was removed and the others numbered anew', () => {
    const closed = stream.toSpliced(2, 1).map((event, n) => rehashed(event, { seq: n + 1 }));
    expect(verifyChain(closed)).toEqual(expect.any(String));
  });

  test('finds that two events changed places, with and without their numbers', () => {
    const swapped = stream.with(2, at(3)).with(3, at(2));
    expect(verifyChain(swapped)).toEqual(expect.any(String));
    const numbered = stream.with(2, rehashed(at(3), { seq: 3 })).with(3, rehashed(at(2), { seq: 4 }));
    expect(verifyChain(numbered)).toEqual(expect.any(String));
  });

  test.each([...stream.keys()])('finds an event inserted before event %i', (n) => {
    expect(verifyChain(stream.toSpliced(n, 0, at(n)))).toEqual(expect.any(String));
    const fitting = rehashed(at(n), {
      prevHash: n === 0 ? '0'.repeat(64) : at(n - 1).hash,
      correlationId: 'x',
    });
    expect(verifyChain(stream.toSpliced(n, 0, fitting))).toEqual(expect.any(String));
  });

  test('finds an event of another grant, even one that is linked and hashed', () => {
    const other = asGrantId(GRANT_ID.replace('gr_h', 'gr_a'));
    const last = stream.length - 1;
    expect(verifyChain(stream.with(last, rehashed(at(last), { grantId: other })))).toEqual(
      expect.any(String),
    );
  });

  test('finds a gap in the numbers of events that are linked and hashed', () => {
    const last = stream.length - 1;
    expect(verifyChain(stream.with(last, rehashed(at(last), { seq: stream.length + 1 })))).toEqual(
      expect.any(String),
    );
  });

  test('finds a first event that follows another', () => {
    expect(verifyChain([rehashed(first, { prevHash: 'a'.repeat(64) })])).toEqual(expect.any(String));
  });
});
