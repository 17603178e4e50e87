import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../../../domain/grants/event.ts';
import { appendEvent, loadStream } from '../../../../../domain/use-cases/grant-stream.ts';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import { BOUNDARY, DENY_ALL } from '../../../../support/domain/fakes/iam.ts';
import { ada, GRANT_ID, grace, personOf, ROLE_NAME } from '../../../../support/domain/samples.ts';
import { frozen, repairRequested, revocation, thawed } from '../../../../support/domain/stories.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.request();
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

const append = async (event: NewEvent, principal = grace) => {
  const stream = await loadStream(world.requestPorts, GRANT_ID);
  const cause = { principal, correlationId: 'incident', entryPoint: 'http' as const };
  await appendEvent(world.requestPorts, stream, { event, cause });
};
/** Appends an event and has the provisioner do what it announces. */
const does = async (event: NewEvent) => {
  await append(event);
  return world.invoke();
};
const since = (first: string) => world.story().slice(world.story().lastIndexOf(first));
const isClosed = () => {
  const { trustPolicy, boundaryArn } = world.theRole();
  return JSON.stringify(trustPolicy).includes('"Deny"') && boundaryArn === DENY_ALL;
};
const FROZEN_STORY = [
  'GrantFrozen',
  `putTrustPolicy ${ROLE_NAME}`,
  `putBoundary ${DENY_ALL}`,
  'RoleDisabled',
];

describe('a freeze', () => {
  test('takes steps 1 and 2 of a revoke, announced, and keeps the role', async () => {
    const { id } = world.theRole();
    expect(await does(frozen)).toEqual({ outcome: 'settled' });
    expect(since('GrantFrozen')).toEqual(FROZEN_STORY);
    expect([world.theRole().id, isClosed()]).toEqual([id, true]);
    expect((await world.grantNow()).state).toBe('frozen');
  });

  test('is not done while IAM refuses one of the steps, and is done later', async () => {
    world.iam.fault('putBoundary', { effect: 'refuse' });
    expect(await does(frozen)).toEqual({ outcome: 'unfinished' });
    expect(isClosed()).toBe(false);
    expect(await world.resume()).toEqual({ outcome: 'settled' });
    expect(isClosed()).toBe(true);
  });

  test('of a role that is gone, or was replaced, writes nothing and is done', async () => {
    world.clock.advance(120_000);
    for (const spoil of [() => world.iam.roles.clear(), () => world.iam.handMade(ROLE_NAME)]) {
      world = new World();
      await world.request();
      world.clock.advance(120_000);
      spoil();
      expect(await does(frozen)).toEqual({ outcome: 'settled' });
      expect(since('GrantFrozen')).toEqual(['GrantFrozen', 'RoleDeleted']);
    }
  });

  test('of a role without our tag writes nothing and is not done', async () => {
    world.theRole().tags = {};
    expect(await does(frozen)).toEqual({ outcome: 'unfinished' });
    expect(since('GrantFrozen')).toEqual(['GrantFrozen', 'AttemptFailed']);
  });

  test('is respected by an update that was asked for before, and by a request that waits', async () => {
    await does(frozen);
    const asked = await world.request({ parameters: { bucket: 'shop-other' } });
    expect(asked).toMatchObject({ ok: false, problem: { code: 'FROZEN' } });
    expect(isClosed()).toBe(true);
  });

  test('of a grant whose role is about to be made makes none', async () => {
    await world.revoke();
    world.iam.fault('createRole', { effect: 'dieBefore' });
    await world.request();
    await append(frozen);
    world.clock.advance(200_000);
    await world.invoke();
    world.clock.advance(200_000);
    expect(await world.invoke()).toEqual({ outcome: 'settled' });
    expect([world.iam.roles.size, (await world.grantNow()).state]).toEqual([0, 'frozen']);
  });

  test('ends with a revoke as an active grant does', async () => {
    await does(frozen);
    expect(await does(revocation)).toEqual({ outcome: 'settled' });
    expect([world.iam.roles.size, (await world.grantNow()).state]).toEqual([0, 'revoked']);
  });
});

