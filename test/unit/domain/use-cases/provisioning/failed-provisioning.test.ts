import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import { codeOf, GRANT_ID, problemOf, ROLE_NAME, successOf } from '../../../../support/domain/samples.ts';
import { asInstant } from '../../../../support/identifiers.ts';
import { listAll } from '../../../../support/stores/listed.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

const state = async () => (await listAll(world.requestPorts.grants))[0]?.state;
const countOf = async (type: string) => (await world.eventTypes()).filter((t) => t === type).length;

describe('a refusal for good', () => {
  test('of CreateRole fails the grant at once, for nothing was made', async () => {
    world.iam.fault('createRole', { effect: 'refuse', code: 'DENIED' });
    expect(codeOf(await world.request())).toBe('UPSTREAM_FAILED');
    expect(await world.eventTypes()).not.toContain('CompensationStarted');
    expect([await state(), world.iam.roles.size]).toEqual(['failed', 0]);
  });

  test('of a second CreateRole proves nothing: what the first has made is removed', async () => {
    world.iam.fault('createRole', { effect: 'lostReply' }, { effect: 'refuse' });
    await world.request();
    await world.resume();
    expect([await state(), world.iam.roles.size]).toEqual(['failed', 0]);
    expect(await world.eventTypes()).toContain('CompensationStarted');
  });

  test('of the permissions is compensated: the role is gone and the grant failed', async () => {
    world.iam.fault('putPermissionsPolicy', { effect: 'refuse' });
    expect(codeOf(await world.request())).toBe('UPSTREAM_FAILED');
    expect([await state(), world.iam.roles.size]).toEqual(['failed', 0]);
    expect((await world.eventTypes()).slice(-4)).toEqual([
      'CompensationStarted',
      'RoleDisabled',
      'RoleDeleted',
      'ProvisioningFailed',
    ]);
  });

  test('is no hindrance to asking again', async () => {
    world.iam.fault('putPermissionsPolicy', { effect: 'refuse' });
    await world.request();
    expect(successOf(await world.request()).outcome).toBe('created');
    expect(await state()).toBe('active');
  });

  test('is told to an equal request that joined meanwhile, never as CONFLICT', async () => {
    world.iam.fault('putPermissionsPolicy', { effect: 'refuse' });
    const [first, second] = await Promise.all([world.request(), world.request()]);
    expect([codeOf(first), codeOf(second)]).not.toContain('CONFLICT');
    expect(world.iam.roles.size).toBeLessThanOrEqual(1);
  });
});

describe('a compensation', () => {
  test.each(['putTrustPolicy', 'putBoundary', 'listPolicies', 'deleteRole'] as const)(
    'goes on after a crash at %s',
    async (action) => {
      world.iam.fault('putPermissionsPolicy', { effect: 'refuse' });
      world.iam.fault(action, { effect: 'dieAfter' });
      await world.request();
      await world.resume();
      expect([await state(), world.iam.roles.size]).toEqual(['failed', 0]);
      expect(await countOf('ProvisioningFailed')).toBe(1);
    },
  );
});

describe('a role whose creation was announced and never confirmed', () => {
  const AWAY = { effect: 'unavailable' } as const;

  /** CreateRole's outcome stays unknown, then the template changes: the grant cannot be made any more. */
  async function unknownOutcome() {
    world.iam.fault('createRole', AWAY);
    await world.request();
    world.redeploy((content) => Object.assign(content, { maxSessionDuration: 7200 }));
  }

  test('counts as absent only after two looks 60 seconds apart', async () => {
    await unknownOutcome();
    await world.resume();
    expect(await state()).toBe('provisioning');
    await world.resume(GRANT_ID, 59);
    expect(await state()).toBe('provisioning');
    await world.resume(GRANT_ID, 1);
    expect(await state()).toBe('failed');
    expect(await countOf('RoleNotFound')).toBe(1);
  });

  test('is removed when the second look finds it', async () => {
    world.iam.fault('createRole', { effect: 'lostReply' });
    await world.request();
    world.redeploy((content) => Object.assign(content, { maxSessionDuration: 7200 }));
    world.iam.hiddenUntil.set(ROLE_NAME, world.clock.now() + 100_000);
    await world.resume();
    expect(await state()).toBe('provisioning');
    await world.resume();
    expect([await state(), world.iam.roles.size]).toEqual(['failed', 0]);
  });

  test('keeps a revoke unfinished until two looks 60 seconds apart have found nothing', async () => {
    await unknownOutcome();
    world.clock.advance(91_000);
    expect(successOf(await world.revoke()).outcome).toBe('accepted');
    await world.resume(GRANT_ID, 59);
    expect(await state()).toBe('revoking');
    await world.resume(GRANT_ID, 1);
    expect(await state()).toBe('revoked');
  });
});

