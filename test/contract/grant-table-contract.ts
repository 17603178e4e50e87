import { beforeEach, describe, expect, test } from '@jest/globals';
import type { GrantTable } from '../../domain/grants/stores.ts';
import type { GrantId } from '../../domain/shared/identifiers.ts';
import type { Instant } from '../../domain/shared/time.ts';
import {
  ACCOUNT,
  type GrantFields,
  grantIdNumber,
  grantOf,
  repositoryNumber,
} from '../support/adapters/events.ts';
import { asInstant, asRepositoryUuid } from '../support/identifiers.ts';
import { listAll } from '../support/stores/listed.ts';

/** Two handles on one table that is empty at first. */
export type OpenGrantTable = () => Promise<{ table: GrantTable; second: GrantTable }>;

const GRANT = grantIdNumber(1);
const at = (time: string) => asInstant(`2026-11-23T${time}.000Z`);
const EVER = asInstant('9999-12-31T23:59:59.999Z');
const EARLY = at('09:00:00');
const LATER = at('09:10:00');
const LAST = at('09:20:00');

/** What every grant table keeps to: rows, what is due, and leases. */
export function grantTableContract(name: string, open: OpenGrantTable): void {
  describe(`grant table ${name}`, () => {
    let table: GrantTable;
    let second: GrantTable;

    beforeEach(async () => {
      ({ table, second } = await open());
    });

    const due = async (grantId: GrantId) =>
      (await table.listDue(EVER, 100)).find((row) => row.grantId === grantId)?.dueAt;

    const project = (seq: number, fields: GrantFields = {}, dueAt?: Instant) =>
      table.project({
        grantId: grantIdNumber(fields.n ?? 1),
        seq,
        grant: grantOf(fields),
        dueAt: dueAt,
      });
    const shown = async () => (await listAll(table)).map(({ state }) => state);

    describe('rows', () => {
      test('a projected grant is listed exactly as it was', async () => {
        const grant = grantOf({ names: ['acme/shop', 'acme/store'] });
        await table.project({ grantId: grant.id, seq: 3, grant, dueAt: LATER });
        expect(await listAll(second)).toEqual([grant]);
        expect(await due(GRANT)).toBe(LATER);
      });

      test('a row that was made before its first event is due and never listed', async () => {
        await table.markDue(GRANT, 1, EARLY);
        expect(await due(GRANT)).toBe(EARLY);
        expect(await listAll(table)).toEqual([]);
        expect(await listAll(table, { by: 'repository', value: repositoryNumber(1) })).toEqual([]);
        expect(await table.listLive(repositoryNumber(1), ACCOUNT)).toEqual([]);
      });

      test('an older seq never overwrites a newer one, whoever writes last', async () => {
        await project(5, { state: 'revoked' });
        await second.project({
          grantId: GRANT,
          seq: 4,
          grant: grantOf({ state: 'active' }),
          dueAt: EARLY,
        });
        expect(await shown()).toEqual(['revoked']);
        expect(await due(GRANT)).toBeUndefined();
      });

      test('a newer seq replaces the row', async () => {
        await project(4, { state: 'provisioning' }, EARLY);
        await project(5, { state: 'active' }, LATER);
        expect(await shown()).toEqual(['active']);
        expect(await due(GRANT)).toBe(LATER);
      });

      test('of 20 concurrent projections the newest stays', async () => {
        const seqs = Array.from({ length: 20 }, (_, n) => ((n * 7) % 20) + 1);
        await Promise.all(seqs.map((seq) => project(seq, { state: seq === 20 ? 'failed' : 'active' })));
        expect(await shown()).toEqual(['failed']);
      });
    });

    describe('what is due', () => {
      test('a projection of what was awaited clears the due time, or moves it', async () => {
        await table.markDue(GRANT, 2, EARLY);
        await project(2, {}, LATER);
        expect(await due(GRANT)).toBe(LATER);
        await project(3);
        expect(await due(GRANT)).toBeUndefined();
      });

      test('a projection older than what is awaited is shown, and leaves the due time', async () => {
        await table.markDue(GRANT, 6, EARLY);
        await project(5, { state: 'active' });
        expect(await shown()).toEqual(['active']);
        expect(await due(GRANT)).toBe(EARLY);
        await project(5, { state: 'active' }, LATER);
        expect(await due(GRANT)).toBe(EARLY);
      });

      test('a projection of the same seq can be repeated, with another due time', async () => {
        await project(5, {}, EARLY);
        await project(5, {}, LATER);
        expect(await due(GRANT)).toBe(LATER);
        await project(5);
        expect(await due(GRANT)).toBeUndefined();
      });

      test('an earlier seq never takes back what a later one awaits', async () => {
        await table.markDue(GRANT, 7, EARLY);
        await second.markDue(GRANT, 6, LATER);
        expect(await due(GRANT)).toBe(EARLY);
      });

      test('a late mark for an event that is projected already changes nothing', async () => {
        await project(7, {}, EARLY);
        await second.markDue(GRANT, 5, LAST);
        await second.markDue(GRANT, 7, LAST);
        expect(await due(GRANT)).toBe(EARLY);
        await second.markDue(GRANT, 8, LATER);
        expect(await due(GRANT)).toBe(LATER);
      });

      test('one writer finishes between the row and the append of another: its event is still due', async () => {
        await project(4, { state: 'active' });
        // The slow writer will append 6; the fast one writes 5, finds nothing left to do, and projects it.
        await table.markDue(GRANT, 5, EARLY);
        await second.markDue(GRANT, 6, LATER);
        await project(5, { state: 'active' });
        expect(await due(GRANT)).toBe(LATER);
        // Here the slow writer appends 6 and dies. Whoever looks at what is due projects it in the end.
        await project(6, { state: 'revoked' });
        expect(await due(GRANT)).toBeUndefined();
        expect(await shown()).toEqual(['revoked']);
      });

      test('the loser of a seq forgets nothing of the winner and is due again with its next one', async () => {
        await Promise.all([table.markDue(GRANT, 1, EARLY), second.markDue(GRANT, 1, EARLY)]);
        await project(1, { state: 'provisioning' }, LATER);
        expect(await due(GRANT)).toBe(LATER);
        await second.markDue(GRANT, 2, LAST);
        await project(1, { state: 'provisioning' });
        expect(await due(GRANT)).toBe(LAST);
      });
    });

    describe('leases', () => {
      test('a grant that nobody knows has no lease to take', async () => {
        expect(await table.takeLease(GRANT, 'one', EARLY, LATER)).toBe(false);
        await table.releaseLease(GRANT, 'one');
        expect(await due(GRANT)).toBeUndefined();
      });

      test('of 20 that want the lease exactly one gets it', async () => {
        await table.markDue(GRANT, 1, EARLY);
        const takers = Array.from({ length: 20 }, (_, n) =>
          (n % 2 ? table : second).takeLease(GRANT, `owner-${n}`, EARLY, LATER),
        );
        expect((await Promise.all(takers)).filter(Boolean)).toHaveLength(1);
      });

      test('a lease that claims more than any function lives is none', async () => {
        await table.markDue(GRANT, 1, EARLY);
        expect(await table.takeLease(GRANT, 'forged', EARLY, asInstant('9999-01-01T00:00:00.000Z'))).toBe(
          true,
        );
        expect(await second.takeLease(GRANT, 'two', EARLY, LATER)).toBe(true);
      });

      test('a lease is held until its end and can be taken after it', async () => {
        await project(1);
        expect(await table.takeLease(GRANT, 'one', EARLY, LATER)).toBe(true);
        expect(await second.takeLease(GRANT, 'two', at('09:09:59'), LAST)).toBe(false);
        expect(await second.takeLease(GRANT, 'two', at('09:10:01'), LAST)).toBe(true);
        expect(await table.takeLease(GRANT, 'one', at('09:15:00'), LAST)).toBe(false);
      });

      test('whoever holds the lease may ask for it again: the reply may have been lost', async () => {
        await project(1);
        expect(await table.takeLease(GRANT, 'one', EARLY, LATER)).toBe(true);
        expect(await table.takeLease(GRANT, 'one', EARLY, LATER)).toBe(true);
      });

      test('only the owner releases a lease', async () => {
        await project(1);
        await table.takeLease(GRANT, 'one', EARLY, LATER);
        await second.releaseLease(GRANT, 'two');
        expect(await second.takeLease(GRANT, 'two', EARLY, LATER)).toBe(false);
        await table.releaseLease(GRANT, 'one');
        expect(await second.takeLease(GRANT, 'two', EARLY, LATER)).toBe(true);
      });

      test('the hold of a repository is marked by the latest event, and shown beside the ids of its grants', async () => {
        const [held, free] = [asRepositoryUuid(repositoryNumber(71)), asRepositoryUuid(repositoryNumber(72))];
        const hold = { by: { kind: 'person' as const, id: 'ada@acme.example' }, at: EARLY, reason: 'Leaked' };
        await table.enrol(held, GRANT, []);
        await table.markRepositoryHold(held, { seq: 2, hold });
        await second.markRepositoryHold(held, { seq: 1, hold: undefined });
        expect(await second.repositoryHolds([held, free])).toEqual(new Map([[held, hold]]));
        expect(await second.repositoryHolds([held])).toEqual(new Map([[held, hold]]));
        expect(await table.listEnrolled(held)).toEqual([GRANT]);
        await second.markRepositoryHold(held, { seq: 3, hold: undefined });
        await table.markRepositoryHold(held, { seq: 2, hold });
        expect(await table.repositoryHolds([held, free])).toEqual(new Map());
        await table.markRepositoryHold(held, { seq: 4, hold });
        expect(await second.repositoryHolds([free, held])).toEqual(new Map([[held, hold]]));
      });

      test('a lease survives every projection and mark, and hides no row', async () => {
        await project(1);
        await table.takeLease(GRANT, 'one', EARLY, LAST);
        await project(2, { state: 'revoking' }, LATER);
        await table.markDue(GRANT, 3, LAST);
        expect(await second.takeLease(GRANT, 'two', LATER, LAST)).toBe(false);
        expect(await shown()).toEqual(['revoking']);
      });
    });
  });
}
