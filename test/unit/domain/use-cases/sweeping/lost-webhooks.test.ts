import { beforeEach, describe, expect, test } from '@jest/globals';
import { INSTALLATION } from '../../../../../domain/shared/identifiers.ts';
import { PortError } from '../../../../../domain/shared/port-error.ts';
import { HOUR_MS, SweepWorld } from '../../../../support/domain/fakes/sweep-world.ts';
import { newRepository } from '../../../../support/domain/follow.ts';
import { ACME, GRANT_ID, shop, web } from '../../../../support/domain/samples.ts';
import { eventsOf } from '../../../../support/domain/streams/stored.ts';

let world: SweepWorld;
beforeEach(async () => {
  world = new SweepWorld();
  world.configuration = {
    ...world.configuration,
    limits: { ...world.configuration.limits, liveGrantsPerRepository: 1000 },
  };
});

const replaceShop = (over: object) => {
  world.bitbucket.repositories = world.bitbucket.repositories.map((one) =>
    one.uuid === shop.uuid ? { ...one, ...over } : one,
  );
};
const deleteShop = () => {
  world.bitbucket.repositories = world.bitbucket.repositories.filter(({ uuid }) => uuid !== shop.uuid);
};
/** Grants of repositories of their own, so that there is a share of them. */
const grants = async (count: number, of = shop) => {
  for (let n = 0; n < count; n += 1) await world.request({ repository: of.uuid, name: `n-${n}` });
};
const states = async () => (await world.grantsOf(shop.uuid)).map(({ state }) => state).sort();

describe('a sweep', () => {
  test('over what is as it was writes nothing, and remembers what it saw', async () => {
    await world.request();
    const story = world.story();
    expect(await world.sweep()).toMatchObject({ repositories: 2, grants: 1, renamed: 0, gone: 0, failed: 0 });
    expect(world.story()).toEqual(story);
    expect(world.sights.seen.get(shop.uuid)).toEqual({ by: 'credential-1', at: expect.any(String) });
    expect(world.sights.seen.has(web.uuid)).toBe(false);
    expect([world.findings, world.failures]).toEqual([[], []]);
  });

  test('records the name of a repository that was renamed unheard, and sums itself up', async () => {
    await world.request();
    replaceShop({ slug: 'store', fullName: 'acme/store' });
    expect(await world.sweep()).toMatchObject({ renamed: 1 });
    expect((await world.grantNow()).request.intent.repository.fullName).toBe('acme/store');
    expect((await world.eventTypes()).slice(-1)).toEqual(['RepositoryRenamed']);
    expect(await world.installationStory()).toEqual(['InstallationSwept']);
    expect(await world.sweep()).toMatchObject({ renamed: 0 });
    expect(await world.installationStory()).toHaveLength(1);
  });

  test('records the project of a repository that was moved unheard', async () => {
    await world.request();
    replaceShop({ project: web.project });
    expect(await world.sweep()).toMatchObject({ renamed: 1 });
    expect((await world.grantNow()).request.intent.project).toEqual(web.project);
  });

  test('revokes the grant of a repository that is gone, which it has seen before', async () => {
    await world.request();
    await world.sweep();
    deleteShop();
    expect(await world.sweep()).toMatchObject({ gone: 1, revoked: 1, kept: 0 });
    expect((await world.grantNow()).state).toBe('revoked');
    const asked = (await eventsOf(world.log, GRANT_ID)).find(({ type }) => type === 'RevocationRequested');
    expect(asked).toMatchObject({ data: { cause: 'repository-gone' }, entryPoint: 'schedule' });
    expect(await world.installationStory()).toEqual(['InstallationRepositoryLost', 'InstallationSwept']);
    expect(world.iam.roles.size).toBe(0);
  });

  test('proves nothing by a credential that has not shown the repository before', async () => {
    await world.request();
    deleteShop();
    expect(await world.sweep()).toMatchObject({ gone: 0, unproven: 1, revoked: 0 });
    expect((await world.grantNow()).state).toBe('active');
    expect(world.findings).toMatchObject([{ why: 'unproven', repository: 'acme/shop' }]);
  });

  test('proves nothing by another credential than the one that has shown the repository', async () => {
    await world.request();
    await world.sweep();
    deleteShop();
    world.bitbucket.viewer = 'credential-2';
    expect(await world.sweep()).toMatchObject({ unproven: 1, revoked: 0 });
    expect((await world.grantNow()).state).toBe('active');
  });

  test('does not take a repository for gone that the list left out and Bitbucket shows', async () => {
    await world.request();
    await world.sweep();
    world.bitbucket.unlisted.add(shop.uuid);
    expect(await world.sweep()).toMatchObject({ gone: 0, unproven: 0, revoked: 0 });
    expect((await world.grantNow()).state).toBe('active');
  });

  test('does nothing where the workspace itself cannot be read', async () => {
    await world.request();
    await world.sweep();
    deleteShop();
    world.bitbucket.unlisted.add(shop.uuid);
    world.bitbucket.readableWorkspaces.delete('acme');
    expect(await world.sweep()).toMatchObject({ revoked: 0, failed: 1 });
    expect((await world.grantNow()).state).toBe('active');
  });

  test('revokes those of another repository in the workspace alone: a transferred one is gone', async () => {
    await world.request();
    await world.request({ repository: web.uuid, parameters: { bucket: 'web-site' } });
    await world.sweep();
    deleteShop();
    await world.sweep();
    expect(await states()).toEqual(['revoked']);
    expect((await world.grantsOf(web.uuid)).map(({ state }) => state)).not.toContain('revoked');
  });
});

