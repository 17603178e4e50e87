import { beforeEach, describe, expect, test } from '@jest/globals';
import { INSTALLATION } from '../../../../../domain/shared/identifiers.ts';
import { PortError } from '../../../../../domain/shared/port-error.ts';
import { toInstant } from '../../../../../domain/shared/time.ts';
import { passOverAccounts } from '../../../../../domain/use-cases/drift/drift-pass.ts';
import type { DriftPorts } from '../../../../../domain/use-cases/drift/running-pass.ts';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import { FakeInventory, FakePassStore } from '../../../../support/domain/fakes/inventory.ts';
import { present, ROLE_NAME, shop } from '../../../../support/domain/samples.ts';
import { eventsOf } from '../../../../support/domain/streams/stored.ts';
import { asEpoch } from '../../../../support/identifiers.ts';

const HOUR_MS = 3_600_000;
const DENY = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };

let world: World;
let inventory: FakeInventory;
let passes: FakePassStore;
let orphans: string[];
let failures: string[];
let runs: number;
beforeEach(() => {
  world = new World();
  inventory = new FakeInventory(world.iam);
  passes = new FakePassStore();
  orphans = [];
  failures = [];
  runs = 0;
});

const ports = (): DriftPorts => ({
  ...world.requestPorts,
  accounts: world.configuration.accounts,
  workspaces: world.configuration.workspaces.filter(({ slug }) => slug === 'acme'),
  inventory: inventory.of,
  passes,
  reportOrphan: ({ what, why }) => orphans.push(`${what}: ${why}`),
  reportFailure: (about, error) => failures.push(`${about}: ${(error as Error).message}`),
});

const pass = async (seconds = 270, isForced = true) => {
  runs += 1;
  const deadline = asEpoch(world.clock.now() + seconds * 1000);
  const [one] = await passOverAccounts(ports(), { owner: `run-${runs}`, deadline, isForced });
  return one;
};

/** Grants with names of their own; each makes one role. */
const grant = async (...names: string[]) => {
  world.configuration = {
    ...world.configuration,
    limits: { ...world.configuration.limits, liveGrantsPerRepository: 1000 },
  };
  for (const name of names) await world.request({ name });
  world.clock.advance(HOUR_MS);
};
const roles = () => [...world.iam.roles.values()];

