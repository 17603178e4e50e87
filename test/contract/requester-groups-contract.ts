import { describe, expect, test } from '@jest/globals';
import type { RequesterGroups, RequesterKey } from '../../domain/access/requester-groups.ts';
import { asGrantId, asInstant } from '../support/identifiers.ts';

const LAPSES_AT = asInstant('2026-12-31T00:00:00.000Z');
const keyOf = (over: Partial<RequesterKey> = {}): RequesterKey => ({
  grantId: asGrantId(`gr_${'a'.repeat(26)}`),
  planHash: 'b'.repeat(64),
  requester: { kind: 'person', id: 'ada@acme.example' },
  ...over,
});

/** What every store of requesters' groups promises. */
export function requesterGroupsContract(name: string, open: () => Promise<RequesterGroups>): void {
  describe(`the groups of requesters ${name}`, () => {
    test('are found as they were kept, also where there are none', async () => {
      const groups = await open();
      await groups.keep(keyOf(), ['platform', 'a#b'], LAPSES_AT);
      const none = keyOf({ planHash: 'c'.repeat(64) });
      await groups.keep(none, [], LAPSES_AT);
      expect([await groups.find(keyOf()), await groups.find(none)]).toEqual([['platform', 'a#b'], []]);
    });

    test.each<[string, Partial<RequesterKey>]>([
      ['grant', { grantId: asGrantId(`gr_${'z'.repeat(26)}`) }],
      ['plan', { planHash: 'd'.repeat(64) }],
      ['kind of principal', { requester: { kind: 'service', id: 'ada@acme.example' } }],
      ['principal', { requester: { kind: 'person', id: 'grace@acme.example' } }],
    ])('are those of one %s', async (_, other) => {
      const groups = await open();
      await groups.keep(keyOf(), ['platform'], LAPSES_AT);
      expect(await groups.find(keyOf(other))).toBeUndefined();
    });

    test('are the latest that were kept, and are forgotten, once or twice', async () => {
      const groups = await open();
      const key = keyOf({ planHash: 'e'.repeat(64) });
      await groups.keep(key, ['platform'], LAPSES_AT);
      await groups.keep(key, ['others'], LAPSES_AT);
      expect(await groups.find(key)).toEqual(['others']);
      await groups.forget(key);
      await groups.forget(key);
      expect(await groups.find(key)).toBeUndefined();
    });
  });
}