describe('a thaw', () => {
  test('opens the same role again, the trust policy last', async () => {
    const before = world.roleText();
    await does(frozen);
    expect(await does(thawed)).toEqual({ outcome: 'settled' });
    expect(since('GrantThawed')).toEqual([
      'GrantThawed',
      'UpdateStarted',
      `putBoundary ${BOUNDARY}`,
      `putTrustPolicy ${ROLE_NAME}`,
      'GrantActivated',
    ]);
    expect([world.roleText(), (await world.grantNow()).state]).toEqual([before, 'active']);
  });

  test('puts back what was altered meanwhile, and removes what was added', async () => {
    const before = world.roleText();
    await does(frozen);
    const role = world.theRole();
    role.inline.set('permissions', { Version: '2012-10-17', Statement: [] });
    role.inline.set('backdoor', { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
    role.maxSessionDuration = 43_200;
    role.tags['rolewright:template'] = 'other';
    await does(thawed);
    expect(world.roleText()).toBe(before);
  });

  test('undoes no Deny that was put into the role’s own policy meanwhile; a repair does', async () => {
    const before = world.roleText();
    await does(frozen);
    const own = world.theRole().inline.get('permissions') as { Statement: object[] };
    own.Statement.push({ Effect: 'Deny', Action: 's3:PutObject', Resource: '*' });
    const contained = world.roleText();
    expect(await does(thawed)).toEqual({ outcome: 'settled' });
    expect(since('GrantThawed').slice(0, 2)).toEqual(['GrantThawed', 'ThawFailed']);
    expect(world.roleText()).toBe(contained);
    expect(await world.grantNow()).toMatchObject({ state: 'frozen', lastError: { code: 'CONFLICT' } });
    // Who thawed has asked.
    await append(repairRequested, personOf('lin@acme.example'));
    await world.invoke();
    expect([world.roleText(), (await world.grantNow()).state]).toEqual([before, 'active']);
  });

  test('keeps a policy that denies: it is somebody’s containment', async () => {
    await does(frozen);
    world.theRole().inline.set('AWSRevokeOlderSessions', {
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    });
    await does(thawed);
    expect([...world.theRole().inline.keys()]).toEqual(['permissions', 'AWSRevokeOlderSessions']);
  });

  test.each<[string, string, (w: World) => unknown]>([
    [
      'the template changed',
      'PLAN_CHANGED',
      (w) => w.redeploy((c) => Object.assign(c, { maxSessionDuration: 7200 })),
    ],
    [
      'the repository is gone',
      'REPOSITORY_NOT_FOUND',
      (w) => Object.assign(w.bitbucket, { repositories: [] }),
    ],
    [
      'its names are no longer owned',
      'NOT_OWNED',
      (w) => {
        w.configuration = { ...w.configuration, ownership: [] };
      },
    ],
    ['the role was replaced', 'ROLE_NAME_TAKEN', (w) => w.iam.handMade(ROLE_NAME, { path: '/rolewright/' })],
    [
      'a policy is attached that denies, or cannot be read',
      'CONFLICT',
      (w) => w.theRole().attached.add('arn:aws:iam::111122223333:policy/quarantine'),
    ],
  ])('fails where %s, and the grant stays frozen', async (_, code, spoil) => {
    await does(frozen);
    spoil(world);
    expect(await does(thawed)).toEqual({ outcome: 'settled' });
    expect(await world.grantNow()).toMatchObject({ state: 'frozen', lastError: { code } });
    const { trustPolicy } = world.theRole();
    expect(JSON.stringify(trustPolicy)).not.toContain('"Allow"');
  });

  test('that IAM refuses half-way closes the role again', async () => {
    await does(frozen);
    world.iam.fault('putTrustPolicy', { effect: 'refuse' });
    expect(await does(thawed)).toEqual({ outcome: 'settled' });
    expect([isClosed(), (await world.grantNow()).state]).toEqual([true, 'frozen']);
    expect(since('ThawFailed')).toEqual(['ThawFailed', `putBoundary ${DENY_ALL}`, 'RoleDisabled']);
  });

  test('makes a role anew that was deleted, and one that cannot be made leaves the grant frozen', async () => {
    world.clock.advance(120_000);
    await does(frozen);
    world.iam.roles.clear();
    world.iam.fault('createRole', { effect: 'refuse' });
    await does(thawed);
    expect(await world.grantNow()).toMatchObject({ state: 'frozen', lastError: { code: 'UPSTREAM_FAILED' } });
    await does(repairRequested);
    // Grace has thawed it, so her repair has no effect; nobody else asked.
    expect((await world.grantNow()).state).toBe('frozen');
  });
});

describe('a repair of an active grant', () => {
  test('restores exactly what was last applied', async () => {
    const before = world.roleText();
    const role = world.theRole();
    role.trustPolicy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: '*' }],
    };
    role.boundaryArn = undefined;
    role.inline.set('permissions', { Version: '2012-10-17', Statement: [] });
    role.inline.set('extra', { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });
    expect(await does(repairRequested)).toEqual({ outcome: 'settled' });
    expect(world.roleText()).toBe(before);
    expect(await world.grantNow()).toMatchObject({ state: 'active' });
    expect((await world.eventTypes()).at(-1)).toBe('DriftRepaired');
  });

  test.each<[string, string, (w: World) => unknown]>([
    ['the role is gone', 'CONFLICT', (w) => w.iam.roles.clear()],
    ['the role was replaced', 'ROLE_NAME_TAKEN', (w) => w.iam.handMade(ROLE_NAME)],
    [
      'the template changed',
      'PLAN_CHANGED',
      (w) => w.redeploy((c) => Object.assign(c, { maxSessionDuration: 7200 })),
    ],
  ])('fails where %s, writes nothing, and says so', async (_, code, spoil) => {
    spoil(world);
    const writes = world.iamWrites().length;
    await does(repairRequested);
    expect(await world.grantNow()).toMatchObject({ state: 'active', lastError: { code } });
    expect(world.iamWrites()).toHaveLength(writes);
  });

  test('that the requester asks for has no effect', async () => {
    await append(repairRequested, ada);
    expect(await world.invoke()).toEqual({ outcome: 'settled' });
    expect((await world.eventTypes()).at(-1)).toBe('RepairRequested');
  });
});

describe('a grant that was approved is thawed by its approval', () => {
  const required = () => world.redeploy((content) => Object.assign(content, { approval: 'required' }));

  test.each<[string, () => Promise<unknown>]>([
    [
      'as a new grant',
      async () => {
        await world.revoke();
        required();
        await world.request();
        await world.approve();
      },
    ],
    [
      'as a change',
      async () => {
        required();
        await world.request({ parameters: { bucket: 'shop-other' } });
        await world.approve();
      },
    ],
    [
      'before it was narrowed',
      async () => {
        await world.revoke();
        world.redeploy((content) =>
          Object.assign(content, { approval: 'required', maxSessionDuration: 7200 }),
        );
        await world.request();
        await world.approve();
        required();
        await world.request();
      },
    ],
  ])('%s', async (_, make) => {
    await make();
    expect((await world.grantNow()).state).toBe('active');
    const before = world.roleText();
    await does(frozen);
    const carol = {
      kind: 'person',
      id: 'carol@acme.example',
      identifiers: [`email:${'c'.repeat(64)}`, `sub:${'c'.repeat(64)}`],
    } as const;
    await append(thawed, carol as never);
    await world.invoke();
    expect([(await world.grantNow()).state, world.roleText()]).toEqual(['active', before]);
  });
});
