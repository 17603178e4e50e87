import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { StreamId } from '../../../domain/shared/identifiers.ts';
import { PortError } from '../../../domain/shared/port-error.ts';
import { DeliveryWorld, deliveryAbout, MINUTE } from '../../support/handlers/delivery-world.ts';
import { asInstant, asRepositoryUuid } from '../../support/identifiers.ts';

let world: DeliveryWorld;
beforeEach(async () => {
  world = await DeliveryWorld.open();
});
afterEach(() => world.close());

const areOf = async (uuid: string) => (await world.grantsOf(uuid)).map(({ state }) => state);

describe('a delivery that cannot be followed now', () => {
  test.each<[string, object]>([
    ['Bitbucket’s rate limit', { effect: 'throttle' }],
    ['Bitbucket failing', { effect: 'error' }],
    ['a broken connection', { effect: 'drop' }],
    ['403', { effect: 'forbid' }],
    ['a workspace that is not shown', { effect: 'forbid', match: '/2.0/workspaces' }],
  ])('is kept until it can: %s', async (_, fault) => {
    const uuid = await world.create('shop-kept');
    await world.invokeWorker(deliveryAbout(uuid));
    expect(await areOf(uuid)).toEqual(['active']);
    await world.call('DELETE', 'repositories/acme/shop-kept');
    await world.fault(fault);
    await world.invokeWorker(deliveryAbout(uuid, 'repo:deleted'));
    await world.minutes(20);
    expect([await areOf(uuid), world.dead]).toEqual([['active'], []]);
    expect(world.postponed()).toHaveLength(1);
    await world.endFaults();
    await world.minutes(17);
    expect(await areOf(uuid)).toEqual(['revoked']);
    expect([world.postponed(), world.dead]).toEqual([[], []]);
  });

  test('is kept until another credential is stored', async () => {
    const uuid = await world.create('shop-late');
    await world.call('POST', 'credentials', { workspace: 'acme', kind: 'accessToken', revoked: true });
    await world.invokeWorker(deliveryAbout(uuid));
    await world.minutes(100);
    expect([await areOf(uuid), world.dead]).toEqual([[], []]);
    await world.call('POST', 'credentials', { workspace: 'acme', kind: 'accessToken', revoked: false });
    await world.minutes(61);
    expect(await areOf(uuid)).toEqual(['active']);
    expect(world.postponed()).toEqual([]);
  });

  test('is kept while its workspace is not configured, because a deployment may be rolled back', async () => {
    const uuid = await world.create('shop-back');
    const { configuration } = world;
    world.configuration = { ...configuration, workspaces: [] };
    await world.invokeWorker(deliveryAbout(uuid));
    world.configuration = configuration;
    await world.minutes(2);
    expect([await areOf(uuid), world.postponed(), world.dead]).toEqual([['active'], [], []]);
  });

  test('is kept where the account of a rule’s grant cannot be reached, and grants once it can', async () => {
    const uuid = await world.create('shop-far');
    const more = { certain: true, problemCode: 'ACCOUNT_UNREACHABLE' as const };
    const down = () => Promise.reject(new PortError('STS', 'DENIED', 'down', more));
    const open = world.iam.port.bind(world.iam);
    world.iam.port = (deadline) => ({
      ...open(deadline),
      roleQuota: down,
      findProvider: down,
      findRole: down,
    });
    await world.invokeWorker(deliveryAbout(uuid));
    expect(world.postponed()).toHaveLength(1);
    expect(await areOf(uuid)).toEqual(['failed']);
    world.iam.port = open;
    await world.minutes(3);
    expect([await areOf(uuid), world.postponed(), world.dead]).toEqual([['active'], [], []]);
  });

  test('is tried at growing intervals, an hour apart in the end', async () => {
    await world.fault({ effect: 'forbid' });
    await world.invokeWorker(deliveryAbout(await world.create('shop-slow')));
    const at: number[] = [];
    for (let n = 1; n <= 300; n += 1) if ((await world.minute()).handed.length > 0) at.push(n);
    const between = at.map((minute, n) => minute - (at[n - 1] ?? 0));
    expect(between).toEqual([...between].sort((a, b) => a - b));
    expect([between[0], between.at(-1)]).toEqual([1, 60]);
  });

  test('is no delivery whose failure is a bug: Lambda repeats that, and the queue keeps it', async () => {
    const uuid = await world.create('shop-bug');
    Object.assign(world.bitbucket, { findRepository: () => Promise.reject(new TypeError('a bug')) });
    await world.invokeWorker(deliveryAbout(uuid));
    expect([world.dead.length, world.postponed()]).toEqual([1, []]);
  });
});

test('deliveries of one workspace, whose credential is refused, delay none of another', async () => {
  const uuid = await world.create('shop-between');
  await world.call('POST', 'credentials', { workspace: 'globex', kind: 'oauthConsumer', revoked: true });
  for (let n = 100; n < 130; n += 1) {
    const other = asRepositoryUuid(`{00000000-0000-4000-8000-000000000${n}}`);
    await world.invokeWorker(deliveryAbout(other, 'repo:updated', 'globex'));
  }
  expect(world.postponed()).toHaveLength(30);
  world.clock.advance(10 * MINUTE);
  await world.fault({ effect: 'forbid' });
  await world.invokeWorker(deliveryAbout(uuid));
  await world.endFaults();
  await world.minutes(2);
  expect(await areOf(uuid)).toEqual(['active']);
});

test('a new repository that Bitbucket does not show for an hour was deleted: its delivery is done', async () => {
  const uuid = asRepositoryUuid('{00000000-0000-4000-8000-000000000001}');
  await world.invokeWorker(deliveryAbout(uuid));
  await world.minutes(45);
  expect(world.postponed()).toHaveLength(1);
  await world.minutes(30);
  expect([world.postponed(), world.dead, await areOf(uuid)]).toEqual([[], [], []]);
});

test('a row that no version can read is reported, and keeps no delivery waiting', async () => {
  const unreadable = 'delivery#{"source":"other"}' as StreamId;
  await world.grants.markDue(unreadable, 0, asInstant(new Date(0).toISOString()));
  const uuid = await world.create('shop-after');
  await world.fault({ effect: 'throttle', retryAfter: 60 });
  await world.invokeWorker(deliveryAbout(uuid));
  await world.endFaults();
  await world.minutes(3);
  expect(await areOf(uuid)).toEqual(['active']);
  expect(world.reported).toEqual([unreadable]);
});
