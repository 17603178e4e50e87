import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { platform, World } from '../../../../support/domain/fakes/fakes.ts';
import { BOUNDARY } from '../../../../support/domain/fakes/iam.ts';
import { codeOf, GRANT_ID, problemOf, ROLE_NAME, successOf } from '../../../../support/domain/samples.ts';
import { listAll } from '../../../../support/stores/listed.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.request();
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

const OTHER = { parameters: { bucket: 'shop-other' } };
const grant = async () => {
  const [found] = await listAll(world.requestPorts.grants);
  if (found?.state !== 'active') throw new Error(`the grant is ${found?.state}`);
  return found;
};
const since = (first: string) => world.story().slice(world.story().lastIndexOf(first));
const permissions = () => JSON.stringify(world.theRole().inline.get('permissions'));
const longer = () => world.redeploy((content) => Object.assign(content, { maxSessionDuration: 7200 }));

describe('a change of an active grant', () => {
  test('replaces the permissions of the same role in one announced write, and answers 200', async () => {
    const { id } = world.theRole();
    expect(successOf(await world.request(OTHER)).outcome).toBe('changed');
    expect(permissions()).toContain('arn:aws:s3:::shop-other/*');
    expect(permissions()).not.toContain('shop-site');
    expect(world.theRole().id).toBe(id);
    expect(since('GrantChangeRequested')).toEqual([
      'GrantChangeRequested',
      'UpdateStarted',
      `putPermissionsPolicy ${ROLE_NAME}`,
      'GrantUpdated',
    ]);
    expect((await grant()).request.intent.parameters).toEqual(OTHER.parameters);
  });

  test('of the template changes what differs and nothing else', async () => {
    longer();
    expect(successOf(await world.request()).outcome).toBe('changed');
    expect(world.theRole().maxSessionDuration).toBe(7200);
    expect(since('UpdateStarted')).toEqual([
      'UpdateStarted',
      `putMaxSessionDuration ${ROLE_NAME}`,
      'GrantUpdated',
    ]);
  });

  test('repeated changes nothing', async () => {
    await world.request(OTHER);
    const before = world.story();
    expect(successOf(await world.request(OTHER)).outcome).toBe('unchanged');
    expect(world.story()).toEqual(before);
  });

  test('puts back the boundary that somebody removed', async () => {
    Object.assign(world.theRole(), { boundaryArn: undefined });
    expect(successOf(await world.request(OTHER)).outcome).toBe('changed');
    expect(world.theRole().boundaryArn).toBe(BOUNDARY);
  });

  test('that needs approval waits beside what is live', async () => {
    world.redeploy((content) => Object.assign(content, { approval: 'required' }));
    const before = world.roleText();
    expect(successOf(await world.request(OTHER)).outcome).toBe('accepted');
    expect(await grant()).toMatchObject({ state: 'active', change: { phase: 'waiting' } });
    expect(world.roleText()).toBe(before);
  });
});

describe('a change that fails', () => {
  test('at the permissions leaves the previous documents and an active grant with the error', async () => {
    longer();
    const before = world.roleText();
    world.iam.fault('putPermissionsPolicy', { effect: 'refuse' });
    expect(codeOf(await world.request(OTHER))).toBe('UPSTREAM_FAILED');
    expect(world.roleText()).toBe(before);
    const { state, change, lastError, request } = await grant();
    expect([state, change, lastError?.code]).toEqual(['active', undefined, 'UPSTREAM_FAILED']);
    expect(request.intent).toMatchObject({ parameters: { bucket: 'shop-site' }, maxSessionDuration: 3600 });
  });

  test('is no hindrance to asking again, and the error is gone then', async () => {
    world.iam.fault('putPermissionsPolicy', { effect: 'refuse' });
    await world.request(OTHER);
    expect(successOf(await world.request(OTHER)).outcome).toBe('changed');
    expect((await grant()).lastError).toBeUndefined();
    expect(permissions()).toContain('shop-other');
  });

  test('although the lost call before it had put the new permissions in force has happened', async () => {
    world.iam.fault('putPermissionsPolicy', { effect: 'lostReply' }, { effect: 'refuse' });
    expect(successOf(await world.request(OTHER)).outcome).toBe('accepted');
    await world.resume();
    expect(await grant()).toMatchObject({ state: 'active', request: { intent: OTHER } });
    expect(permissions()).toContain('shop-other');
  });

  test.each<[string, string, (world: World) => unknown]>([
    [
      'the template changed meanwhile',
      'PLAN_CHANGED',
      (w) => w.redeploy((c) => Object.assign(c, { maxSessionDuration: 7200 })),
    ],
    [
      'the repository is gone',
      'REPOSITORY_NOT_FOUND',
      (w) => {
        w.bitbucket.repositories = [];
      },
    ],
    [
      'the ownership is gone',
      'NOT_OWNED',
      (w) => {
        w.configuration = { ...w.configuration, ownership: [] };
      },
    ],
  ])('because %s leaves the role as it was', async (_, code, change) => {
    const before = world.roleText();
    world.log.beforeAppend = ({ type }) => {
      if (type === 'GrantChangeRequested') change(world);
    };
    expect(codeOf(await world.request(OTHER))).toBe(code);
    expect(world.roleText()).toBe(before);
    expect(await grant()).toMatchObject({ state: 'active', lastError: { code } });
  });

  test.each<[string, () => unknown]>([
    ['was deleted by hand', () => world.iam.roles.clear()],
    [
      'was replaced by hand',
      () => {
        world.iam.roles.clear();
        world.iam.handMade(ROLE_NAME, { path: '/rolewright/', boundaryArn: BOUNDARY });
      },
    ],
    [
      'has lost its tag',
      () => {
        world.theRole().tags = {};
      },
    ],
  ])('because the role %s is CONFLICT and touches nothing', async (_, change) => {
    change();
    const before = world.roleText();
    const problem = problemOf(await world.request(OTHER));
    expect([problem.code, world.roleText()]).toEqual(['CONFLICT', before]);
    expect((await grant()).state).toBe('active');
  });
});

