import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CursorBinding, cursorKeysIn, sealedCursors } from '../../../adapters/tokens/sealed-cursor.ts';
import { FakeClock } from '../../support/domain/fakes/store.ts';

const keyOf = (n: number) => Buffer.alloc(32, n);
const use: CursorBinding = {
  stage: 'rolewright-prod-grants',
  route: '/v1/grants',
  filters: { state: 'active', account: undefined },
  sort: 'newest',
  principal: 'person:ada@acme.example',
};
const AFTER = '2026-11-23T09:00:00.000Z#gr_hrq6egvaok6463yco36ybujl4g';

function cursorsOf(...keys: Buffer[]) {
  const clock = new FakeClock();
  return { clock, ...sealedCursors(async () => keys, clock) };
}

describe('a sealed cursor', () => {
  test('opens for the use that it was sealed for, and shows nothing of what is in it', async () => {
    const { seal, open } = cursorsOf(keyOf(1));
    const cursor = await seal(use, AFTER);
    expect(await open(use, cursor)).toBe(AFTER);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/2026|gr_|after/);
    expect(await seal(use, AFTER)).not.toBe(cursor);
  });

  test.each<[string, Partial<CursorBinding>]>([
    ['another stage', { stage: 'rolewright-test-grants' }],
    ['another route', { route: '/v1/events' }],
    ['other filters', { filters: { state: 'revoked' } }],
    ['fewer filters', { filters: {} }],
    ['another order', { sort: 'oldest' }],
    ['another caller', { principal: 'person:grace@acme.example' }],
    ['a caller of another kind', { principal: 'service:ada@acme.example' }],
  ])('does not open for %s', async (_, other) => {
    const { seal, open } = cursorsOf(keyOf(1));
    expect(await open({ ...use, ...other }, await seal(use, AFTER))).toBeUndefined();
  });

  test('lives for an hour', async () => {
    const { clock, seal, open } = cursorsOf(keyOf(1));
    const cursor = await seal(use, AFTER);
    clock.advance(3600_000 - 1);
    expect(await open(use, cursor)).toBe(AFTER);
    clock.advance(1);
    expect(await open(use, cursor)).toBeUndefined();
  });

  test('opens under either of two keys, and under no dropped one', async () => {
    const cursor = await cursorsOf(keyOf(1)).seal(use, AFTER);
    const rotating = cursorsOf(keyOf(2), keyOf(1));
    expect(await rotating.open(use, cursor)).toBe(AFTER);
    const next = await rotating.seal(use, AFTER);
    expect(await cursorsOf(keyOf(2)).open(use, next)).toBe(AFTER);
    expect(await cursorsOf(keyOf(2)).open(use, cursor)).toBeUndefined();
  });

  test('is none with any altered byte, and no text that was never sealed opens', async () => {
    const { seal, open } = cursorsOf(keyOf(1));
    const bytes = Buffer.from(await seal(use, AFTER), 'base64url');
    for (let n = 0; n < bytes.length; n += 1) {
      const altered = Buffer.from(bytes);
      altered[n] = (altered[n] ?? 0) ^ 1;
      expect([n, await open(use, altered.toString('base64url'))]).toEqual([n, undefined]);
      expect(await open(use, bytes.subarray(0, n).toString('base64url'))).toBeUndefined();
    }
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 120 }), async (text) => {
        expect(await open(use, text)).toBeUndefined();
      }),
    );
  });
});

describe('the keys of cursors', () => {
  const line = keyOf(1).toString('base64');

  test('are one a line, 32 bytes each in base64, blank lines aside', () => {
    expect(cursorKeysIn(`${line}\n\n${keyOf(2).toString('base64')}\n`)).toEqual([keyOf(1), keyOf(2)]);
  });

  test.each([
    ['nothing', ''],
    ['a short key', 'c2hvcnQ='],
    ['a short second key', `${line}\nc2hvcnQ=`],
  ])('are not %s', (_, text) => {
    expect(() => cursorKeysIn(text)).toThrow('32 bytes in base64');
  });
});
