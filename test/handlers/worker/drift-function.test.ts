import { beforeEach, describe, expect, test } from '@jest/globals';
import { INSTALLATION } from '../../../domain/shared/identifiers.ts';
import { reconcileAll } from '../../../handlers/worker/drift-function.ts';
import { World } from '../../support/domain/fakes/fakes.ts';
import { FakeInventory, FakePassStore } from '../../support/domain/fakes/inventory.ts';
import { siteRule } from '../../support/domain/follow.ts';
import { configurationContent, configurationOf, present } from '../../support/domain/samples.ts';

type Line = { message: string; more: Record<string, unknown> };

let world: World;
let inventory: FakeInventory;
let passes: FakePassStore;
let lines: Line[];
beforeEach(() => {
  world = new World();
  inventory = new FakeInventory(world.iam);
  passes = new FakePassStore();
  lines = [];
});
const line = (message: string, more: object = {}) => void lines.push({ message, more: { ...more } });
const logger = { info: line, warn: line, error: line } as never;

const run = (event: unknown = { drift: true }, left = 300_000) =>
  reconcileAll(
    {
      ...world.requestPorts,
      installation: world.installation,
      worker: world.worker,
      accounts: world.configuration.accounts,
      workspaces: world.configuration.workspaces.filter(({ slug }) => slug === 'acme'),
      inventory: inventory.of,
      passes,
      logger,
      metrics: { put: () => {} },
      isOnLambda: false,
    },
    event,
    { awsRequestId: 'run-1', getRemainingTimeInMillis: () => left },
  );
const passLines = () => lines.filter(({ message }) => message === 'drift pass');

describe('the metrics of a pass over drift', () => {
  test('are written for a pass that did nothing, in the embedded metric format', async () => {
    await run();
    const [first] = passLines();
    expect(passLines()).toHaveLength(world.configuration.accounts.length);
    const names = Object.keys(present(first).more).filter(
      (name) => !['account', 'isDone', '_aws'].includes(name),
    );
    expect(names).toEqual(expect.arrayContaining(['looked', 'repaired', 'frozen', 'failed', 'orphans']));
    expect(present(first).more).toMatchObject({
      account: '111122223333',
      isDone: true,
      repaired: 0,
      _aws: {
        Timestamp: world.clock.now(),
        CloudWatchMetrics: [
          {
            Namespace: 'Rolewright/Drift',
            Dimensions: [['account']],
            Metrics: names.map((Name) => ({ Name, Unit: 'Count' })),
          },
        ],
      },
    });
  });

  test('hold what was done', async () => {
    await world.request();
    world.clock.advance(3_600_000);
    world.theRole().maxSessionDuration = 43_200;
    await run();
    expect(passLines()[0]?.more).toMatchObject({ looked: 1, repaired: 1, _aws: expect.anything() });
  });

  test('are not written for a pass that is interrupted: its numbers go on', async () => {
    await run({ drift: true }, 35_300);
    for (const { more } of passLines()) {
      expect(more).toMatchObject({ isDone: false });
      expect(more).not.toHaveProperty('_aws');
    }
    await run({}, 300_000);
    expect(passLines().filter(({ more }) => '_aws' in more)).toHaveLength(
      world.configuration.accounts.length,
    );
  });
});

describe('a run of the reconciler', () => {
  test.each([null, {}, { drift: false }, { drift: 'true' }])(
    'given %j begins no pass early',
    async (event) => {
      await run(event);
      expect(passLines()).toEqual([]);
    },
  );
});

describe('sweeps', () => {
  const asked = () => world.handedOn.filter(({ source }) => source === 'sweep');

  test('are asked for where a run is asked for drift, in every workspace', async () => {
    await run();
    expect(asked()).toMatchObject(
      world.configuration.workspaces
        .filter(({ slug }) => slug === 'acme')
        .map(({ slug }) => ({ workspace: slug, isForced: true })),
    );
  });

  test('are asked for where an hourly pass begins, and left to the worker to time', async () => {
    await run({});
    expect(asked()).toEqual([]);
    world.clock.advance(3_600_000);
    await run({});
    expect(asked()).toMatchObject([{ workspace: 'acme', isForced: false }]);
    await run({});
    expect(asked()).toHaveLength(1);
  });

  test('that cannot be asked for stop no run', async () => {
    world.worker.handOn = () => Promise.reject(new Error('Lambda is away'));
    expect(await run()).toMatchObject({ drift: expect.any(Array) });
    expect(lines.map(({ message }) => message)).toContain('a sweep could not be asked for');
  });
});

test('the first run of a process records the rules that sweeps act by', async () => {
  world.configuration = configurationOf({
    ...configurationContent(),
    onRepositoryCreated: [siteRule({ sweep: true })],
  });
  await run({});
  expect(await world.eventTypes(INSTALLATION)).toEqual(['InstallationRulesChanged']);
  const { loadFrom } = world.log;
  let loads = 0;
  world.log.loadFrom = (...args) => {
    loads += args[0] === INSTALLATION ? 1 : 0;
    return loadFrom.apply(world.log, args);
  };
  await run({});
  expect(loads).toBe(0);
});
