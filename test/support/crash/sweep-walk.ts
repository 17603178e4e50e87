import { expect, test } from '@jest/globals';
import { INSTALLATION } from '../../../domain/shared/identifiers.ts';
import { reconcile } from '../../../domain/use-cases/reconcile.ts';
import type { SweepPorts } from '../../../domain/use-cases/sweeping/running-sweep.ts';
import { sweepWorkspace } from '../../../domain/use-cases/sweeping/sweep.ts';
import { HOUR_MS, SweepWorld } from '../domain/fakes/sweep-world.ts';
import { newRepository, siteRule } from '../domain/follow.ts';
import { ACME, configurationContent, configurationOf, shop, web } from '../domain/samples.ts';
import { eventsOf } from '../domain/streams/stored.ts';
import { asEpoch, asGrantId } from '../identifiers.ts';

/** How the process of a sweep dies at a call: before the call has its effect, or once it had it and before the reply. */
const DEATHS = ['before', 'after'] as const;
type Death = (typeof DEATHS)[number];

const cart = newRepository('shop-cart');

/** A workspace of which one repository was renamed, one deleted and one created, and no webhook came. */
async function lostWebhooks(): Promise<SweepWorld> {
  const world = new SweepWorld();
  world.configuration = configurationOf({
    ...configurationContent(),
    onRepositoryCreated: [siteRule({ sweep: true })],
  });
  await world.deployRules();
  await world.request();
  for (const name of ['one', 'two']) {
    await world.request({ repository: web.uuid, name, parameters: { bucket: 'web-site' } });
    const waiting = (await world.grantsOf(web.uuid)).find(({ state }) => state === 'pending');
    if (waiting) await world.approve({}, undefined, waiting.id);
  }
  await world.sweep();
  world.clock.advance(HOUR_MS);
  world.bitbucket.repositories = [{ ...shop, slug: 'store', fullName: 'acme/store' }];
  world.createUnheard(cart);
  world.clock.advance(HOUR_MS);
  return world;
}

/** The ports of a process that dies at its call number `at`; every later call of it fails. `calls` counts. */
function mortal(ports: SweepPorts, at: number, death: Death): { ports: SweepPorts; calls: () => number } {
  let calls = 0;
  const died = () => new Error('the process died');
  const wrapped = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const own = Reflect.get(target, name);
        if (typeof own !== 'function') return own;
        return async (...args: unknown[]) => {
          calls += 1;
          if (calls > at || (calls === at && death === 'before')) throw died();
          const answer = await own.apply(target, args);
          if (calls >= at) throw died();
          return answer;
        };
      },
    });
  const { log, grants, sights, sweeps, bitbucket, provisioner, reservations, requesterGroups } = ports;
  return {
    calls: () => calls,
    ports: {
      ...ports,
      log: wrapped(log),
      grants: wrapped(grants),
      sights: wrapped(sights),
      sweeps: wrapped(sweeps),
      bitbucket: wrapped(bitbucket),
      provisioner: wrapped(provisioner),
      reservations: wrapped(reservations),
      requesterGroups: wrapped(requesterGroups),
    },
  };
}

/** One run whose process dies at a call; answers how many calls it made. */
async function dyingRun(world: SweepWorld, at: number, death: Death): Promise<number> {
  const process = mortal(world.sweepPorts, at, death);
  const deadline = asEpoch(world.clock.now() + 120_000);
  const run = { workspace: ACME, owner: 'mortal', deadline, isForced: true };
  await sweepWorkspace(process.ports, run).catch(() => {});
  return process.calls();
}

/** What the reconciler and the next sweeps make of it. */
async function recover(world: SweepWorld): Promise<void> {
  for (let passes = 0; passes < 3; passes += 1) {
    world.clock.advance(10 * 60_000);
    await reconcile(
      { ...world.requestPorts, worker: world.worker, reportFailure: () => {}, reportStopped: () => {} },
      { correlationId: 'pass', deadline: asEpoch(world.clock.now() + HOUR_MS) },
    );
    await world.sweep();
  }
}

/** What is true of the workspace in the end, whatever died on the way. */
async function endOf(world: SweepWorld) {
  const grants = await Promise.all(
    [shop, web, cart].map(async ({ uuid }) => {
      const rows = (await world.grantsOf(uuid)).sort((a, b) => (a.id < b.id ? -1 : 1));
      return Promise.all(
        rows.map(async ({ id }) => ({
          id,
          types: await world.eventTypes(asGrantId(id)),
          name: (await world.grantNow(asGrantId(id))).request.intent.repository.fullName,
        })),
      );
    }),
  );
  const recorded = await eventsOf(world.log, INSTALLATION);
  const announced = recorded.flatMap(({ type, data }) =>
    type === 'InstallationRepositoryLost' || type === 'InstallationRepositoryFound' ? [{ type, data }] : [],
  );
  return { grants, announced, roles: [...world.iam.roles.keys()].sort() };
}

/** Walks a sweep through the death of its process at one call in `stride`. */
export function sweepWalk(stride: number): void {
  test.each(DEATHS)(
    '%s a call leaves the log, the read model and IAM as if it had not died',
    async (death) => {
      const undisturbed = await lostWebhooks();
      const calls = await dyingRun(undisturbed, Number.POSITIVE_INFINITY, death);
      await recover(undisturbed);
      const expected = await endOf(undisturbed);
      expect(expected.announced.map(({ type }) => type).sort()).toEqual([
        'InstallationRepositoryFound',
        'InstallationRepositoryLost',
      ]);
      expect(calls).toBeGreaterThan(40);
      for (let at = 1; at <= calls; at += stride) {
        const world = await lostWebhooks();
        await dyingRun(world, at, death);
        await recover(world);
        expect({ at, ...(await endOf(world)) }).toEqual({ at, ...expected });
      }
    },
  );
}
