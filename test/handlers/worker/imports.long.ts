import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { callsOf } from '../../support/adapters/environment.ts';
import { DeliveryWorld, deliveryAbout, HOUR } from '../../support/handlers/delivery-world.ts';

let world: DeliveryWorld;
beforeEach(async () => {
  world = await DeliveryWorld.open();
});
afterEach(() => world.close());

/** Calls with a credential in the busiest hour. */
async function busiestHour(): Promise<number> {
  const times = (await callsOf(world.sandbox.url))
    .filter(({ path }) => !String(path).includes('.well-known'))
    .map(({ at }) => Date.parse(String(at)));
  const starts = new Set(times);
  return Math.max(...[...starts].map((from) => times.filter((at) => at >= from && at < from + HOUR).length));
}

test('an import of 300 repositories through a spell of 429 ends with a grant for each, within the limits, and with no message left over', async () => {
  const uuids: string[] = [];
  for (let n = 0; n < 300; n += 1) uuids.push(await world.create(`shop-${n}`));
  await world.fault({ effect: 'throttle', retryAfter: 1800 });
  await Promise.all(uuids.map((uuid) => world.invokeWorker(deliveryAbout(uuid))));
  // A limit that is said costs each delivery one call.
  expect(await busiestHour()).toBeLessThanOrEqual(300);
  await world.minutes(45);
  await world.endFaults();
  for (let n = 0; world.isAnythingDue() && n < 300; n += 1) {
    expect((await world.minute()).handed.length).toBeLessThanOrEqual(3);
  }
  expect([world.postponed(), world.dead]).toEqual([[], []]);
  expect(await busiestHour()).toBeLessThanOrEqual(1000);
  const granted = [...world.grants.rows.values()].flatMap(({ projected }) =>
    projected ? [[projected.grant.request.intent.repository.uuid, projected.grant.state]] : [],
  );
  expect(granted.toSorted()).toEqual(uuids.toSorted().map((uuid) => [uuid, 'active']));
}, 120_000);

test.each([
  ['429', { effect: 'throttle' }],
  ['403', { effect: 'forbid' }],
])(
  'a delivery that meets %s for three days is given up: an error says so, the queue keeps it, and no row is left',
  async (_, fault) => {
    const uuid = await world.create('shop-never');
    await world.fault(fault);
    await world.invokeWorker(deliveryAbout(uuid));
    for (let n = 0; n < 80 * 60 && world.dead.length === 0; n += 1) await world.minute();
    expect(world.dead).toMatchObject([{ repository: { uuid } }]);
    expect(world.errors).toContain('DELIVERY_GIVEN_UP');
    expect(world.measured).toContainEqual({ DeliveriesGivenUp: 1 });
    expect(world.postponed()).toEqual([]);
    for (let n = 0; n < 120; n += 1) expect((await world.minute()).due).toBe(0);
  },
  60_000,
);
