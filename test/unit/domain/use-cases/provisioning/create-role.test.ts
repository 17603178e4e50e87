import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import { BOUNDARY } from '../../../../support/domain/fakes/iam.ts';
import {
  codeOf,
  GRANT_ID,
  production,
  ROLE_NAME,
  shop,
  successOf,
} from '../../../../support/domain/samples.ts';
import { asInstant, asProjectUuid } from '../../../../support/identifiers.ts';
import { listAll } from '../../../../support/stores/listed.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

const state = async () => (await listAll(world.requestPorts.grants))[0]?.state;
const countOf = async (type: string) => (await world.eventTypes()).filter((t) => t === type).length;

describe('a role whose name is taken', () => {
  test.each<[string, object]>([
    ['outside the path', {}],
    ['inside the path, untagged', { path: '/rolewright/' }],
    ['of another grant', { path: '/rolewright/', tags: { 'rolewright:grant': 'gr_other' } }],
    ['with our tag and foreign trust', { path: '/rolewright/', tags: { 'rolewright:grant': GRANT_ID } }],
  ])('by one %s is ROLE_NAME_TAKEN, and that one stays untouched', async (_, over) => {
    world.iam.handMade(ROLE_NAME, { ...over, inline: new Map([['admin', {}]]) });
    const before = world.roleText();
    expect(codeOf(await world.request())).toBe('ROLE_NAME_TAKEN');
    expect(world.roleText()).toBe(before);
    expect(await state()).toBe('failed');
    await world.revoke();
    expect(world.roleText()).toBe(before);
  });

  test('in another case is taken, too', async () => {
    world.iam.handMade(ROLE_NAME.toUpperCase());
    expect(codeOf(await world.request())).toBe('ROLE_NAME_TAKEN');
  });
});

describe('a crash between CreateRole and RoleCreated', () => {
  test.each(['dieAfter', 'lostReply'] as const)('(%s) is healed: the role is adopted', async (effect) => {
    world.iam.fault('createRole', { effect });
    await world.request();
    const { id } = world.theRole();
    await world.resume();
    expect([await state(), world.theRole().id]).toEqual(['active', id]);
    expect((await world.eventTypes()).slice(-2)).toEqual(['RoleCreated', 'GrantActivated']);
  });

  test.each<[string, (role: ReturnType<World['theRole']>) => unknown]>([
    [
      'its trust policy',
      (role) => Object.assign(role, { trustPolicy: { Version: '2012-10-17', Statement: [] } }),
    ],
    ['its boundary', (role) => Object.assign(role, { boundaryArn: undefined })],
    ['its session duration', (role) => Object.assign(role, { maxSessionDuration: 7200 })],
    ['a tag more', (role) => Object.assign(role.tags, { owner: 'mallory' })],
    ['a tag less', (role) => Reflect.deleteProperty(role.tags, 'rolewright:template')],
    ['an inline policy', (role) => role.inline.set('permissions', {})],
    ['an attached policy', (role) => role.attached.add('arn:aws:iam::aws:policy/AdministratorAccess')],
    [
      'an older date of creation',
      (role) => Object.assign(role, { createdAt: asInstant('2025-12-31T23:00:00.000Z') }),
    ],
  ])('adopts no role that differs in %s', async (_, change) => {
    world.iam.fault('createRole', { effect: 'dieAfter' });
    await world.request();
    change(world.theRole());
    const before = world.roleText();
    await world.resume();
    expect(await world.log.load(GRANT_ID).then((events) => events.at(-1))).toMatchObject({
      type: 'ProvisioningFailed',
      data: { error: { code: 'ROLE_NAME_TAKEN' } },
    });
    expect(world.roleText()).toBe(before);
  });

  test('keeps nobody else from the role name when nothing was created', async () => {
    world.iam.fault('createRole', { effect: 'dieBefore' });
    await world.request();
    await world.resume();
    expect([await state(), world.iam.roles.size]).toEqual(['active', 1]);
  });
});

describe('a crash after RoleCreated', () => {
  beforeEach(async () => {
    world.iam.fault('putPermissionsPolicy', { effect: 'dieBefore' });
    await world.request();
  });

  test('is healed: the permissions follow', async () => {
    await world.resume();
    expect([await state(), [...world.theRole().inline.keys()]]).toEqual(['active', ['permissions']]);
  });

  test('fails the grant when the role was deleted by hand meanwhile', async () => {
    world.iam.roles.clear();
    await world.resume();
    expect([await state(), world.iam.roles.size]).toEqual(['failed', 0]);
  });

  test('gives no permissions to a role that was put in its place by hand', async () => {
    world.iam.roles.clear();
    world.iam.handMade(ROLE_NAME, { path: '/rolewright/', boundaryArn: BOUNDARY });
    const before = world.roleText();
    await world.resume();
    expect(world.roleText()).toBe(before);
    expect(await state()).toBe('failed');
  });

  test('gives no permissions to a role that lost its tag, and removes nothing of it', async () => {
    world.theRole().tags = {};
    const before = world.roleText();
    await world.resume();
    expect(world.roleText()).toBe(before);
    expect(await state()).toBe('provisioning');
  });
});

