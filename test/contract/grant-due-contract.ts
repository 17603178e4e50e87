import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DueRow, GrantTable } from '../../domain/grants/stores.ts';
import type { Instant } from '../../domain/shared/time.ts';
import { forEachItem } from '../support/adapters/batches.ts';
import { grantIdNumber, grantOf } from '../support/adapters/events.ts';
import { asInstant, asStreamId } from '../support/identifiers.ts';
import type { OpenGrantTable } from './grant-table-contract.ts';

const at = (minute: number) => asInstant(new Date(Date.UTC(2026, 10, 23, 9, minute)).toISOString());
const GRANT = grantIdNumber(1);

/** What every grant table keeps to, for the list of what is due. */
export function grantDueContract(name: string, open: OpenGrantTable): void {
  retryContract(name, open);
  let table: GrantTable;
  let second: GrantTable;

  const project = (seq: number, dueAt?: Instant) =>
    table.project({ grantId: GRANT, seq, grant: grantOf(), dueAt });

  describe(`grant table ${name}, the list of what is due`, () => {
    beforeEach(async () => {
      ({ table, second } = await open());
    });

    test('holds what is due by now, and nothing later', async () => {
      await table.markDue(GRANT, 1, at(10));
      expect(await second.listDue(at(9), 10)).toEqual([]);
      const row = { grantId: GRANT, dueAt: at(10), dueSeq: 1, attempts: 0 };
      expect(await second.listDue(at(10), 10)).toEqual([row]);
      expect(await second.listDue(at(11), 10)).toEqual([row]);
    });

    test('has the longest waiting first, each once, in pages of any size', async () => {
      const rows = Array.from({ length: 25 }, (_, n) => ({
        grantId: grantIdNumber(n),
        dueAt: at(((n * 7) % 25) % 9),
        dueSeq: n + 1,
        attempts: 0,
      }));
      await forEachItem(rows, (row) => table.markDue(asStreamId(row.grantId), row.dueSeq, row.dueAt));
      for (const limit of [1, 4, 100]) {
        const found: DueRow[] = [];
        for (let page: DueRow[] = [], pages = 0; pages < 30; pages += 1) {
          page = await table.listDue(at(59), limit, page.at(-1));
          expect(page.length).toBeLessThanOrEqual(limit);
          if (page.length === 0) break;
          found.push(...page);
        }
        const times = found.map(({ dueAt }) => dueAt);
        expect(times).toEqual([...times].sort());
        const ids = (all: DueRow[]) => all.map(({ grantId, dueSeq }) => `${grantId}/${dueSeq}`).sort();
        expect(ids(found)).toEqual(ids(rows));
      }
    });

    test('keeps a postponed delivery, whose id is its content, until it is removed', async () => {
      const uuid = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
      const text = JSON.stringify({
        event: 'repo:created',
        deliveryId: 'x'.repeat(64),
        repository: { uuid },
      });
      const id = `delivery#${text}` as ReturnType<typeof asStreamId>;
      await table.markDue(id, 0, at(1));
      const row = { grantId: id, dueAt: at(1), dueSeq: 0, attempts: 0 };
      expect(await second.listDue(at(1), 10)).toEqual([row]);
      await second.postpone(row, at(2));
      await table.removeRow(row);
      const later = { ...row, dueAt: at(2), attempts: 1 };
      expect([await table.listDue(at(1), 10), await table.listDue(at(2), 10)]).toEqual([[], [later]]);
      await table.removeRow(later);
      expect(await second.listDue(at(59), 10)).toEqual([]);
      // No row is left that a repetition could move: only a new delivery is kept again, from its first attempt.
      await second.postpone(later, at(9));
      await table.removeRow(later);
      expect(await second.listDue(at(59), 10)).toEqual([]);
      await table.markDue(id, 0, at(3));
      expect(await second.listDue(at(59), 10)).toEqual([{ ...row, dueAt: at(3) }]);
    });

    test('keeps the earliest time that several writers want of a row that is no grant’s', async () => {
      const id = `remind#${GRANT}#7` as ReturnType<typeof asStreamId>;
      for (const minute of [9, 4, 6]) await table.markDueBy(id, at(minute));
      const row = { grantId: id, dueAt: at(4), dueSeq: 0, attempts: 0 };
      expect(await second.listDue(at(59), 10)).toEqual([row]);
      await second.postpone(row, at(8));
      await table.removeRow({ ...row, dueAt: at(8) });
      expect(await second.listDue(at(59), 10)).toEqual([]);
    });

    test('removes no row that was projected', async () => {
      await project(5, at(1));
      const [row] = await table.listDue(at(59), 10);
      if (!row) throw new Error('nothing is due');
      await table.removeRow(row);
      expect(await second.listDue(at(59), 10)).toEqual([row]);
    });

    test('says which event was awaited, also after another projection', async () => {
      await table.markDue(GRANT, 6, at(1));
      await project(5, at(30));
      expect(await table.listDue(at(59), 10)).toEqual([
        { grantId: GRANT, dueAt: at(1), dueSeq: 6, attempts: 0 },
      ]);
    });

    test('has a grant that was never marked, too: it awaits no event', async () => {
      await project(5, at(1));
      const [row] = await table.listDue(at(59), 10);
      expect(row).toMatchObject({ grantId: GRANT, dueAt: at(1) });
      expect(row?.dueSeq).toBeLessThanOrEqual(5);
    });

    test('forgets a grant whose first event never came', async () => {
      await table.markDue(GRANT, 1, at(1));
      await table.forgetDue({ grantId: GRANT, dueAt: at(1), dueSeq: 1, attempts: 0 });
      expect(await table.listDue(at(59), 10)).toEqual([]);
      await table.markDue(GRANT, 1, at(2));
      expect(await table.listDue(at(59), 10)).toHaveLength(1);
    });

    test('forgets nothing that says another time or awaits another event by now', async () => {
      await table.markDue(GRANT, 2, at(2));
      await table.forgetDue({ grantId: GRANT, dueAt: at(1), dueSeq: 2, attempts: 0 });
      await table.forgetDue({ grantId: GRANT, dueAt: at(2), dueSeq: 1, attempts: 0 });
      await table.forgetDue({ grantId: grantIdNumber(2), dueAt: at(2), dueSeq: 2, attempts: 0 });
      expect(await table.listDue(at(59), 10)).toEqual([
        { grantId: GRANT, dueAt: at(2), dueSeq: 2, attempts: 0 },
      ]);
    });

    test('an event that never came does not hide the due time of the grant itself', async () => {
      await project(4, at(30));
      await second.markDue(GRANT, 5, at(1));
      await table.forgetDue({ grantId: GRANT, dueAt: at(1), dueSeq: 5, attempts: 0 });
      // Whoever forgets may die here: until the row is projected again it stays in the list.
      expect(await table.listDue(at(59), 10)).toHaveLength(1);
      await project(4, at(30));
      expect(await table.listDue(at(59), 10)).toMatchObject([{ dueAt: at(30) }]);
      await project(4);
      expect(await table.listDue(at(59), 10)).toEqual([]);
    });
  });
}

