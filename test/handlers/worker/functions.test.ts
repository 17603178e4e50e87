import { Logger } from '@aws-lambda-powertools/logger';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Measures } from '../../../domain/messaging/metrics.ts';
import { provisionerFunction } from '../../../handlers/worker/provisioner-function.ts';
import { reconcilerFunction } from '../../../handlers/worker/reconciler-function.ts';
import { takeMessage, type WorkerPorts } from '../../../handlers/worker/worker-function.ts';
import { World } from '../../support/domain/fakes/fakes.ts';
import { GRANT_ID, shop } from '../../support/domain/samples.ts';

const ACCOUNT = '111122223333';
const arnIn = (account: string) =>
  `arn:aws:lambda:eu-central-1:${account}:function:rolewright-prod-provisioner`;
let world: World;
let lines: string[];
const line = (message: string) => {
  lines.push(message);
};
const logger = { info: line, warn: line, error: line } as never;

beforeEach(() => {
  world = new World();
  lines = [];
});

describe('the provisioner', () => {
  const invoke = (event: unknown, { account = ACCOUNT, left = 30_000, isOnLambda = false } = {}) =>
    provisionerFunction({ ...world.provisionerPorts, logger, isOnLambda }, event, {
      awsRequestId: 'run-1',
      invokedFunctionArn: arnIn(account),
      getRemainingTimeInMillis: () => left,
    });
  /** Leaves a grant whose provisioner has never run. */
  const askOnly = async () => {
    const { invoke: run } = world;
    world.invoke = async () => ({ outcome: 'unfinished' });
    await world.request();
    world.invoke = run;
  };

  test('works on the grant that it is given the id of', async () => {
    await askOnly();
    expect(await invoke({ grantId: GRANT_ID })).toEqual({ outcome: 'settled' });
    expect((await world.grantNow()).state).toBe('active');
  });

  test.each([
    ['nothing', undefined],
    ['no id', {}],
    ['what is no id', { grantId: 'unknown' }],
    ['more than an id', { grantId: GRANT_ID, roleName: 'admin' }],
  ])('given %s does nothing', async (_, event) => {
    await askOnly();
    expect(await invoke(event)).toEqual({ outcome: 'unfinished' });
    expect([world.iamWrites(), lines]).toEqual([[], ['provisioning stopped']]);
  });

  test('throws on Lambda what stopped it, so that Lambda counts it', async () => {
    await expect(invoke({}, { isOnLambda: true })).rejects.toThrow();
    expect(lines).toEqual(['provisioning stopped']);
  });

  test('in an account that is not configured does nothing', async () => {
    await askOnly();
    expect(await invoke({ grantId: GRANT_ID }, { account: '999999999999' })).toEqual({
      outcome: 'unfinished',
    });
    expect(world.iamWrites()).toEqual([]);
  });

  test('begins no call of IAM in its last three seconds', async () => {
    await askOnly();
    expect(await invoke({ grantId: GRANT_ID }, { left: 3000 })).toEqual({ outcome: 'unfinished' });
    expect(world.iamWrites()).toEqual([]);
  });

  test('holds its lease for a minute longer than it can live', async () => {
    await askOnly();
    const until: string[] = [];
    const { takeLease } = world.grants;
    world.grants.takeLease = (...lease) => {
      until.push(lease[3]);
      return takeLease.apply(world.grants, lease);
    };
    await invoke({ grantId: GRANT_ID }, { left: 10_000 });
    expect(until).toEqual(['2026-01-01T00:01:10.000Z']);
  });
});

