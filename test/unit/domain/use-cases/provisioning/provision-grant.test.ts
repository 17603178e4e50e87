import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import { GRANT_ID, problemOf, successOf } from '../../../../support/domain/samples.ts';
import { asGrantId, asInstant } from '../../../../support/identifiers.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

const until = (seconds: number) => asInstant(new Date(world.clock.now() + seconds * 1000).toISOString());

describe('the lease', () => {
  test('keeps a second run off while the first lives', async () => {
    world.iam.fault('createRole', { effect: 'dieBefore' });
    await world.request();
    const before = world.story();
    expect(await world.invoke()).toEqual({ outcome: 'busy' });
    expect(world.story()).toEqual(before);
  });

  test.each([
    [90, 'busy'],
    [91, 'settled'],
  ])('of a dead run, %i seconds later, is: %s', async (seconds, outcome) => {
    world.iam.fault('createRole', { effect: 'dieBefore' });
    await world.request();
    world.clock.advance(seconds * 1000);
    expect(await world.invoke()).toEqual({ outcome });
  });

  test('is given back, so that the next request need not wait', async () => {
    await world.request();
    expect(world.grants.rows.get(GRANT_ID)?.lease).toBeUndefined();
    expect(await world.invoke()).toEqual({ outcome: 'settled' });
  });

  test('is not given to a grant that nobody knows', async () => {
    expect(await world.invoke(asGrantId('gr_aaaaaaaaaaaaaaaaaaaaaaaaaa'))).toEqual({ outcome: 'busy' });
    expect(world.grants.rows.size).toBe(0);
  });

  test('makes a request wait for whoever holds it, with an answer in the end', async () => {
    await world.grants.markDue(GRANT_ID, 1, until(60));
    await world.grants.takeLease(GRANT_ID, 'other', until(0), until(5));
    expect(successOf(await world.request()).outcome).toBe('created');
  });

  test('held by another for too long ends the wait with 202, after 20 seconds at the most', async () => {
    const begun = world.clock.now();
    await world.grants.markDue(GRANT_ID, 1, until(60));
    await world.grants.takeLease(GRANT_ID, 'other', until(0), until(300));
    expect(successOf(await world.request()).outcome).toBe('accepted');
    expect(world.clock.now() - begun).toBeLessThanOrEqual(20_000);
    expect(world.iamWrites()).toEqual([]);
  });

  test('held for too long is joined by an equal request, unless that asks for another time', async () => {
    await world.grants.markDue(GRANT_ID, 1, until(60));
    await world.grants.takeLease(GRANT_ID, 'other', until(0), until(300));
    expect(successOf(await world.request({ expiresIn: 'P1D' })).outcome).toBe('accepted');
    const story = await world.eventTypes();
    for (const expiresIn of ['P1D', undefined]) {
      expect(successOf(await world.request({ expiresIn })).outcome).toBe('accepted');
    }
    const other = problemOf(await world.request({ expiresIn: 'P2D' }));
    expect([other.code, other.retryAfter]).toEqual(['CONFLICT', 5]);
    expect(await world.eventTypes()).toEqual(story);
  });
});

describe('a run', () => {
  test('on a grant at rest reads and writes nothing in IAM', async () => {
    await world.request();
    const before = world.story();
    expect(await world.provision()).toEqual({ outcome: 'settled' });
    expect(world.story()).toEqual(before);
  });

  test('on a row that points at nothing is settled', async () => {
    await world.grants.markDue(GRANT_ID, 1, until(60));
    expect(await world.provision()).toEqual({ outcome: 'settled' });
    expect(world.journal).toEqual([]);
  });

  test('begins no call after its deadline', async () => {
    const { provisionerPorts } = world;
    world.log.beforeAppend = ({ type }) => {
      if (type === 'ProvisioningStarted') world.clock.advance(30_000);
    };
    expect(successOf(await world.request()).outcome).toBe('accepted');
    expect(world.iam.roles.size).toBe(0);
    expect(provisionerPorts.clock.now()).toBe(world.clock.now());
    world.log.beforeAppend = () => {};
    await world.resume();
    expect(world.iam.roles.size).toBe(1);
  });

  test('acts on no log that somebody altered', async () => {
    world.iam.fault('createRole', { effect: 'unavailable' });
    await world.request();
    const stream = world.log.streams.get(GRANT_ID) ?? [];
    world.log.streams.set(GRANT_ID, stream.with(0, (stream[0] ?? '').replace('shop-site', 'shop-evil')));
    const before = world.story();
    world.clock.advance(91_000);
    await expect(world.provision()).rejects.toThrow('altered');
    expect([world.story(), world.iam.roles.size]).toEqual([before, 0]);
  });
});

describe('the row of a grant', () => {
  test('is due before the event is written, so that no death can lose work', async () => {
    const dueAt: (string | undefined)[] = [];
    world.log.beforeAppend = ({ grantId }) => dueAt.push(world.grants.rows.get(grantId)?.dueAt);
    await world.request();
    expect(dueAt).not.toContain(undefined);
  });

  test('stays due when one writer ends between the mark and the event of another', async () => {
    await world.request();
    const seq = (await world.log.load(GRANT_ID)).length + 1;
    await world.grants.markDue(GRANT_ID, seq, until(60));
    await world.provision();
    expect(world.grants.rows.get(GRANT_ID)?.dueAt).toBe(until(60));
  });

  test('never goes back to an older state', async () => {
    await world.request();
    const row = world.grants.rows.get(GRANT_ID)?.projected;
    await world.revoke();
    if (row) await world.grants.project(row);
    expect(world.grants.rows.get(GRANT_ID)?.projected?.grant.state).toBe('revoked');
  });

  test('holds what the log says', async () => {
    await world.request();
    const events = await world.log.load(GRANT_ID);
    expect(world.grants.rows.get(GRANT_ID)?.projected?.seq).toBe(events.length);
  });
});

test('the times of a stream never go backwards, whatever the clocks of the functions say', async () => {
  world.iam.fault('createRole', { effect: 'unavailable' });
  await world.request();
  world.clock.advance(-5000);
  await world.grants.releaseLease(GRANT_ID, 'run-1');
  await world.invoke();
  const times = (await world.log.load(GRANT_ID)).map(({ at }) => at);
  expect(times).toEqual([...times].sort());
});
