import { describe, expect, test } from '@jest/globals';
import type { GrantTable } from '../../domain/grants/stores.ts';
import { FakeCheckpointStore, FakeEventLog, FakeGrantTable } from '../support/domain/fakes/store.ts';
import { GRANT_ID } from '../support/domain/samples.ts';
import { eventsOf } from '../support/domain/streams/stored.ts';
import { asInstant } from '../support/identifiers.ts';
import { asks, type Decide, finishes, forgottenWork, revokes, stillClock, writer } from './row-world.ts';
import { everyOrder, someOrders, Turnstile } from './turnstile.ts';

/** Two writers are explored in every order; of more, so many orders are drawn. */
const DRAWN = 250;
const SEED = 20_270_115;

type Scene = { before: Decide[]; writers: Decide[] };

/** Runs the writers in many orders. `forgotten` is how the row first forgets work. */
async function explore(
  { before, writers }: Scene,
  wrap: (grants: GrantTable) => GrantTable = (grants) => grants,
): Promise<{ orders: number; forgotten: string | undefined }> {
  let forgotten: string | undefined;
  const story = async (choose: (waiting: number) => number) => {
    if (forgotten) return;
    const log = new FakeEventLog([]);
    const grants = new FakeGrantTable();
    const [clock, checkpoints] = [stillClock(), new FakeCheckpointStore()];
    for (const decide of before) await writer({ clock, log, grants, checkpoints }, GRANT_ID, decide);
    const turnstile = new Turnstile();
    for (const [n, decide] of writers.entries()) {
      const guarded = {
        log: turnstile.guard(`${n}`, log),
        grants: turnstile.guard(`${n}`, wrap(grants)),
      };
      void writer({ clock, checkpoints, ...guarded }, GRANT_ID, decide);
    }
    await turnstile.run(choose, async () => {
      forgotten ??= await forgottenWork(log, grants, GRANT_ID);
    });
  };
  const orders = writers.length > 2 ? await someOrders(DRAWN, SEED, story) : await everyOrder(story);
  return { orders, forgotten };
}

describe('a row never forgets work, in whatever order', () => {
  test.each<[string, Scene]>([
    ['two edges begin a new grant', { before: [], writers: [asks, asks] }],
    ['three edges begin a new grant', { before: [], writers: [asks, asks, asks] }],
    ['a provisioner ends while an edge looks', { before: [asks], writers: [finishes, asks] }],
    ['a provisioner ends while an edge revokes', { before: [asks], writers: [finishes, revokes] }],
    ['two provisioners end the same work', { before: [asks], writers: [finishes, finishes] }],
    ['edges begin again what a provisioner ends', { before: [asks], writers: [finishes, asks, asks] }],
    [
      'a grant that failed begins again under three hands',
      { before: [asks, finishes], writers: [asks, revokes, finishes] },
    ],
  ])('%s', async (_, scene) => {
    const { orders, forgotten } = await explore(scene);
    expect(forgotten).toBeUndefined();
    expect(orders).toBeGreaterThan(10);
  });

  test('one writer finishes between the mark and the append of another', async () => {
    const log = new FakeEventLog([]);
    const grants = new FakeGrantTable();
    const clock = stillClock();
    const ports = { clock, log, grants, checkpoints: new FakeCheckpointStore() };
    let hasCome = false;
    log.beforeAppend = async () => {
      if (hasCome) return;
      hasCome = true;
      await writer(ports, GRANT_ID, asks);
      await writer(ports, GRANT_ID, finishes);
      expect(await grants.listDue(asInstant('9999-12-31T23:59:59.999Z'), 1)).toEqual([]);
    };
    await writer(ports, GRANT_ID, asks);
    expect((await eventsOf(log, GRANT_ID)).map(({ type }) => type)).toEqual([
      'GrantRequested',
      'ProvisioningFailed',
      'GrantRequested',
    ]);
    expect(await grants.listDue(asInstant('9999-12-31T23:59:59.999Z'), 1)).toEqual([
      expect.objectContaining({ dueSeq: 3 }),
    ]);
  });
});

/** A table in which a defect is planted. */
const planted = (defect: (grants: GrantTable) => Partial<GrantTable>) => (grants: GrantTable) => {
  const changed = defect(grants);
  return new Proxy(grants, {
    get(target, name) {
      if (name in changed) return Reflect.get(changed, name);
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};

describe('the exploration finds a row that forgets work when', () => {
  test.each<[string, Scene, (grants: GrantTable) => Partial<GrantTable>]>([
    [
      'nothing is marked before an append',
      { before: [], writers: [asks, asks] },
      () => ({ markDue: async () => {} }),
    ],
    [
      'a projection clears what a later event is awaited for',
      { before: [asks], writers: [finishes, asks, asks] },
      (grants) => ({
        async project(row) {
          await grants.project(row);
          const [due] = row.dueAt ? [] : await grants.listDue(asInstant('9999-12-31T23:59:59.999Z'), 1);
          if (!due) return;
          await grants.forgetDue(due);
          await grants.project(row);
        },
      }),
    ],
    [
      'an older projection replaces a newer one',
      { before: [asks], writers: [finishes, asks, asks] },
      (grants) => ({ project: (row) => grants.project({ ...row, seq: 99 }) }),
    ],
    [
      'a mark is cleared before its writer is certainly dead',
      { before: [], writers: [asks, asks] },
      (grants) => ({
        async markDue(grantId, dueSeq, dueAt) {
          await grants.markDue(grantId, dueSeq, dueAt);
          await grants.forgetDue({ grantId, dueAt, dueSeq, attempts: 0 });
        },
      }),
    ],
  ])('%s', async (_, scene, defect) => {
    expect((await explore(scene, planted(defect))).forgotten).toBeDefined();
  });
});
