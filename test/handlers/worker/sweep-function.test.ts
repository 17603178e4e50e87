import { beforeEach, describe, expect, test } from '@jest/globals';
import { sweepId } from '../../../domain/drift/sweeps.ts';
import type { Measures } from '../../../domain/messaging/metrics.ts';
import { reconcile } from '../../../domain/use-cases/reconcile.ts';
import { askForSweeps } from '../../../domain/use-cases/sweeping/ask-for-sweeps.ts';
import { takeMessage, type WorkerPorts } from '../../../handlers/worker/worker-function.ts';
import { HOUR_MS, SweepWorld } from '../../support/domain/fakes/sweep-world.ts';
import { newRepository } from '../../support/domain/follow.ts';
import { ACME, shop } from '../../support/domain/samples.ts';
import { asEpoch } from '../../support/identifiers.ts';

type Line = { message: string; more: Record<string, unknown> };

let world: SweepWorld;
let lines: Line[];
let measured: Measures[];
beforeEach(() => {
  world = new SweepWorld();
  lines = [];
  measured = [];
});

const line = (message: string, more: object = {}) => void lines.push({ message, more: { ...more } });
const logger = { info: line, warn: line, error: line };
let runs = 0;

/** What the worker was handed, by Lambda. */
async function work(): Promise<number> {
  const handed = world.handedOn.splice(0);
  for (const message of handed) {
    runs += 1;
    const { reportSweep: _, reportSweepFailure: __, ...ports } = world.sweepPorts;
    const metrics = { put: (measures: Measures) => void measured.push(measures) };
    await takeMessage({ ...ports, logger, metrics } as unknown as WorkerPorts, message, {
      awsRequestId: `run-${runs}`,
      getRemainingTimeInMillis: () => 180_000,
    });
  }
  return handed.length;
}
const ask = (isForced = true) =>
  askForSweeps(
    {
      workspaces: [ACME],
      grants: world.grants,
      worker: world.worker,
      clock: world.clock,
      reportSweepFailure: (about, error) => line('late', { about, error }),
    },
    isForced,
  );
/** One minute: a pass of the reconciler, and what it hands on. */
async function minute(): Promise<number> {
  world.clock.advance(60_000);
  await reconcile(
    { ...world.requestPorts, worker: world.worker, reportFailure: () => {}, reportStopped: () => {} },
    { correlationId: 'pass', deadline: asEpoch(world.clock.now() + HOUR_MS) },
  );
  return work();
}
const rows = () => [...world.grants.rows.keys()].filter((id) => id.startsWith('sweep#'));

describe('a sweep that is asked for', () => {
  test('is made at once, measured, and its row taken away', async () => {
    await world.request();
    await ask();
    expect(rows()).toEqual([sweepId('acme')]);
    await work();
    expect(rows()).toEqual([]);
    expect(lines.filter(({ message }) => message === 'sweep')).toMatchObject([
      {
        more: {
          workspace: 'acme',
          repositories: 2,
          grants: 1,
          revoked: 0,
          _aws: {
            CloudWatchMetrics: [{ Namespace: 'Rolewright/Sweeps', Dimensions: [['workspace']] }],
          },
        },
      },
    ]);
  });

  test('goes on each minute until it is over', async () => {
    for (let n = 1; n <= 9; n += 1) world.bitbucket.repositories.push(newRepository(`web-${n}`, n));
    world.bitbucket.pageSize = 2;
    await ask();
    await work();
    expect(rows()).toHaveLength(1);
    expect(await minute()).toBe(1);
    expect(await minute()).toBe(1);
    expect(rows()).toEqual([]);
    expect(await minute()).toBe(0);
    expect(world.bitbucket.lists).toHaveLength(6);
  });

  test('is made by the reconciler, where its message was lost', async () => {
    world.worker.handOn = async () => {
      throw new Error('Lambda is away');
    };
    await ask();
    expect(lines.map(({ message }) => message)).toEqual(['late']);
    world.worker.handOn = async (message) => void world.handedOn.push(message);
    expect(await minute()).toBe(1);
    expect(lines.map(({ message }) => message)).toContain('sweep');
    expect(rows()).toEqual([]);
  });

  test('is made once, where its message came twice', async () => {
    await ask(false);
    world.handedOn.push(...world.handedOn);
    await work();
    expect(lines.filter(({ message }) => message === 'sweep')).toHaveLength(1);
    expect(rows()).toEqual([]);
  });

  test('is not made again within six hours, unless it is forced', async () => {
    for (const isForced of [false, false, true]) {
      await ask(isForced);
      await work();
    }
    world.clock.advance(6 * HOUR_MS);
    await ask(false);
    await work();
    expect(lines.filter(({ message }) => message === 'sweep')).toHaveLength(3);
    expect(rows()).toEqual([]);
  });

  test('of a workspace that is no longer configured is dropped', async () => {
    await ask();
    world.configuration = { ...world.configuration, workspaces: [] };
    await work();
    expect([rows(), lines]).toEqual([[], []]);
  });

  test('raises an alarm where the brake keeps grants', async () => {
    for (const name of ['one', 'two']) await world.request({ repository: shop.uuid, name });
    await ask();
    await work();
    world.bitbucket.repositories = [];
    world.clock.advance(60_000);
    await ask();
    await work();
    expect(measured).toContainEqual({ SweepsBraked: 1 });
    expect(lines.filter(({ message }) => message === 'SWEEP')).toMatchObject([
      { more: { finding: { why: 'brake', repository: 'acme/shop' } } },
    ]);
  });
});
