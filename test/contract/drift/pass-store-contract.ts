import { expect, test } from '@jest/globals';
import { NOTHING_FOUND, type PassRecord, type PassStore } from '../../../domain/drift/passes.ts';
import { asAccountId, asInstant } from '../../support/identifiers.ts';

const ACCOUNT = asAccountId('111122223333');
const OTHER = asAccountId('444455556666');
const at = (minute: number) => asInstant(`2026-11-23T09:${String(minute).padStart(2, '0')}:00.000Z`);
const lease = (owner: string, minute: number) => ({ owner, now: at(minute), until: at(minute + 5) });

const position: PassRecord['position'] = {
  startedAt: at(0),
  phase: 'roles',
  after: 'a marker / of IAM',
  seen: ['abcdefghijkl', 'mnopqrstuvwx'],
  found: { ...NOTHING_FOUND, roles: 7 },
};

/** The promises of `PassStore`. */
export function passStoreContract(open: () => Promise<PassStore>): void {
  test('gives an empty record of an account that was never passed over', async () => {
    expect(await (await open()).take(ACCOUNT, lease('one', 0))).toEqual({});
  });

  test('gives an account to one run at a time, until it is given up or the lease is over', async () => {
    const store = await open();
    await store.take(ACCOUNT, lease('one', 0));
    expect(await store.take(ACCOUNT, lease('two', 1))).toBeUndefined();
    expect(await store.take(OTHER, lease('two', 1))).toEqual({});
    expect(await store.take(ACCOUNT, lease('two', 6))).toEqual({});
    await store.keep(ACCOUNT, 'two', {});
    expect(await store.take(ACCOUNT, lease('three', 7))).toEqual({});
  });

  test('keeps where a pass goes on and when the next one begins, and nothing else', async () => {
    const store = await open();
    for (const record of [{ position }, { nextAt: at(30) }, { position, nextAt: at(30) }, {}]) {
      await store.take(ACCOUNT, lease('one', 0));
      await store.keep(ACCOUNT, 'one', record);
      expect(await store.take(ACCOUNT, lease('one', 1))).toEqual(record);
    }
  });

  test('keeps nothing of a run that has lost its lease', async () => {
    const store = await open();
    await store.take(ACCOUNT, lease('one', 0));
    await store.take(ACCOUNT, lease('two', 6));
    await store.keep(ACCOUNT, 'one', { nextAt: at(30) });
    expect(await store.take(ACCOUNT, lease('two', 7))).toEqual({});
  });
}