/** What every grant table keeps to, for due rows whose work is not done. */
function retryContract(name: string, open: OpenGrantTable): void {
  let table: GrantTable;
  const dueRow = async () => {
    const [row] = await table.listDue(at(59), 10);
    if (!row) throw new Error('nothing is due');
    return row;
  };

  describe(`due rows of grant table ${name} that were tried`, () => {
    beforeEach(async () => {
      ({ table } = await open());
    });

    test('are due later, and know how often they were tried', async () => {
      await table.markDue(GRANT, 1, at(1));
      await table.postpone(await dueRow(), at(5));
      await table.postpone(await dueRow(), at(9));
      expect(await dueRow()).toEqual({ grantId: GRANT, dueAt: at(9), dueSeq: 1, attempts: 2 });
      expect(await table.listDue(at(8), 10)).toEqual([]);
    });

    test('are not postponed where another event is awaited, or where they are due later', async () => {
      await table.markDue(GRANT, 1, at(1));
      const row = await dueRow();
      await table.postpone(row, at(1));
      await table.markDue(GRANT, 2, at(3));
      await table.postpone(row, at(9));
      expect(await dueRow()).toEqual({ grantId: GRANT, dueAt: at(3), dueSeq: 2, attempts: 0 });
    });

    test('are not made due by being postponed', async () => {
      await table.markDue(GRANT, 1, at(1));
      const row = await dueRow();
      await table.project({ grantId: GRANT, seq: 1, grant: grantOf() });
      await table.postpone(row, at(9));
      expect(await table.listDue(at(59), 10)).toEqual([]);
    });

    test('begin anew with new work', async () => {
      await table.markDue(GRANT, 1, at(1));
      await table.postpone(await dueRow(), at(5));
      await table.markDue(GRANT, 2, at(2));
      expect(await dueRow()).toEqual({ grantId: GRANT, dueAt: at(2), dueSeq: 2, attempts: 0 });
    });

    test('are dropped, also with a projected grant, unless they say another time by now', async () => {
      await table.project({ grantId: GRANT, seq: 1, grant: grantOf(), dueAt: at(1) });
      const row = await dueRow();
      await table.dropDue({ ...row, dueAt: at(2) });
      expect(await table.listDue(at(59), 10)).toHaveLength(1);
      await table.dropDue(row);
      expect(await table.listDue(at(59), 10)).toEqual([]);
    });
  });
}
