import { beforeEach, describe, expect, test } from '@jest/globals';
import { streamBeside } from '../../../../../domain/grants/unreadable/revocation.ts';
import type { GrantId } from '../../../../../domain/shared/identifiers.ts';
import { reconcile } from '../../../../../domain/use-cases/reconcile.ts';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { pipelineOf, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import { DENY_ALL } from '../../../../support/domain/fakes/iam.ts';
import { FollowWorld } from '../../../../support/domain/follow.ts';
import { GRANT_ID, present, problemOf, ROLE_NAME, shop } from '../../../../support/domain/samples.ts';
import {
  breakStream,
  spoil,
  spoilers,
  writeNewer,
} from '../../../../support/domain/streams/broken-streams.ts';
import { asAccountId, asEpoch } from '../../../../support/identifiers.ts';

const BESIDE = streamBeside(GRANT_ID);
const HOUR_MS = 3_600_000;
const reader = { principal: { kind: 'person' as const, id: 'rosa@acme.example' }, groups: ['readers'] };
const stranger = { principal: { kind: 'person' as const, id: 'sam@acme.example' }, groups: [] };

let world: World;
beforeEach(async () => {
  world = new World();
  await world.request({ expiresIn: 'PT2H' });
});

const beside = () => world.log.load(BESIDE);
const types = async () => (await beside()).map(({ type }) => type);
const isClosed = () => {
  const { trustPolicy, boundaryArn } = world.theRole();
  return !JSON.stringify(trustPolicy).includes('Allow') && boundaryArn === DENY_ALL;
};
const revoke = (caller = platform) => world.revokeAny(GRANT_ID, caller);
const stopped: string[] = [];
const pass = () =>
  reconcile(
    {
      ...world.requestPorts,
      worker: world.worker,
      reportFailure: () => {},
      reportStopped: (grantId) => stopped.push(grantId),
    },
    { correlationId: 'pass', deadline: asEpoch(Number.POSITIVE_INFINITY) },
  );

describe('a grant whose stream cannot be read', () => {
  test.each(spoilers)(
    'with %s is revocable: its role is closed, announced and recorded beside it',
    async (_, how) => {
      breakStream(world, how);
      const answer = await revoke();
      expect(answer).toMatchObject({
        ok: true,
        value: { grantId: GRANT_ID, revocation: { state: 'closed' } },
      });
      expect(isClosed()).toBe(true);
      expect(await types()).toEqual(['UnreadableRevocationRequested', 'UnreadableRoleDisabled']);
      expect((await beside())[1]?.data).toMatchObject({
        role: { name: ROLE_NAME, id: world.theRole().id },
      });
      expect(unannouncedWrites(world.journal)).toEqual([]);
      expect(world.theRole().inline.size).toBe(1);
    },
  );

  test('is revoked once, however often it is asked for', async () => {
    breakStream(world, (texts) => [...texts, '{']);
    await revoke();
    const writes = world.iamWrites();
    expect(await revoke()).toMatchObject({ value: { revocation: { state: 'closed' } } });
    expect([await types(), world.iamWrites()]).toEqual([
      ['UnreadableRevocationRequested', 'UnreadableRoleDisabled'],
      writes,
    ]);
  });

  test('is closed again, announced again, where its role was opened since', async () => {
    breakStream(world, (texts) => [...texts, '{']);
    await revoke();
    world.theRole().boundaryArn = undefined;
    await revoke();
    expect(isClosed()).toBe(true);
    expect(await types()).toEqual([
      'UnreadableRevocationRequested',
      'UnreadableRoleDisabled',
      'UnreadableRevocationRequested',
      'UnreadableRoleDisabled',
    ]);
    expect(unannouncedWrites(world.journal)).toEqual([]);
  });

  test.each([
    ['no tag of the grant', (): object => ({ tags: {} })],
    [
      'another grant in its tag',
      (): object => ({ tags: { 'rolewright:grant': `${GRANT_ID.slice(0, -1)}a` } }),
    ],
    ['another path', (): object => ({ path: '/' })],
  ])('leaves a role with %s alone', async (_, change) => {
    Object.assign(world.theRole(), change());
    breakStream(world, (texts) => [...texts, '{']);
    const before = world.roleText();
    expect(await revoke()).toMatchObject({ value: { revocation: { state: 'requested' } } });
    world.clock.advance(61_000);
    expect(await revoke()).toMatchObject({ value: { revocation: { state: 'nothing' } } });
    expect(world.roleText()).toBe(before);
    expect(await types()).toEqual(['UnreadableRevocationRequested', 'UnreadableRoleNotFound']);
  });

  test('leaves a role alone whose name does not hold the id, whatever its tag says', async () => {
    const tags = { 'rolewright:grant': GRANT_ID };
    world.iam.handMade('rw-shop-s3-static-site-aaaaaaaaaaaa', { path: '/rolewright/', tags });
    const before = world.roleText('rw-shop-s3-static-site-aaaaaaaaaaaa');
    breakStream(world, (texts) => [...texts, '{']);
    await revoke();
    expect([isClosed(), world.roleText('rw-shop-s3-static-site-aaaaaaaaaaaa')]).toEqual([true, before]);
  });

  test('is revoked only by those who may: readers are DENIED, others find nothing, nothing is written', async () => {
    breakStream(world, (texts) => [...texts, '{']);
    expect(problemOf(await revoke(reader)).code).toBe('DENIED');
    for (const caller of [stranger, pipelineOf(shop)]) {
      expect(['GRANT_NOT_FOUND', 'DENIED']).toContain(problemOf(await revoke(caller as never)).code);
    }
    expect([await types(), isClosed()]).toEqual([[], false]);
  });

  test('of which nothing is believed is revoked only by who may revoke every grant', async () => {
    breakStream(world, (texts) => texts.map((text) => text.slice(0, -1)));
    const row = present(world.grants.rows.get(GRANT_ID)?.projected);
    row.grant.request.intent.account = asAccountId('999999999999');
    expect(problemOf(await revoke(stranger)).code).toBe('GRANT_NOT_FOUND');
    expect(await revoke()).toMatchObject({ ok: true, value: { revocation: { state: 'closed' } } });
    expect((await beside())[0]?.data).toMatchObject({ repository: { fullName: 'unknown/unknown' } });
  });

  test.each(['putTrustPolicy', 'putBoundary', 'findRole'] as const)(
    'stays due while IAM does not take %s, and is closed by a later pass',
    async (action) => {
      breakStream(world, (texts) => [...texts, '{']);
      world.iam.fault(action, { effect: 'unavailable' });
      expect(await revoke()).toMatchObject({ value: { revocation: { state: 'requested' } } });
      world.clock.advance(61_000);
      await pass();
      expect([isClosed(), (await types()).at(-1)]).toEqual([true, 'UnreadableRoleDisabled']);
      expect(unannouncedWrites(world.journal)).toEqual([]);
    },
  );

  test('whose role was closed is revoked in full once its stream can be read', async () => {
    const texts = present(world.log.streams.get(GRANT_ID));
    spoil(world, '{');
    await revoke();
    world.log.streams.set(GRANT_ID, texts);
    world.clock.advance(61_000);
    await pass();
    expect((await world.grantNow()).state).toBe('revoked');
    expect(world.iam.role(ROLE_NAME)).toBeUndefined();
  });

  test('is decided about in no other way: request, approval and rejection answer CONFLICT and write nothing', async () => {
    spoil(world, '{');
    const planHash = 'a'.repeat(64);
    for (const answer of [
      await world.request({ parameters: { bucket: 'shop-b' } }),
      await world.approve({ planHash }),
      await world.reject({ planHash }),
    ]) {
      expect(problemOf(answer).code).toBe('CONFLICT');
    }
    expect(await types()).toEqual([]);
  });
});

describe('the schedule and an unreadable grant', () => {
  test('revoke nothing because a stream is unreadable', async () => {
    spoil(world, '{');
    await world.grants.markDue(GRANT_ID, 99, world.clock.instant());
    for (let n = 0; n < 5; n += 1) {
      await pass();
      world.clock.advance(600_000);
    }
    expect([await types(), isClosed()]).toEqual([[], false]);
  });

  test('close its role when its row says that it has expired, and count it', async () => {
    spoil(world, '{');
    world.clock.advance(2 * HOUR_MS);
    expect(await pass()).toMatchObject({ due: 1, unreadable: 1 });
    expect([isClosed(), (await beside())[0]?.data]).toMatchObject([true, { cause: 'expired' }]);
  });

  test('believe no expiry of a row that is of another grant', async () => {
    spoil(world, '{');
    present(world.grants.rows.get(GRANT_ID)?.projected).grant.request.intent.name = 'other';
    world.clock.advance(2 * HOUR_MS);
    await pass();
    expect(await types()).toEqual([]);
  });

  test('stop with an alarm at the sixth in one pass', async () => {
    const { limits } = world.configuration;
    world.configuration = { ...world.configuration, limits: { ...limits, liveGrantsPerRepository: 10 } };
    const ids: GrantId[] = [GRANT_ID];
    for (let n = 1; n < 7; n += 1) {
      const made = await world.request({ name: `n${n}`, expiresIn: 'PT2H' });
      if (made.ok && 'grant' in made.value) ids.push(made.value.grant.id);
    }
    for (const id of ids) spoil(world, '{', id);
    world.clock.advance(2 * HOUR_MS + 60_000);
    stopped.length = 0;
    await pass();
    const closed = await Promise.all(
      ids.map(async (id) => (await world.log.load(streamBeside(id))).length > 0),
    );
    expect([closed.filter(Boolean).length, stopped.length]).toEqual([5, 2]);
  });
});

describe('the webhook and an unreadable grant', () => {
  const gone = async (change: (followed: FollowWorld) => void) => {
    const followed = new FollowWorld();
    await followed.request();
    spoil(followed, '{');
    change(followed);
    await followed.deliver('repo:deleted', { repository: { uuid: shop.uuid } });
    return (await followed.log.load(BESIDE)).map(({ type, data }) => [type, 'cause' in data && data.cause]);
  };

  test('close its role when its repository is gone', async () => {
    expect(await gone((followed) => (followed.bitbucket.repositories = []))).toEqual([
      ['UnreadableRevocationRequested', 'repository-gone'],
      ['UnreadableRoleDisabled', false],
    ]);
  });

  test('leave it alone while its repository is there', async () => {
    expect(await gone(() => {})).toEqual([]);
  });

  test('leave it alone where nothing proves that it is of that repository', async () => {
    const forged = await gone((followed) => {
      followed.bitbucket.repositories = [];
      followed.log.streams.set(GRANT_ID, ['{']);
      present(followed.grants.rows.get(GRANT_ID)?.projected).grant.request.intent.name = 'other';
    });
    expect(forged).toEqual([]);
  });
});

describe('a stream that a newer version has written', () => {
  beforeEach(() => writeNewer(world));

  test('is read-only: nothing is requested, approved, rejected or written by this version', async () => {
    const before = world.log.streams.get(GRANT_ID);
    const planHash = 'a'.repeat(64);
    for (const answer of [
      await world.request({ parameters: { bucket: 'shop-b' } }),
      await world.request({ expiresIn: 'PT9H' }),
      await world.approve({ planHash }),
      await world.reject({ planHash }),
    ]) {
      expect(problemOf(answer).code).toBe('CONFLICT');
    }
    expect(world.log.streams.get(GRANT_ID)).toEqual(before);
  });

  test('is revocable: its role is closed, and the stream stays as it is', async () => {
    const before = world.log.streams.get(GRANT_ID);
    expect(await revoke()).toMatchObject({ value: { revocation: { state: 'closed' } } });
    expect([isClosed(), world.log.streams.get(GRANT_ID)]).toEqual([true, before]);
  });

  test('is not provisioned any further, and gets no checkpoint', async () => {
    const writes = world.iamWrites();
    expect(await world.invoke()).toEqual({ outcome: 'unfinished' });
    expect([world.iamWrites(), world.checkpoints.kept.size]).toEqual([writes, 0]);
  });

  test('expires by its row', async () => {
    world.clock.advance(2 * HOUR_MS);
    await pass();
    expect(isClosed()).toBe(true);
  });
});