describe('a pass', () => {
  test('over grants that are as they were applied looks at none and writes nothing', async () => {
    await grant('one', 'two', 'three');
    const story = world.story();
    expect(await pass()).toMatchObject({
      isDone: true,
      found: { roles: 3, grants: 3, looked: 0, reported: 0, repaired: 0, frozen: 0, orphans: 0, failed: 0 },
    });
    expect(world.story()).toEqual(story);
    expect([orphans, failures]).toEqual([[], []]);
  });

  test('has the provisioner look where something seems to differ, and counts what came of it', async () => {
    await grant('opened', 'closed', 'deleted', 'fine');
    const [opened, closed, deleted] = roles();
    Object.assign(present(opened), { maxSessionDuration: 43_200 });
    present(closed).inline.set('AWSRevokeOlderSessions', DENY);
    const [name] = present([...world.iam.roles].find(([, role]) => role === deleted));
    world.iam.roles.delete(name);
    expect(await pass()).toMatchObject({
      isDone: true,
      found: { looked: 3, repaired: 1, frozen: 2, failed: 0 },
    });
    expect(present(opened).maxSessionDuration).toBe(3600);
    const story = world.story();
    expect(await pass()).toMatchObject({ isDone: true, found: { looked: 0, repaired: 0, frozen: 0 } });
    expect(world.story()).toEqual(story);
  });

  describe('is summed up in the stream of the installation', () => {
    const summaries = async () =>
      (await eventsOf(world.log, INSTALLATION)).map(({ type, data }) => ({ type, data }));
    const widen = () => Object.assign(present(roles()[0]), { maxSessionDuration: 43_200 });

    test('where it did something, once', async () => {
      await grant('one', 'two');
      widen();
      const startedAt = toInstant(world.clock.now());
      await pass();
      expect(await summaries()).toEqual([
        {
          type: 'InstallationCompared',
          data: {
            account: '111122223333',
            startedAt,
            found: { grants: 2, reported: 0, repaired: 1, frozen: 0, failed: 0, orphans: 0 },
          },
        },
      ]);
    });

    test('not where it did nothing, though it looked and met an orphan', async () => {
      await grant('one');
      world.iam.handMade('rw-none', { path: '/rolewright/' });
      expect(await pass()).toMatchObject({ found: { orphans: 1, repaired: 0 } });
      expect(await summaries()).toEqual([]);
    });

    test('once, where the process died between the summary and the end of the pass', async () => {
      await grant('one');
      widen();
      const { keep } = passes;
      passes.keep = async () => {
        throw new Error('the process dies');
      };
      await expect(pass()).rejects.toThrow();
      passes.keep = keep.bind(passes);
      world.clock.advance(600_000);
      await pass(270, false);
      widen();
      await pass();
      expect((await summaries()).map(({ type }) => type)).toEqual([
        'InstallationCompared',
        'InstallationCompared',
      ]);
    });

    test('in the next run, where it could not be recorded', async () => {
      await grant('one');
      widen();
      const { append } = world.log;
      world.log.append = (event) =>
        event.grantId === INSTALLATION ? Promise.reject(new Error('away')) : append.call(world.log, event);
      expect(await pass()).toMatchObject({ isDone: false });
      world.log.append = append;
      expect(await pass(270, false)).toMatchObject({ isDone: true });
      expect(await summaries()).toHaveLength(1);
    });
  });

  test('finds a role that has lost the tag of its grant by the grant, and reports the role', async () => {
    await grant('one');
    roles()[0] && Object.assign(present(roles()[0]), { tags: {} });
    expect(await pass()).toMatchObject({ found: { looked: 1, frozen: 1, orphans: 1 } });
    expect(orphans).toEqual([expect.stringMatching(/: it has no tag of a grant$/)]);
  });

  test('reports roles of no grant, and of a grant that has ended or has another role, and leaves them alone', async () => {
    await world.request();
    const { tags } = world.theRole();
    world.iam.handMade('rw-copy', { path: '/rolewright/', tags });
    world.iam.handMade('rw-none', {
      path: '/rolewright/',
      tags: { 'rolewright:grant': `gr_${'a'.repeat(26)}` },
    });
    world.iam.handMade('rw-elsewhere', { path: '/', tags });
    world.clock.advance(HOUR_MS);
    await pass();
    expect(orphans.sort()).toEqual([
      'rw-copy: its grant has another role',
      'rw-none: there is no grant of its tag',
    ]);
    await world.revoke();
    orphans = [];
    world.iam.handMade(ROLE_NAME, { path: '/rolewright/', tags });
    await pass();
    expect(orphans).toContain(`${ROLE_NAME}: its grant is revoked`);
    expect(world.iam.roles.size).toBe(4);
  });

  test('freezes the grants of a workspace whose identity provider is gone, and reports strange providers', async () => {
    await grant('one', 'two');
    world.iam.providers.clear();
    const strange =
      'arn:aws:iam::111122223333:oidc-provider/api.bitbucket.org/2.0/workspaces/former/pipelines-config/identity/oidc';
    world.iam.providers.set(strange, { clientIds: [], tags: {} });
    expect(await pass()).toMatchObject({ found: { looked: 2, frozen: 2 } });
    expect(orphans).toEqual([`${strange}: its workspace is not configured`]);
  });

  test('makes four calls a second over time, and no look beyond them', async () => {
    inventory.size = 1;
    await grant('one', 'two', 'three', 'four');
    for (const role of roles()) Object.assign(role, { maxSessionDuration: 43_200 });
    const from = world.clock.now();
    const before = world.iam.called;
    const { found } = present(await pass());
    expect([found.looked, found.repaired]).toEqual([4, 4]);
    // None that the provisioner makes is left out of the count.
    expect(world.iam.called - before + inventory.calls.length).toBeLessThanOrEqual(found.calls);
    const seconds = (world.clock.now() - from) / 1000;
    // What the last look came to is done as the pass ends.
    expect(found.calls - 16).toBeLessThanOrEqual(seconds * 4);
  });

  test('that was interrupted goes on where it stopped, and looks at nothing twice', async () => {
    inventory.size = 2;
    await grant('a', 'b', 'c', 'd', 'e', 'f');
    for (const role of roles()) delete role.tags['rolewright:template'];
    let looked = 0;
    let done = false;
    for (let run = 0; run < 20 && !done; run += 1) {
      const one = present(await pass(2, run === 0));
      ({ isDone: done } = one);
      ({ looked } = one.found);
    }
    expect([done, looked]).toEqual([true, 6]);
    expect(world.story().filter((one) => one === 'DriftRepaired')).toHaveLength(6);
  });

  test('that is slow with the roles of one page comes to all of them, and to the next page', async () => {
    inventory.size = 3;
    await grant('a', 'b', 'c', 'd', 'e');
    for (const role of roles()) delete role.tags['rolewright:template'];
    const asked: string[] = [];
    const slow: DriftPorts = {
      ...ports(),
      provisioner: {
        run: async (grantId) => {
          asked.push(grantId);
          world.clock.advance(20_000);
          return { outcome: 'unfinished' };
        },
      },
    };
    let isDone = false;
    for (let run = 0; run < 10 && !isDone; run += 1) {
      const deadline = asEpoch(world.clock.now() + 30_000);
      const [one] = await passOverAccounts(slow, { owner: `slow-${run}`, deadline, isForced: run === 0 });
      isDone = present(one).isDone;
    }
    expect([isDone, asked.length, new Set(asked).size]).toEqual([true, 5, 5]);
  });

  test('that is asked for again and again while it is interrupted comes to its end', async () => {
    inventory.size = 1;
    await grant('a', 'b', 'c', 'd');
    const runs: (boolean | undefined)[] = [];
    while (runs.at(-1) !== true && runs.length < 20) runs.push((await pass(2, true))?.isDone);
    expect(runs.at(-1)).toBe(true);
    expect(runs.length).toBeGreaterThan(1);
  });

  test('whose position IAM no longer takes begins its list again', async () => {
    inventory.size = 1;
    await grant('a', 'b', 'c');
    await pass(1.3);
    let refused = 0;
    inventory.onCall = (call) => {
      if (call !== 'roles' || refused > 0) return;
      refused += 1;
      throw new PortError('IAM', 'REJECTED', 'Invalid Marker.', { certain: true });
    };
    expect(await pass(100, false)).toMatchObject({ isDone: false });
    expect(await pass(100, false)).toMatchObject({ isDone: true, found: { looked: 0 } });
  });

  test('over an account that cannot be reached says so, and goes on in the next run', async () => {
    await grant('one');
    inventory.onCall = () => {
      throw new PortError('STS', 'UNAVAILABLE', 'Away.', { problemCode: 'ACCOUNT_UNREACHABLE' });
    };
    expect(await pass()).toMatchObject({ isDone: false });
    expect(failures).toEqual(['111122223333: Away.']);
    inventory.onCall = () => {};
    expect(await pass(100, false)).toMatchObject({ isDone: true });
  });

  test('begins an hour after the first run, and every hour, unless it is asked for', async () => {
    await grant('one');
    expect(await pass(270, false)).toBeUndefined();
    world.clock.advance(HOUR_MS - 60_000);
    expect(await pass(270, false)).toBeUndefined();
    world.clock.advance(60_000);
    expect(await pass(270, false)).toMatchObject({ isDone: true });
    expect(await pass(270, false)).toBeUndefined();
    expect(await pass(270, true)).toMatchObject({ isDone: true });
  });

  test('does not meet another in the same account', async () => {
    await grant('one');
    const [one, other] = await Promise.all([pass(), pass()]);
    expect([one, other].filter((found) => found !== undefined)).toHaveLength(1);
  });

  test('has a grant of a row that cannot be used looked at', async () => {
    await world.request({ repository: shop.fullName });
    world.clock.advance(HOUR_MS);
    const { read } = world.grants;
    world.grants.read = async (ids) => ({
      grants: [],
      stale: ids.map((grantId) => ({ grantId, reason: 'version' as const })),
    });
    expect(await pass()).toMatchObject({ found: { looked: 1, failed: 0 } });
    world.grants.read = read;
  });
});
