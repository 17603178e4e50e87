import { beforeEach, expect, test } from '@jest/globals';
import { reconcile } from '../../../../domain/use-cases/reconcile.ts';
import { grantIdNumber } from '../../../support/adapters/events.ts';
import { World } from '../../../support/domain/fakes/fakes.ts';
import { GRANT_ID, present } from '../../../support/domain/samples.ts';
import { breakStream, spoil } from '../../../support/domain/streams/broken-streams.ts';
import { asEpoch } from '../../../support/identifiers.ts';

let world: World;
let failures: string[];
beforeEach(() => {
  world = new World();
  failures = [];
});

const pass = (seconds = Number.POSITIVE_INFINITY) =>
  reconcile(
    {
      ...world.requestPorts,
      worker: world.worker,
      reportFailure: (id) => failures.push(id),
      reportStopped: () => {},
    },
    { correlationId: 'pass', deadline: asEpoch(world.clock.now() + seconds * 1000) },
  );
const dueNow = async () =>
  (await world.grants.listDue(world.clock.instant(), 100)).map(({ grantId }) => grantId);

test('a due row without a stream is forgotten, also one that claims a state', async () => {
  await world.request();
  const row = structuredClone(present(world.grants.rows.get(GRANT_ID)));
  const [lone, claiming] = [grantIdNumber(1), grantIdNumber(2)];
  await world.grants.markDue(lone, 1, world.clock.instant());
  world.grants.rows.set(claiming, { ...row, dueAt: world.clock.instant(), dueSeq: 1 });
  world.clock.advance(901_000);
  await pass();
  world.clock.advance(86_400_000);
  expect(await dueNow()).toEqual([]);
});

test('a due row without a stream is forgotten also where it awaits no event, and takes no second look meanwhile', async () => {
  const lone = Array.from({ length: 3 }, (_, n) => grantIdNumber(n + 1));
  for (const id of lone) world.grants.rows.set(id, { dueAt: world.clock.instant() });
  world.clock.advance(901_000);
  expect(await pass()).toMatchObject({ due: 3, settled: 3 });
  expect(await dueNow()).toEqual([]);
});

test('rows that never settle come after those that were not tried, and each a bounded time', async () => {
  const bad = Array.from({ length: 60 }, (_, n) => grantIdNumber(n + 1));
  for (const id of bad) {
    await world.grants.markDue(id, 1, world.clock.instant());
    world.log.streams.set(id, ['{']);
  }
  world.clock.advance(61_000);
  await pass();
  expect(failures).toHaveLength(60);
  world.clock.advance(61_000);
  await world.request();
  await world.grants.markDue(GRANT_ID, 99, world.clock.instant());
  failures = [];
  await pass();
  expect(failures).toHaveLength(20);
});

test('a pass that has time for one row takes the one that was not tried', async () => {
  const bad = grantIdNumber(1);
  await world.grants.markDue(bad, 1, world.clock.instant());
  world.log.streams.set(bad, ['{']);
  await pass();
  world.clock.advance(120_000);
  await world.request();
  const load = world.log.loadFrom.bind(world.log);
  const read: string[] = [];
  world.log.loadFrom = (id, ...rest) => {
    read.push(id);
    world.clock.advance(10_000);
    return load(id, ...rest);
  };
  await world.grants.markDue(GRANT_ID, 99, world.clock.instant());
  await pass(5);
  expect(read[0]).toBe(GRANT_ID);
  expect(read).not.toContain(bad);
});

test('a row that never settles is tried at most hourly in the end, and at once where new work comes', async () => {
  await world.request();
  spoil(world, '{');
  await world.grants.markDue(GRANT_ID, 99, world.clock.instant());
  const gaps: number[] = [];
  for (let tries = 0, last = world.clock.now(); tries < 14; ) {
    world.clock.advance(30_000);
    failures = [];
    await pass();
    if (failures.length === 0) continue;
    gaps.push((world.clock.now() - last) / 1000);
    last = world.clock.now();
    tries += 1;
  }
  expect(gaps.slice(-2)).toEqual([3600, 3600]);
  expect(Math.max(...gaps.slice(0, 4))).toBeLessThanOrEqual(60);
  await world.grants.markDue(GRANT_ID, 100, world.clock.instant());
  expect(await dueNow()).toEqual([GRANT_ID]);
});

test('a grant that cannot be read keeps no other one from its expiry', async () => {
  await world.request({ expiresIn: 'PT1H' });
  await world.request({ expiresIn: 'PT1H', name: 'second' });
  breakStream(world, () => ['{']);
  world.clock.advance(3_600_000);
  expect(await pass()).toMatchObject({ due: 2, settled: 1, unfinished: 1, unreadable: 1 });
});

test('several grants are worked on side by side, and no more than the budget', async () => {
  const ids = Array.from({ length: 40 }, (_, n) => grantIdNumber(n + 1));
  for (const id of ids) await world.grants.markDue(id, 1, world.clock.instant());
  world.clock.advance(901_000);
  let [underWay, most] = [0, 0];
  const { loadFrom } = world.log;
  world.log.loadFrom = async (...given) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise(setImmediate);
    underWay -= 1;
    return loadFrom.apply(world.log, given);
  };
  expect(await pass()).toMatchObject({ due: 40, settled: 40 });
  expect(most).toBe(5);
});
