import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Checkpoint, parseCheckpoint } from '../../../../domain/grants/evolve/checkpoint.ts';
import { loadStream } from '../../../../domain/use-cases/grant-stream.ts';
import { readableGrant } from '../../../../domain/use-cases/reading/read-grants.ts';
import { reconcile } from '../../../../domain/use-cases/reconcile.ts';
import { pipelineOf, platform, World } from '../../../support/domain/fakes/fakes.ts';
import {
  chain,
  codeOf,
  GRANT_ID,
  present,
  problemOf,
  shop,
  successOf,
} from '../../../support/domain/samples.ts';
import { expiryChanged } from '../../../support/domain/stories.ts';
import { asEpoch, asInstant } from '../../../support/identifiers.ts';

let world: World;
let reads: number[];

beforeEach(async () => {
  world = new World();
  reads = [];
  await world.request();
  const { load, loadFrom } = world.log;
  world.log.load = async (id) => counted(await load.call(world.log, id));
  world.log.loadFrom = async (...asked) => counted(await loadFrom.apply(world.log, asked));
});

function counted<T>(events: T[]): T[] {
  reads.push(events.length);
  return events;
}

/** Renews the grant for a time that is another each time, so that each is an event. */
async function renew(times: number, caller = platform) {
  for (let n = 0; n < times; n += 1) {
    const expiresIn = `PT${(n % 100) + 1}H`;
    successOf(await world.request({ expiresIn }, caller, { correlationId: `renewal-${n}` }));
  }
}

const pass = () =>
  reconcile(
    {
      ...world.requestPorts,
      worker: world.worker,
      reportStopped: () => {},
      reportFailure: (grantId, error) => {
        throw new Error(`${grantId}: ${(error as Error).message}`);
      },
    },
    { correlationId: 'pass', deadline: asEpoch(world.clock.now() + 60_000) },
  );

/** A long life: renewals, and the reconciler once a minute or so. */
async function live(renewals: number) {
  for (let done = 0; done < renewals; done += 10) {
    await renew(10);
    world.clock.advance(61_000);
    await pass();
  }
}

const kept = (): Checkpoint | undefined =>
  parseCheckpoint(GRANT_ID, world.checkpoints.kept.get(GRANT_ID) ?? '');
const forge = (over: Partial<Checkpoint>) =>
  world.checkpoints.kept.set(GRANT_ID, JSON.stringify({ ...present(kept()), ...over }));

describe('a stream of many events', () => {
  test('is read from its last checkpoint on, however long it is', async () => {
    await live(200);
    reads.length = 0;
    await renew(1);
    await readableGrant(world.requestPorts, GRANT_ID, platform);
    expect(Math.max(...reads)).toBeLessThan(40);
    expect(present(kept()).seq).toBeGreaterThan(170);
  });

  test('takes renewals without end, and a whole log that verifies', async () => {
    await live(100);
    const stream = await world.log.load(GRANT_ID);
    expect(stream.map(({ seq }) => seq)).toEqual(stream.map((_, n) => n + 1));
    world.checkpoints.kept.clear();
    const whole = await loadStream(world.requestPorts, GRANT_ID);
    expect(whole.events).toHaveLength(stream.length);
  });

  test('gets its checkpoint from the provisioner, and from no edge', async () => {
    await renew(40);
    expect(kept()).toBeUndefined();
    world.clock.advance(61_000);
    await pass();
    expect(present(kept()).seq).toBe((await world.log.load(GRANT_ID)).length - 4);
    expect(await world.grants.listDue(asInstant('2026-01-01T00:10:00.000Z'), 10)).toEqual([]);
  });

  test('is revoked and begun again across its checkpoints', async () => {
    await live(100);
    expect(successOf(await world.revoke()).grant.state).toBe('revoked');
    const again = successOf(await world.request());
    expect(again).toMatchObject({ outcome: 'created', grant: { state: 'active' } });
    expect(world.iam.roles.size).toBe(1);
  });

  test('is not asked for twice by a message that comes again after a checkpoint', async () => {
    const message = { correlationId: 'delivery', isRedelivery: true };
    successOf(await world.request({ expiresIn: 'PT9H' }, platform, message));
    await live(60);
    const before = (await world.log.load(GRANT_ID)).length;
    expect(present(kept()).seq).toBeGreaterThan(10);
    successOf(await world.request({ expiresIn: 'PT9H' }, platform, message));
    expect(await world.log.load(GRANT_ID)).toHaveLength(before);
  });

  test('goes on where no checkpoint can be kept, and the failure is reported', async () => {
    world.checkpoints.keep = async () => {
      throw new Error('DynamoDB is down');
    };
    await live(40);
    expect(new Set(world.unreadable)).toEqual(new Set([GRANT_ID]));
    expect(successOf(await world.revoke()).grant.state).toBe('revoked');
  });

  test('takes only a revoke after 5 000 events without a checkpoint, and anything after the next', async () => {
    const renewals = Array.from({ length: 5000 }, () => expiryChanged(asInstant('2027-01-01T00:00:00.000Z')));
    const stream = chain(renewals, GRANT_ID, await world.log.load(GRANT_ID));
    world.log.streams.set(
      GRANT_ID,
      stream.map((event) => JSON.stringify(event)),
    );
    world.clock.advance(86_400_000);
    const renewed = () => world.request({ expiresIn: 'PT9H' });
    expect(problemOf(await renewed())).toMatchObject({ code: 'THROTTLED', retryAfter: 60 });
    expect(await world.log.load(GRANT_ID)).toHaveLength(stream.length);
    await world.provision();
    expect(codeOf(await renewed())).toBe('ok');
    expect(await world.log.load(GRANT_ID)).toHaveLength(stream.length + 1);
  });
});

describe('a forged checkpoint changes nothing', () => {
  test.each<[string, () => Partial<Checkpoint>]>([
    ['of an event that the log has not', () => ({ hash: 'f'.repeat(64) })],
    ['beyond the end of the log', () => ({ seq: 9_999 })],
    ['of another place', () => ({ seq: present(kept()).seq - 1 })],
  ])('%s', async (_, forged) => {
    await live(40);
    const { grant } = present(kept());
    const honest = successOf(await readableGrant(world.requestPorts, GRANT_ID, platform));
    forge({ grant: { ...grant, requesters: [] }, ...forged() });
    expect(successOf(await readableGrant(world.requestPorts, GRANT_ID, platform))).toEqual(honest);
  });
});

describe('a renewal by a pipeline', () => {
  test('in each of a hundred runs of an hour apart is an event each half of its time only', async () => {
    const pipeline = pipelineOf(shop);
    world = new World();
    successOf(await world.request({ expiresIn: 'PT24H' }, pipeline));
    const before = (await world.log.load(GRANT_ID)).length;
    for (let hour = 0; hour < 100; hour += 1) {
      world.clock.advance(3_600_000);
      successOf(await world.request({ expiresIn: 'PT24H' }, pipeline));
    }
    expect(await world.log.load(GRANT_ID)).toHaveLength(before + 8);
  });
});