describe('the brake', () => {
  test.each([
    [3, 1],
    [40, 2],
  ])('of %i live grants lets %i a day through, and says what it keeps', async (live, let_) => {
    await grants(live);
    await world.sweep();
    deleteShop();
    expect(await world.sweep()).toMatchObject({ gone: 1, revoked: let_, kept: live - let_ });
    expect((await states()).filter((state) => state === 'revoked')).toHaveLength(let_);
    expect(world.findings).toMatchObject([{ why: 'brake', repository: 'acme/shop' }]);
    expect(await world.sweep()).toMatchObject({ revoked: 0, kept: live - let_ });
    world.clock.advance(24 * HOUR_MS);
    await world.sweep();
    expect((await states()).filter((state) => state === 'revoked').length).toBeGreaterThan(let_);
  });

  test('counts a grant once, where the process died between the announcement and the revoke', async () => {
    await grants(3);
    await world.sweep();
    deleteShop();
    const { append } = world.log;
    world.log.append = (event) =>
      event.type === 'RevocationRequested'
        ? Promise.reject(new Error('the process dies'))
        : append.call(world.log, event);
    await world.sweep();
    expect(await states()).toEqual(['active', 'active', 'active']);
    world.log.append = append;
    expect(await world.sweep()).toMatchObject({ revoked: 1, kept: 2 });
    expect((await states()).filter((state) => state === 'revoked')).toHaveLength(1);
    const story = await world.installationStory();
    expect(story.filter((type) => type === 'InstallationRepositoryLost')).toHaveLength(1);
  });
});

describe('a sweep in parts', () => {
  const many = () => {
    for (let n = 1; n <= 9; n += 1) world.bitbucket.repositories.push(newRepository(`web-${n}`, n));
    world.bitbucket.pageSize = 2;
  };

  test('reads two pages in a run, and each page once', async () => {
    many();
    expect(await world.run()).toEqual({ is: 'open' });
    expect(world.bitbucket.lists).toEqual([undefined, '2']);
    expect(await world.sweep()).toMatchObject({ repositories: 11 });
    expect(world.bitbucket.lists).toEqual([undefined, '2', '4', '6', '8', '10']);
  });

  test('begins the list again with another credential', async () => {
    many();
    await world.run();
    world.bitbucket.viewer = 'credential-2';
    expect(await world.run()).toEqual({ is: 'open' });
    expect(await world.sweep()).toMatchObject({ failed: 0 });
    expect(world.bitbucket.lists.filter((after) => after === undefined)).toHaveLength(2);
  });

  test('stops at a limit of Bitbucket’s, and goes on where it was', async () => {
    many();
    await world.run();
    world.bitbucket.outage = new PortError('Bitbucket', 'THROTTLED', 'Too many.', { retryAfter: 600 });
    expect(await world.run({ isForced: false })).toEqual({ is: 'failed' });
    world.bitbucket.outage = undefined;
    await world.sweep();
    expect(world.bitbucket.lists.filter((after) => after === undefined)).toHaveLength(1);
  });

  test('does not meet another of the same workspace', async () => {
    many();
    const runs = await Promise.all([world.run(), world.run()]);
    expect(runs).toEqual(expect.arrayContaining([{ is: 'open' }, { is: 'failed' }]));
    expect(world.bitbucket.lists).toEqual([undefined, '2']);
  });

  test('is over, and due in six hours, where no credential sees the workspace', async () => {
    world.bitbucket.viewer = undefined;
    expect(await world.run()).toEqual({ is: 'over' });
    expect(world.failures).toEqual([expect.stringContaining(ACME.slug)]);
    world.bitbucket.viewer = 'credential-1';
    expect(await world.run({ isForced: false })).toEqual({ is: 'over' });
    world.clock.advance(6 * HOUR_MS);
    expect(await world.run({ isForced: false })).toMatchObject({ is: 'over', found: { repositories: 2 } });
  });

  test('whose summary was recorded and not its end does not record it twice', async () => {
    await world.request();
    replaceShop({ slug: 'store', fullName: 'acme/store' });
    const { keep } = world.sweeps;
    world.sweeps.keep = async () => {
      throw new Error('the process dies');
    };
    await expect(world.run()).rejects.toThrow();
    world.sweeps.keep = keep;
    world.clock.advance(10 * 60_000);
    await world.sweep();
    expect((await eventsOf(world.log, INSTALLATION)).map(({ type }) => type)).toEqual(['InstallationSwept']);
  });
});
