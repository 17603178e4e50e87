import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BitbucketDelivery } from '../../../../../domain/bitbucket/delivery-message.ts';
import type { GrantId } from '../../../../../domain/shared/identifiers.ts';
import { PortError } from '../../../../../domain/shared/port-error.ts';
import { toInstant } from '../../../../../domain/shared/time.ts';
import { FollowWorld, newRepository } from '../../../../support/domain/follow.ts';
import { present, shop } from '../../../../support/domain/samples.ts';
import { asEpoch } from '../../../../support/identifiers.ts';
import { listAll } from '../../../../support/stores/listed.ts';

/** More than a page. */
const GRANTS = 130;
const PROJECT = present(shop.project);
const renamed = { ...PROJECT, key: 'STORE' };
const about = { project: { uuid: PROJECT.uuid } };

/** Made once, and copied for each test. */
const filled = new FollowWorld();
beforeAll(async () => {
  for (let n = 1; n <= GRANTS; n += 1) {
    const repository = newRepository(`shop-${n}`, n);
    filled.bitbucket.repositories.push(repository);
    filled.clock.advance(1000);
    await filled.request({ repository: repository.fullName });
  }
});

let world: FollowWorld;
beforeEach(() => {
  world = new FollowWorld();
  world.clock.advance(filled.clock.now() - world.clock.now());
  for (const [id, texts] of filled.log.streams) world.log.streams.set(id, [...texts]);
  for (const [id, row] of filled.grants.rows) world.grants.rows.set(id, structuredClone(row));
  world.bitbucket.repositories = filled.bitbucket.repositories;
  world.bitbucket.repositories = world.bitbucket.repositories.map((one) => ({ ...one, project: renamed }));
});

const grants = () => listAll(world.grants, { by: 'project', value: PROJECT.uuid });
const keys = async () => (await grants()).map(({ request }) => request.intent.project?.key);
const renamesOf = async (id: GrantId) =>
  (await world.eventTypes(id)).filter((type) => type === 'RepositoryRenamed').length;

/** Delivers what was handed on, until nothing is. Returns how many runs that took. */
async function runOn(secondsEach: number): Promise<number> {
  let runs = 0;
  for (; world.handedOn.length > 0; runs += 1) {
    const message = present(world.handedOn.shift()) as BitbucketDelivery;
    await world.deliver(message.event, message, asEpoch(world.clock.now() + secondsEach * 1000));
  }
  return runs;
}

describe('the grants of a project with a new key', () => {
  test('are read a page at a time and renamed a few at a time, each once, by one look at Bitbucket', async () => {
    const rows: number[] = [];
    const { read } = world.grants;
    world.grants.read = (ids) => {
      rows.push(ids.length);
      return read.call(world.grants, ids);
    };
    let looks = 0;
    const { findRepository } = world.bitbucket;
    world.bitbucket.findRepository = (...given) => {
      looks += 1;
      return findRepository.apply(world.bitbucket, given);
    };
    let [underWay, most] = [0, 0];
    const { loadFrom } = world.log;
    world.log.loadFrom = async (...given) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return loadFrom.apply(world.log, given);
    };
    await world.deliver('project:updated', about);
    expect(new Set(await keys())).toEqual(new Set(['STORE']));
    expect([Math.max(...rows), looks, world.handedOn]).toEqual([100, 1, []]);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(10);
    for (const { id } of await grants()) expect(await renamesOf(id)).toBe(1);
  });

  test('are followed by as many runs as it takes, each of which goes on where the last one ended', async () => {
    world.log.beforeAppend = () => world.clock.advance(1000);
    await world.deliver('project:updated', about, asEpoch(world.clock.now() + 5000));
    expect(world.handedOn).toMatchObject([{ source: 'bitbucket', project: { uuid: PROJECT.uuid } }]);
    expect(await runOn(5)).toBeGreaterThan(1);
    expect(new Set(await keys())).toEqual(new Set(['STORE']));
    for (const { id } of await grants()) expect(await renamesOf(id)).toBe(1);
  });

  test('one that fails keeps no other from its key, and is followed by its repository', async () => {
    const failing = present((await grants())[3]);
    world.log.beforeAppend = ({ grantId }) => {
      if (grantId === failing.id) throw new PortError('DynamoDB', 'UNAVAILABLE', 'down');
    };
    await world.deliver('project:updated', about);
    const { uuid } = failing.request.intent.repository;
    expect((await keys()).filter((key) => key !== 'STORE')).toHaveLength(1);
    expect(world.handedOn).toContainEqual(expect.objectContaining({ repository: { uuid } }));
    world.log.beforeAppend = () => {};
    await runOn(120);
    expect(new Set(await keys())).toEqual(new Set(['STORE']));
  });

  test.each(['the rest of the project', 'one repository that failed'])(
    'of a postponed delivery hand on %s without the row that kept it',
    async (part) => {
      const failing = present((await grants())[3]);
      world.log.beforeAppend = ({ grantId }) => {
        if (part !== 'one repository that failed') world.clock.advance(1000);
        else if (grantId === failing.id) throw new PortError('DynamoDB', 'UNAVAILABLE', 'down');
      };
      const resumption = { number: 2, dueAt: toInstant(world.clock.now()) };
      const until = part === 'one repository that failed' ? 120_000 : 5000;
      await world.deliver('project:updated', { ...about, resumption }, asEpoch(world.clock.now() + until));
      expect(world.handedOn.length).toBeGreaterThan(0);
      for (const message of world.handedOn) expect(message).not.toHaveProperty('resumption');
    },
  );

  test('one that another caller changes meanwhile is not passed over', async () => {
    const oldest = present((await grants()).at(-1));
    const { read } = world.grants;
    let pages = 0;
    world.grants.read = async (ids) => {
      pages += 1;
      // While the walk reads its first page, the grant moves to where the walk has been.
      const row = present(world.grants.rows.get(oldest.id));
      if (pages === 2 && row.projected) {
        world.clock.advance(1000);
        world.grants.rows.set(oldest.id, {
          ...row,
          projected: {
            ...row.projected,
            grant: { ...row.projected.grant, updatedAt: world.clock.instant() },
          },
        });
      }
      return read.call(world.grants, ids);
    };
    await world.deliver('project:updated', about);
    await runOn(120);
    expect(new Set(await keys())).toEqual(new Set(['STORE']));
  });

  test('are followed by the next attempt where one died on the way, each renamed once', async () => {
    let left = 60;
    world.log.beforeAppend = () => {
      left -= 1;
      if (left < 0) throw new PortError('DynamoDB', 'UNAVAILABLE', 'died');
    };
    const { handOn } = world.worker;
    world.worker.handOn = async () => {
      throw new Error('died');
    };
    await expect(world.deliver('project:updated', about)).rejects.toThrow('died');
    world.log.beforeAppend = () => {};
    world.worker.handOn = handOn;
    await world.deliver('project:updated', about);
    expect(new Set(await keys())).toEqual(new Set(['STORE']));
    for (const { id } of await grants()) expect(await renamesOf(id)).toBe(1);
  });

  test('keep their key while Bitbucket shows none of their repositories in the project', async () => {
    world.bitbucket.repositories = [];
    await world.deliver('project:updated', about);
    expect([new Set(await keys()), world.handedOn]).toEqual([new Set([PROJECT.key]), []]);
  });
});