describe('the reconciler', () => {
  const measured: Measures[] = [];
  const metrics = { put: (measures: Measures) => void measured.push(measures) };
  beforeEach(() => {
    measured.length = 0;
  });
  const pass = (left = 300_000, isOnLambda = false) => {
    const { log, checkpoints, grants, clock, provisioner, configuration } = world.requestPorts;
    const { installation, worker } = world;
    return reconcilerFunction(
      {
        log,
        checkpoints,
        grants,
        clock,
        provisioner,
        configuration,
        installation,
        worker,
        logger,
        metrics,
        isOnLambda,
      },
      { awsRequestId: 'pass-1', getRemainingTimeInMillis: () => left },
    );
  };
  const leaveUnfinished = async () => {
    world.iam.fault('createRole', { effect: 'unavailable' });
    await world.request();
    world.clock.advance(120_000);
  };

  test('has what is due finished, and says how much that was', async () => {
    await leaveUnfinished();
    expect(await pass()).toEqual({ due: 1, settled: 1, unfinished: 0, unreadable: 0 });
    expect((await world.grantNow()).state).toBe('active');
  });

  test('begins no grant in its last thirty seconds', async () => {
    await leaveUnfinished();
    expect(await pass(30_000)).toEqual({ due: 0, settled: 0, unfinished: 0, unreadable: 0 });
    expect((await world.grantNow()).state).toBe('provisioning');
  });

  test('names each grant that could not be reconciled, and goes on', async () => {
    await leaveUnfinished();
    world.log.loadFrom = async () => {
      throw new Error('the log is away');
    };
    expect(await pass()).toEqual({ due: 1, settled: 0, unfinished: 1, unreadable: 0 });
    expect(lines).toContain('a grant could not be reconciled');
  });

  test('that cannot read what is due throws nothing', async () => {
    world.grants.listDue = async () => {
      throw new Error('the table is away');
    };
    expect(await pass()).toEqual({ error: expect.any(String) });
    expect(measured).toEqual([]);
  });

  test('that cannot read what is due fails visibly on Lambda', async () => {
    world.grants.listDue = async () => {
      throw new Error('the table is away');
    };
    await expect(pass(300_000, true)).rejects.toThrow('the table is away');
  });

  test('measures what it found, how long that had been due, and how often it had failed', async () => {
    await leaveUnfinished();
    await pass();
    expect(measured).toEqual([{ Due: 1, Settled: 1, Unfinished: 0, OldestDue: 60, MostAttempts: 0 }]);
  });

  test('measures a pass at rest, too: a schedule that stopped shows as no measure', async () => {
    await pass();
    expect(measured).toEqual([{ Due: 0, Settled: 0, Unfinished: 0, OldestDue: 0, MostAttempts: 0 }]);
  });
});

describe('the worker', () => {
  const ample = { awsRequestId: 'run-1', getRemainingTimeInMillis: () => 180_000 };
  const deleted = {
    source: 'bitbucket',
    workspace: 'acme',
    deliveryId: 'delivery-1',
    event: 'repo:deleted',
    repository: { uuid: shop.uuid },
  };
  const portsOf = () =>
    ({
      ...world.requestPorts,
      logger,
      reportProblem: () => line('problem reported'),
    }) as unknown as WorkerPorts;

  test('follows a delivery: the grants of a repository that is gone are revoked', async () => {
    await world.request();
    world.bitbucket.repositories = [];
    await takeMessage(portsOf(), deleted, ample);
    expect((await world.grantNow()).state).toBe('revoked');
    expect(lines).toContain('delivery followed');
  });

  test('names the delivery in a line of its own message', async () => {
    const printed: string[] = [];
    const real = new Logger({ serviceName: 'test' });
    (real as unknown as { console: Pick<Console, 'info'> }).console.info = (text: string) =>
      printed.push(text);
    await takeMessage({ ...portsOf(), logger: real }, deleted, ample);
    expect(printed.map((text) => JSON.parse(text))).toMatchObject([
      { message: 'delivery followed', delivery: { deliveryId: 'delivery-1', event: 'repo:deleted' } },
    ]);
  });

  test('throws what failed, so that it is tried again', async () => {
    const ports = portsOf();
    const findRepository = () => Promise.reject(new TypeError('a bug'));
    Object.assign(ports, { bitbucket: { ...ports.bitbucket, findRepository } });
    await expect(takeMessage(ports, deleted, ample)).rejects.toThrow('a bug');
  });

  test.each([[undefined], [{}], [{ source: 'unknown' }], [{ source: 'bitbucket', workspace: 'acme' }]])(
    'logs %j, which is no message, and does nothing',
    async (event) => {
      await takeMessage(portsOf(), event, ample);
      expect(lines).toEqual(['the worker was handed something that is no message']);
    },
  );
});