describe('a change that an earlier run has written in part, and that can no longer be made', () => {
  const redeployed = () =>
    world.redeploy((content) => Object.assign(content, { maxSessionDuration: 14_400 }));

  test.each<[string, () => unknown]>([
    ['the template has changed', redeployed],
    [
      'the repository is gone',
      () => {
        world.bitbucket.repositories = [];
      },
    ],
  ])('has happened where its permissions are in force: %s', async (_, change) => {
    longer();
    world.iam.fault('putPermissionsPolicy', { effect: 'lostReply' });
    await world.request(OTHER);
    change();
    await world.resume();
    const { state, documents, request, change: left } = await grant();
    expect([state, left, request.intent.parameters]).toEqual(['active', undefined, OTHER.parameters]);
    expect(JSON.stringify(documents.permissionsPolicy)).toBe(permissions());
    expect(request.intent.maxSessionDuration).toBe(world.theRole().maxSessionDuration);
  });

  test.each<[string, () => unknown]>([
    ['is refused for another reason', redeployed],
    ['is refused by IAM', () => world.iam.fault('putPermissionsPolicy', { effect: 'refuse' })],
  ])('leaves no longer session than the log says where it %s', async (_, change) => {
    longer();
    world.iam.fault('putMaxSessionDuration', { effect: 'dieAfter' });
    await world.request(OTHER);
    change();
    await world.resume();
    const { state, lastError, request } = await grant();
    expect([state, lastError !== undefined, request.intent.maxSessionDuration]).toEqual([
      'active',
      true,
      3600,
    ]);
    expect(world.theRole().maxSessionDuration).toBe(3600);
    expect(permissions()).toContain('shop-site');
  });

  test('ends even where IAM refuses to put the session back', async () => {
    longer();
    world.iam.fault('putMaxSessionDuration', { effect: 'dieAfter' }, { effect: 'refuse' });
    await world.request(OTHER);
    redeployed();
    await world.resume();
    expect((await grant()).change).toBeUndefined();
  });
});

test('a change of a role that is deleted by hand at that moment is CONFLICT', async () => {
  world.iam.fault('findRole', { effect: 'meanwhile', act: () => world.iam.roles.clear() });
  expect(codeOf(await world.request(OTHER))).toBe('CONFLICT');
  expect([world.iam.roles.size, (await grant()).state]).toEqual([0, 'active']);
});

describe('a change under way', () => {
  test.each([
    ['putPermissionsPolicy', 'dieBefore'],
    ['putPermissionsPolicy', 'dieAfter'],
    ['putMaxSessionDuration', 'dieAfter'],
    ['putMaxSessionDuration', 'lostReply'],
    ['findRole', 'unavailable'],
  ] as const)('is finished after %s met: %s', async (action, effect) => {
    longer();
    world.iam.fault(action, { effect });
    expect(successOf(await world.request(OTHER)).outcome).toBe('accepted');
    expect(world.grants.rows.get(GRANT_ID)?.dueAt).toBeDefined();
    await world.resume();
    expect(await grant()).toMatchObject({ state: 'active', request: { intent: OTHER } });
    expect([world.theRole().maxSessionDuration, permissions().includes('shop-other')]).toEqual([7200, true]);
  });

  test('is joined by an equal request and conflicts with another', async () => {
    world.iam.fault('findRole', { effect: 'unavailable' });
    await world.request(OTHER);
    expect(problemOf(await world.request({ parameters: { bucket: 'shop-third' } }))).toMatchObject({
      code: 'CONFLICT',
      retryAfter: expect.any(Number),
    });
    expect(successOf(await world.request(OTHER)).outcome).toBe('changed');
  });

  test('gives way to a revoke', async () => {
    world.iam.fault('putPermissionsPolicy', { effect: 'unavailable' });
    await world.request(OTHER);
    expect(successOf(await world.revoke(GRANT_ID, platform)).outcome).toBe('changed');
    expect([world.iam.roles.size, (await world.grantNow()).state]).toEqual([0, 'revoked']);
  });
});