describe('a new role that cannot be seen yet', () => {
  const hide = (seconds: number) =>
    world.iam.fault('createRole', {
      effect: 'meanwhile',
      act: () => world.iam.hiddenUntil.set(ROLE_NAME, world.clock.now() + seconds * 1000),
    });

  test('is waited for', async () => {
    hide(2);
    expect(successOf(await world.request()).outcome).toBe('created');
  });

  test('is left to a later run when that takes long, and is not taken for absent', async () => {
    hide(20);
    expect(successOf(await world.request()).outcome).toBe('accepted');
    expect(await state()).toBe('provisioning');
    await world.resume();
    expect([await state(), await countOf('RoleCreated')]).toEqual(['active', 1]);
  });
});

describe('the provisioner obeys no document:', () => {
  /** The intent is written, and the provisioner comes to it only after the change. */
  async function afterIntent(change: () => unknown) {
    world.log.beforeAppend = async ({ type }) => {
      if (type === 'GrantRequested') world.iam.fault('findProvider', { effect: 'unavailable' });
    };
    expect(successOf(await world.request()).outcome).toBe('accepted');
    world.log.beforeAppend = () => {};
    await change();
    await world.resume();
    const last = (await world.log.load(GRANT_ID)).at(-1);
    expect([world.iamWrites(), await state()]).toEqual([[], 'failed']);
    return (last?.data as { error?: { code: string; detail: string } } | undefined)?.error;
  }

  test.each<[string, string, (world: World) => unknown]>([
    [
      'a redeployed template',
      'PLAN_CHANGED',
      (w) => w.redeploy((content) => Object.assign(content, { maxSessionDuration: 7200 })),
    ],
    [
      'a template that lost a parameter',
      'PARAMETERS_INVALID',
      (w) =>
        w.redeploy((c) => {
          c.parameters = {};
          c.statements = [{ sid: 'A', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::shop-x/*'] }];
        }),
    ],
    ['a template that is gone', 'TEMPLATE_NOT_FOUND', (w) => w.templates.clear()],
    [
      'a deleted repository',
      'REPOSITORY_NOT_FOUND',
      (w) => {
        w.bitbucket.repositories = [];
      },
    ],
    [
      'a repository that moved to an unowned project',
      'NOT_OWNED',
      (w) => {
        w.bitbucket.repositories = [{ ...shop, project: { key: 'X', uuid: asProjectUuid(production.uuid) } }];
      },
    ],
    [
      'an ownership rule that is gone',
      'NOT_OWNED',
      (w) => {
        w.configuration = { ...w.configuration, ownership: [] };
      },
    ],
    [
      'a workspace that is no longer configured',
      'WORKSPACE_NOT_CONFIGURED',
      (w) => {
        w.configuration = { ...w.configuration, workspaces: [] };
      },
    ],
    [
      'an account that is no longer configured',
      'ACCOUNT_NOT_FOUND',
      (w) => {
        w.configuration = { ...w.configuration, accounts: [] };
      },
    ],
  ])('%s is %s, and nothing is made', async (_, code, change) => {
    expect((await afterIntent(() => change(world)))?.code).toBe(code);
  });

  test('PLAN_CHANGED says to ask again', async () => {
    const error = await afterIntent(() =>
      world.redeploy((content) => Object.assign(content, { maxSessionDuration: 7200 })),
    );
    expect(error?.detail).toContain('Repeat the request');
  });
});

describe('the quota of roles', () => {
  test.each([
    [799, 1000, 'ok'],
    [800, 1000, 'QUOTA_EXCEEDED'],
    [801, 1000, 'QUOTA_EXCEEDED'],
    [3, 4, 'ok'],
    [4, 5, 'QUOTA_EXCEEDED'],
  ])('at %i roles of %i is %s', async (roles, quota, code) => {
    world.iam.quota = { roles, quota };
    expect(codeOf(await world.request())).toBe(code);
    expect(world.iam.roles.size).toBe(code === 'ok' ? 1 : 0);
  });
});

test('what a new role needs to know is read side by side, and nothing is written meanwhile', async () => {
  let underWay = 0;
  const most: number[] = [];
  const watched = <A extends unknown[], T>(read: (...given: A) => Promise<T>) => {
    return async (...given: A): Promise<T> => {
      underWay += 1;
      await new Promise(setImmediate);
      most.push(underWay);
      underWay -= 1;
      return read(...given);
    };
  };
  const { bitbucket, grants, iam } = world;
  world.invoke = async () => ({ outcome: 'unfinished' });
  await world.request();
  bitbucket.findRepository = watched(bitbucket.findRepository.bind(bitbucket));
  grants.listLive = watched(grants.listLive.bind(grants));
  const { port } = iam;
  iam.port = (deadline) => {
    const own = port.call(iam, deadline);
    return { ...own, roleQuota: watched(own.roleQuota), findProvider: watched(own.findProvider) };
  };
  await world.provision();
  expect([Math.max(...most), most.length]).toEqual([4, 4]);
  expect(await state()).toBe('active');
});