describe('a failed grant', () => {
  const AWAY = { effect: 'unavailable' } as const;

  async function failedGrant() {
    world.iam.fault('createRole', { effect: 'refuse' });
    await world.request();
    expect(await state()).toBe('failed');
  }

  /** What a CreateRole that IAM only got to later leaves behind. */
  async function lateRole() {
    const twin = new World();
    twin.clock.advance(world.clock.now() - twin.clock.now());
    await twin.request();
    const role = twin.theRole();
    role.inline.clear();
    world.iam.handMade(ROLE_NAME, { ...role, createdAt: asInstant(world.clock.instant()) });
  }

  test('is revoked with 200 and without a write in IAM when nothing is left, and held by a person', async () => {
    await failedGrant();
    const before = world.story();
    for (let times = 0; times < 2; times += 1) {
      const answer = successOf(await world.revoke());
      expect([answer.outcome, answer.grant.state]).toEqual(['changed', 'failed']);
      expect([answer.grant.hold?.by.kind, world.story()]).toEqual(['person', [...before, 'GrantHeld']]);
    }
  });

  test('that left a role behind after all loses it on a revoke', async () => {
    await failedGrant();
    await lateRole();
    const answer = successOf(await world.revoke());
    expect([answer.outcome, answer.grant.state, world.iam.roles.size]).toEqual(['changed', 'revoked', 0]);
  });

  test.each<[string, (role: ReturnType<World['theRole']>) => unknown]>([
    ['policies that the grant never put there', (role) => role.inline.set('admin', {})],
    ['another trust policy', (role) => Object.assign(role, { trustPolicy: {} })],
    [
      'an earlier date than the request',
      (role) => Object.assign(role, { createdAt: asInstant('2025-06-01T00:00:00.000Z') }),
    ],
  ])('never loses a role with %s, whatever its tags say', async (_, change) => {
    await failedGrant();
    await lateRole();
    change(world.theRole());
    const before = world.roleText();
    await world.revoke();
    expect(world.roleText()).toBe(before);
  });

  test('is never answered as clean while IAM cannot be asked', async () => {
    await failedGrant();
    await lateRole();
    world.iam.fault('findRole', AWAY);
    const answer = await world.revoke();
    expect(problemOf(answer)).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      retryAfter: expect.any(Number),
    });
    const grants = await listAll(world.requestPorts.grants);
    expect(grants[0]?.lastError?.code).toBe('UPSTREAM_FAILED');
    expect(successOf(await world.revoke()).outcome).toBe('changed');
    expect(world.iam.roles.size).toBe(0);
  });
});

describe('a failure that may pass', () => {
  test('leaves the grant for later, tells why once, and is due', async () => {
    world.iam.fault('createRole', { effect: 'unavailable' }, { effect: 'unavailable' });
    expect(successOf(await world.request()).outcome).toBe('accepted');
    expect(world.grants.rows.get(GRANT_ID)?.dueAt).toBeDefined();
    await world.resume();
    expect(await countOf('AttemptFailed')).toBe(1);
    await world.resume();
    expect(await state()).toBe('active');
    const grants = await listAll(world.requestPorts.grants);
    expect(grants[0]?.lastError).toBeUndefined();
  });
});
