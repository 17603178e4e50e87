import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { driftRulesSchema } from '../../../../../domain/drift/settings.ts';
import { PortError } from '../../../../../domain/shared/port-error.ts';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import { BOUNDARY, DENY_ALL, type FakeRole } from '../../../../support/domain/fakes/iam.ts';
import {
  configurationOf,
  GRANT_ID,
  production,
  ROLE_NAME,
  shop,
  web,
} from '../../../../support/domain/samples.ts';

const HOUR_MS = 3_600_000;
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const ALLOW = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
const DENY = { Effect: 'Deny', Action: '*', Resource: '*' };

let world: World;
beforeEach(async () => {
  world = new World();
  await world.request();
  world.clock.advance(HOUR_MS);
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

type Changeable = FakeRole & { trustPolicy: { Statement: object[] } };
const role = () => world.theRole() as Changeable;
const trustOf = (change: object) => {
  const [statement] = role().trustPolicy.Statement;
  role().trustPolicy = policy({ ...statement, ...change }) as Changeable['trustPolicy'];
};

/** What an operator does to the role by hand. */
const opened: Record<string, [kind: string, act: () => unknown]> = {
  'admits every token': ['TRUST_CHANGED', () => trustOf({ Condition: undefined })],
  'admits another principal': [
    'TRUST_CHANGED',
    () => role().trustPolicy.Statement.push({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }),
  ],
  'allows more': [
    'PERMISSIONS_CHANGED',
    () => (role().inline.get('permissions') as { Statement: object[] }).Statement.push(ALLOW),
  ],
  'has another policy': ['POLICY_ATTACHED', () => role().inline.set('extra', policy(ALLOW))],
  'has an attached policy': ['POLICY_ATTACHED', () => role().attached.add(ADMINISTRATOR)],
  'has no boundary': ['BOUNDARY_CHANGED', () => Object.assign(role(), { boundaryArn: undefined })],
  'has a wide boundary': ['BOUNDARY_CHANGED', () => Object.assign(role(), { boundaryArn: ADMINISTRATOR })],
  'has lost a tag': ['TAGS_CHANGED', () => delete role().tags['rolewright:template']],
  'has longer sessions': [
    'SESSION_DURATION_CHANGED',
    () => Object.assign(role(), { maxSessionDuration: 43_200 }),
  ],
};
const closed: Record<string, [kinds: string[], act: () => unknown]> = {
  'refuses every token': [['TRUST_CHANGED'], () => trustOf({ Effect: 'Deny' })],
  'has lost its policy': [['PERMISSIONS_CHANGED'], () => role().inline.delete('permissions')],
  'has a policy that denies': [
    ['POLICY_ATTACHED'],
    () => role().inline.set('AWSRevokeOlderSessions', policy(DENY)),
  ],
  'has AWSDenyAll attached': [['POLICY_ATTACHED'], () => role().attached.add(DENY_ALL)],
  'has AWSDenyAll as boundary': [
    ['BOUNDARY_CHANGED'],
    () => Object.assign(role(), { boundaryArn: DENY_ALL }),
  ],
  'is deleted': [['ROLE_DELETED'], () => world.iam.roles.clear()],
};

const since = (first: string) => world.story().slice(world.story().lastIndexOf(first));
const last = (type: string) =>
  world.journal.flatMap((one) => ('event' in one && one.event.type === type ? [one.event] : [])).at(-1);
const isClosed = () =>
  JSON.stringify(role().trustPolicy).includes('"Deny"') && role().boundaryArn === DENY_ALL;

describe('a look at a role that is as it was applied', () => {
  test('writes nothing, whatever others have tagged', async () => {
    Object.assign(role().tags, { costCentre: '7', 'rolewright:note': 'ours in name only' });
    const before = world.story();
    expect(await world.invoke()).toEqual({ outcome: 'settled' });
    expect(world.story()).toEqual(before);
  });

  test('takes an equal document in other words for the same', async () => {
    const { trustPolicy } = role();
    trustOf({ Sid: '', Action: ['sts:assumerolewithwebidentity'] });
    expect(role().trustPolicy).not.toEqual(trustPolicy);
    const before = world.story();
    await world.invoke();
    expect(world.story()).toEqual(before);
  });
});

describe('a role that somebody opened', () => {
  test.each(Object.entries(opened))('%s: is repaired, announced first', async (_, [kind, act]) => {
    const before = world.roleText();
    act();
    expect(world.roleText()).not.toBe(before);
    expect(await world.invoke()).toEqual({ outcome: 'settled' });
    expect(world.roleText()).toBe(before);
    const story = since('DriftFound');
    expect([story[1], story.at(-1)]).toEqual(['UpdateStarted', 'DriftRepaired']);
    expect(await world.grantNow()).toMatchObject({
      state: 'active',
      drift: { kinds: [kind], action: 'repaired', differences: [] },
    });
    const quiet = world.story();
    await world.invoke();
    expect(world.story()).toEqual(quiet);
  });

  test('in every way at once is repaired at once', async () => {
    const before = world.roleText();
    for (const [, act] of Object.values(opened)) act();
    await world.invoke();
    expect(world.roleText()).toBe(before);
    expect(world.story().filter((one) => one === 'DriftFound')).toHaveLength(1);
  });

  test('in the same way again within 24 hours is frozen, and after that repaired again', async () => {
    const [, act] = opened['admits every token'] ?? [];
    for (const [hours, expected] of [
      [23, 'frozen'],
      [25, 'active'],
    ] as const) {
      world = new World();
      await world.request();
      world.clock.advance(HOUR_MS);
      act?.();
      await world.invoke();
      world.clock.advance(hours * HOUR_MS);
      act?.();
      await world.invoke();
      expect([hours, (await world.grantNow()).state]).toEqual([hours, expected]);
    }
    expect(last('DriftFound')).not.toMatchObject({ data: { reason: expect.anything() } });
  });

  test('is left alone where the administrator wants a report, and reported once', async () => {
    world.configuration = { ...configurationOf(), drift: driftRulesSchema.parse([{ action: 'report' }]) };
    opened['has longer sessions']?.[1]();
    await world.invoke();
    expect(since('DriftFound')).toEqual(['DriftFound']);
    expect(await world.grantNow()).toMatchObject({
      state: 'active',
      drift: { kinds: ['SESSION_DURATION_CHANGED'], action: 'reported' },
    });
    await world.invoke();
    expect(world.story().filter((one) => one === 'DriftFound')).toHaveLength(1);
    Object.assign(role(), { maxSessionDuration: 3600 });
    await world.invoke();
    expect(since('DriftEnded')).toEqual(['DriftEnded']);
    expect((await world.grantNow()).drift).toBeUndefined();
  });

  test('is frozen where the administrator wants that', async () => {
    world.configuration = { ...configurationOf(), drift: driftRulesSchema.parse([{ action: 'freeze' }]) };
    opened['has lost a tag']?.[1]();
    await world.invoke();
    expect([(await world.grantNow()).state, isClosed()]).toEqual(['frozen', true]);
  });
});

describe('a role that somebody closed', () => {
  test.each(Object.entries(closed))(
    '%s: the grant is frozen, and nothing is undone',
    async (_, [kinds, act]) => {
      act();
      expect(await world.invoke()).toEqual({ outcome: 'settled' });
      const grant = await world.grantNow();
      expect(grant).toMatchObject({
        state: 'frozen',
        frozen: { cause: 'drift', kinds: [...kinds, 'CLOSED_BY_HAND'] },
        drift: { kinds: [...kinds, 'CLOSED_BY_HAND'], action: 'frozen' },
      });
      expect(since('DriftFound').slice(0, 2)).toEqual(['DriftFound', 'GrantFrozen']);
      if (world.iam.roles.size > 0) {
        expect(isClosed()).toBe(true);
        for (const name of role().inline.keys())
          expect(['permissions', 'AWSRevokeOlderSessions']).toContain(name);
      }
      expect(world.iam.roles.size).toBe(kinds.includes('ROLE_DELETED') ? 0 : 1);
      const quiet = world.story();
      await world.invoke();
      expect(world.story()).toEqual(quiet);
    },
  );

  test('and opened in another way is frozen, too', async () => {
    for (const [, act] of Object.values(opened)) act();
    closed['has AWSDenyAll attached']?.[1]();
    await world.invoke();
    expect((await world.grantNow()).state).toBe('frozen');
    expect(isClosed()).toBe(true);
    expect(role().attached).toContain(DENY_ALL);
  });

  test('while its repair was under way is frozen: the look is repeated before anything is restored', async () => {
    opened['admits every token']?.[1]();
    world.iam.fault(
      'listPolicies',
      { effect: 'meanwhile', act: () => {} },
      {
        effect: 'meanwhile',
        act: () => role().attached.add(DENY_ALL),
      },
    );
    await world.invoke();
    await world.invoke();
    expect((await world.grantNow()).state).toBe('frozen');
    expect(role().attached).toContain(DENY_ALL);
  });

  test('by deleting the identity provider is frozen, and the provider is not made again', async () => {
    world.iam.providers.clear();
    await world.invoke();
    expect(await world.grantNow()).toMatchObject({
      state: 'frozen',
      drift: { kinds: ['PROVIDER_CHANGED', 'CLOSED_BY_HAND'] },
    });
    expect(world.iam.providers.size).toBe(0);
  });

  test('within its first minute is not taken for deleted: it may not be visible yet', async () => {
    world = new World();
    await world.request();
    world.iam.roles.clear();
    expect(await world.invoke()).toEqual({ outcome: 'unfinished' });
    expect((await world.grantNow()).state).toBe('active');
  });
});

describe('a role that is no longer the grant’s', () => {
  test('because it was replaced: the grant is frozen, and nothing is written to the role', async () => {
    world.iam.roles.clear();
    world.iam.handMade(ROLE_NAME, { tags: { owner: 'them' } });
    const before = world.roleText();
    await world.invoke();
    expect(await world.grantNow()).toMatchObject({ state: 'frozen', drift: { kinds: ['ROLE_REPLACED'] } });
    expect(world.roleText()).toBe(before);
  });

  test('because it lost the tag of the grant: the grant is frozen, and nothing is written to the role', async () => {
    delete role().tags['rolewright:grant'];
    const before = world.roleText();
    await world.invoke();
    expect(await world.grantNow()).toMatchObject({ state: 'frozen', drift: { kinds: ['TAGS_CHANGED'] } });
    expect(world.roleText()).toBe(before);
  });
});

describe('the role of a frozen grant', () => {
  beforeEach(async () => {
    closed['has AWSDenyAll attached']?.[1]();
    await world.invoke();
    world.clock.advance(HOUR_MS);
  });

  test('that is as it was closed has no drift', async () => {
    const quiet = world.story();
    await world.invoke();
    expect(world.story()).toEqual(quiet);
  });

  test.each<[string, () => unknown]>([
    ['its trust', () => trustOf({ Effect: 'Allow' })],
    ['its boundary', () => Object.assign(role(), { boundaryArn: BOUNDARY })],
  ])('that somebody opens again by %s is closed again, however often', async (_, act) => {
    for (let n = 0; n < 2; n += 1) {
      act();
      expect(isClosed()).toBe(false);
      await world.invoke();
      expect(isClosed()).toBe(true);
      expect(since('DriftFound').at(-1)).toBe('RoleDisabled');
      expect((await world.grantNow()).state).toBe('frozen');
      world.clock.advance(HOUR_MS);
    }
  });
});

describe('the role of a frozen grant that has lost its tag and was opened', () => {
  test('is written by nobody, and the grant says so until it is closed', async () => {
    closed['has AWSDenyAll attached']?.[1]();
    await world.invoke();
    world.clock.advance(HOUR_MS);
    trustOf({ Effect: 'Allow' });
    const { tags } = role();
    role().tags = {};
    const before = world.roleText();
    expect(await world.invoke()).toEqual({ outcome: 'unfinished' });
    expect(world.roleText()).toBe(before);
    expect(since('DriftFound')).toEqual(['DriftFound', 'AttemptFailed']);
    expect(await world.grantNow()).toMatchObject({
      state: 'frozen',
      drift: { kinds: ['TRUST_CHANGED'], action: 'frozen' },
      lastError: { code: 'ROLE_NAME_TAKEN' },
    });
    expect(world.grants.rows.get(GRANT_ID)?.dueAt).toBeDefined();
    role().tags = tags;
    expect(await world.resume()).toEqual({ outcome: 'settled' });
    expect(isClosed()).toBe(true);
  });
});

describe('what may not be restored', () => {
  test('is frozen where it was opened', async () => {
    world.configuration = {
      ...configurationOf(),
      projects: [],
      guardrails: { audit: [], deny: ['s3:PutObject'] },
    };
    opened['admits every token']?.[1]();
    await world.invoke();
    expect((await world.grantNow()).state).toBe('frozen');
    expect(last('DriftFound')).toMatchObject({
      data: { action: 'freeze', reason: expect.stringMatching(/cannot be repaired/) },
    });
    expect(isClosed()).toBe(true);
  });

  test('is reported where it was not, once', async () => {
    world.configuration = { ...configurationOf(), guardrails: { audit: [], deny: ['s3:PutObject'] } };
    opened['has lost a tag']?.[1]();
    await world.invoke();
    expect(await world.grantNow()).toMatchObject({ state: 'active', drift: { action: 'reported' } });
    const quiet = world.story();
    await world.invoke();
    expect(world.story()).toEqual(quiet);
    world.configuration = configurationOf();
    world.clock.advance(24 * HOUR_MS);
    await world.invoke();
    expect(await world.grantNow()).toMatchObject({ drift: { action: 'repaired' } });
  });
});

describe('what Bitbucket says', () => {
  const move = (changes: object) => {
    world.bitbucket.repositories = [{ ...shop, ...changes }, web];
  };
  test.each<[string, string, () => unknown]>([
    [
      'gone',
      'REPOSITORY_GONE',
      () => {
        world.bitbucket.repositories = [web];
      },
    ],
    ['moved', 'REPOSITORY_MOVED', () => move({ project: web.project })],
  ])('of a repository that is %s is reported, once, and ends', async (_, kind, act) => {
    act();
    await world.invoke();
    expect(await world.grantNow()).toMatchObject({
      state: 'active',
      drift: { kinds: [kind], action: 'reported' },
    });
    await world.invoke();
    expect(world.story().filter((one) => one === 'DriftFound')).toHaveLength(1);
    world.bitbucket.repositories = [shop, web];
    await world.invoke();
    expect((await world.grantNow()).drift).toBeUndefined();
  });

  test('stays in the finding of a role that may not be restored because its repository has moved, and is found once', async () => {
    move({ project: web.project });
    opened['has lost a tag']?.[1]();
    await world.invoke();
    expect(await world.grantNow()).toMatchObject({
      state: 'active',
      drift: { kinds: ['TAGS_CHANGED', 'REPOSITORY_MOVED'], action: 'reported' },
    });
    const quiet = world.story();
    await world.invoke();
    expect(world.story()).toEqual(quiet);
  });

  test('of an environment that is gone is reported', async () => {
    world = new World();
    const asked = await world.request({ environment: production.name });
    if (!asked.ok || !('grant' in asked.value)) throw new Error('it was not granted');
    const { id } = asked.value.grant;
    world.clock.advance(HOUR_MS);
    world.bitbucket.environments.set(shop.uuid, []);
    await world.invoke(id);
    expect(last('DriftFound')).toMatchObject({
      data: { differences: [{ kind: 'ENVIRONMENT_GONE', direction: 'neutral' }] },
    });
  });

  test('is unknown while it does not answer: what is known stays, and the role is compared all the same', async () => {
    move({ project: web.project });
    await world.invoke();
    world.bitbucket.outage = new PortError('Bitbucket', 'UNAVAILABLE', 'Bitbucket is away.');
    const quiet = world.story();
    await world.invoke();
    expect(world.story()).toEqual(quiet);
  });
});

describe('a repair', () => {
  test('that dies at any call is finished by the next run', async () => {
    const calls = [
      'findRole',
      'putBoundary',
      'deleteInlinePolicy',
      'detachPolicy',
      'putTags',
      'putTrustPolicy',
      'putPermissionsPolicy',
      'putMaxSessionDuration',
    ] as const;
    for (const call of calls) {
      for (const effect of ['dieBefore', 'dieAfter', 'lostReply'] as const) {
        world = new World();
        await world.request();
        world.clock.advance(HOUR_MS);
        const before = world.roleText();
        for (const [, act] of Object.values(opened)) act();
        world.iam.fault(call, { effect });
        await world.invoke();
        world.clock.advance(200_000);
        await world.invoke();
        await world.invoke();
        expect([call, effect, world.roleText()]).toEqual([call, effect, before]);
        expect([call, effect, (await world.grantNow()).drift]).toMatchObject([
          call,
          effect,
          { action: 'repaired' },
        ]);
        expect(unannouncedWrites(world.journal)).toEqual([]);
      }
    }
  });
});
