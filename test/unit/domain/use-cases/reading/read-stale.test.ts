import { beforeEach, describe, expect, test } from '@jest/globals';
import { livePage } from '../../../../../domain/use-cases/following/follow-repository.ts';
import { listGrants } from '../../../../../domain/use-cases/reading/list-grants.ts';
import { grantRequest, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import { GRANT_ID, production } from '../../../../support/domain/samples.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.request();
  world.clock.advance(1000);
  await world.request(grantRequest({ environment: production.name }));
});

const listed = async () =>
  (await listGrants(world.requestPorts, platform, { filter: {}, limit: 25 })).grants.map(({ id }) => id);
const staleNow = async () => [...world.grants.stale.keys()];

describe('a list that meets a stale row', () => {
  test('shows the grant from its log, in its place, and projects the row again', async () => {
    const before = await listed();
    expect(before).toHaveLength(2);
    world.grants.stale.set(GRANT_ID, 'version');
    expect(await listed()).toEqual(before);
    expect([await staleNow(), world.unreadable]).toEqual([[], []]);
  });

  test('reports a row whose content is not what was written, and shows the grant all the same', async () => {
    const before = await listed();
    world.grants.stale.set(GRANT_ID, 'content');
    expect(await listed()).toEqual(before);
    expect([await staleNow(), world.unreadable]).toEqual([[], [GRANT_ID]]);
  });

  test('reports and leaves out a grant whose log cannot be read, and lists the others', async () => {
    const others = (await listed()).filter((id) => id !== GRANT_ID);
    world.grants.stale.set(GRANT_ID, 'version');
    world.log.streams.set(GRANT_ID, ['{}']);
    expect(await listed()).toEqual(others);
    expect(world.unreadable).toEqual([GRANT_ID]);
  });

  test('shows nobody a grant that they may not read', async () => {
    world.grants.stale.set(GRANT_ID, 'version');
    const stranger = { principal: { kind: 'person' as const, id: 'mallory' }, groups: [] };
    expect((await listGrants(world.requestPorts, stranger, { filter: {}, limit: 25 })).grants).toEqual([]);
  });

  test('forgets none of the live grants that follow a repository', async () => {
    world.grants.stale.set(GRANT_ID, 'version');
    const { live } = await livePage(world.requestPorts, { by: 'all', value: '' }, { limit: 100 });
    expect(live.map(({ id }) => id)).toContain(GRANT_ID);
    expect(live).toHaveLength(2);
  });
});
