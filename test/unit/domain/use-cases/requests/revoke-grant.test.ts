import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../../../../domain/shared/principal.ts';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import { BOUNDARY, DENY_ALL } from '../../../../support/domain/fakes/iam.ts';
import { codeOf, GRANT_ID, ROLE_NAME, successOf } from '../../../../support/domain/samples.ts';
import { listAll } from '../../../../support/stores/listed.ts';

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.request();
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

const state = async () => (await listAll(world.requestPorts.grants))[0]?.state;
const since = (first: string) => world.story().slice(world.story().lastIndexOf(first));

describe('a revoke', () => {
  test('takes four steps in order, each announced, and leaves nothing of the grant in IAM', async () => {
    const answer = successOf(await world.revoke());
    expect([answer.outcome, answer.grant.state]).toEqual(['changed', 'revoked']);
    expect(since('RevocationRequested')).toEqual([
      'RevocationRequested',
      `putTrustPolicy ${ROLE_NAME}`,
      `putBoundary ${DENY_ALL}`,
      'RoleDisabled',
      'deleteInlinePolicy permissions',
      `deleteRole ${ROLE_NAME}`,
      'RoleDeleted',
      'GrantRevoked',
    ]);
    expect(world.iam.roles.size).toBe(0);
    expect(world.grants.rows.get(GRANT_ID)?.dueAt).toBeUndefined();
  });

  test('never touches the identity provider', async () => {
    const before = JSON.stringify([...world.iam.providers]);
    await world.revoke();
    expect(JSON.stringify([...world.iam.providers])).toBe(before);
  });

  test('denies in the trust policy before anything else', async () => {
    world.iam.fault('putBoundary', { effect: 'unavailable' });
    expect(successOf(await world.revoke()).outcome).toBe('accepted');
    expect(world.theRole().trustPolicy).toMatchObject({ Statement: [{ Effect: 'Deny' }] });
    expect(JSON.stringify(world.theRole().trustPolicy)).not.toContain('Condition');
    expect(world.theRole().boundaryArn).toBe(BOUNDARY);
  });

  test('repeated answers 200 and changes nothing', async () => {
    await world.revoke();
    const before = world.story();
    expect(successOf(await world.revoke()).outcome).toBe('changed');
    expect(world.story()).toEqual(before);
  });

  test.each([
    ['findRole', 'dieBefore'],
    ['putTrustPolicy', 'dieBefore'],
    ['putTrustPolicy', 'dieAfter'],
    ['putTrustPolicy', 'lostReply'],
    ['putBoundary', 'dieAfter'],
    ['listPolicies', 'dieAfter'],
    ['deleteInlinePolicy', 'dieBefore'],
    ['deleteInlinePolicy', 'dieAfter'],
    ['deleteRole', 'dieBefore'],
    ['deleteRole', 'dieAfter'],
    ['deleteRole', 'lostReply'],
  ] as const)('is resumed after %s met: %s', async (action, effect) => {
    world.iam.fault(action, { effect });
    expect(successOf(await world.revoke()).outcome).toBe('accepted');
    expect(world.grants.rows.get(GRANT_ID)?.dueAt).toBeDefined();
    await world.resume();
    expect([await state(), world.iam.roles.size]).toEqual(['revoked', 0]);
    const told = await world.eventTypes();
    expect(told.filter((type) => type === 'GrantRevoked')).toHaveLength(1);
    expect(told.filter((type) => type === 'RoleDisabled').length).toBeLessThanOrEqual(1);
  });

  test('is done when somebody deletes the role while it goes on', async () => {
    world.iam.fault('listPolicies', { effect: 'meanwhile', act: () => world.iam.roles.clear() });
    const answer = successOf(await world.revoke());
    expect([answer.outcome, answer.grant.state]).toEqual(['changed', 'revoked']);
  });

  test('of a grant that was to expire leaves nothing due', async () => {
    await world.request({ expiresIn: 'PT1H' });
    await world.revoke();
    expect(world.grants.rows.get(GRANT_ID)?.dueAt).toBeUndefined();
  });

  test('whose last reply was lost is done at once when asked again: a disabled role is not merely unseen', async () => {
    world.iam.fault('deleteRole', { effect: 'lostReply' });
    expect(successOf(await world.revoke()).outcome).toBe('accepted');
    expect(successOf(await world.revoke()).outcome).toBe('changed');
    expect(await state()).toBe('revoked');
  });

  test('asked for again while it goes on joins it', async () => {
    world.iam.fault('deleteRole', { effect: 'unavailable' });
    await world.revoke();
    expect(successOf(await world.revoke()).outcome).toBe('changed');
    expect((await world.eventTypes()).filter((type) => type === 'RevocationRequested')).toHaveLength(1);
  });

  test('removes foreign policies, too, after naming each in the log', async () => {
    world.theRole().attached.add(ADMIN);
    world.theRole().inline.set('by-hand', {});
    expect(successOf(await world.revoke()).outcome).toBe('changed');
    const story = since('RoleDisabled');
    expect(story[1]).toBe('ForeignPoliciesFound');
    expect(story).toEqual(expect.arrayContaining([`detachPolicy ${ADMIN}`, 'deleteInlinePolicy by-hand']));
    const found = (await world.log.load(GRANT_ID)).find(({ type }) => type === 'ForeignPoliciesFound');
    expect(found?.data).toMatchObject({ inline: ['by-hand'], attached: [ADMIN] });
    expect(world.iam.roles.size).toBe(0);
  });

  test('gives a role without boundary the boundary first, for nothing else is permitted on it', async () => {
    Object.assign(world.theRole(), { boundaryArn: undefined });
    expect(successOf(await world.revoke()).outcome).toBe('changed');
    expect(since('RevocationRequested').slice(1, 3)).toEqual([
      `putBoundary ${DENY_ALL}`,
      `putTrustPolicy ${ROLE_NAME}`,
    ]);
  });

  test('gives a role with a foreign boundary the boundary first', async () => {
    Object.assign(world.theRole(), { boundaryArn: ADMIN });
    expect(successOf(await world.revoke()).outcome).toBe('changed');
    expect(since('RevocationRequested')[1]).toBe(`putBoundary ${DENY_ALL}`);
  });

  test.each<[string, object]>([
    ['of the same tags', {}],
    ['of nobody', { tags: {}, path: '/' }],
  ])('leaves a role %s untouched that somebody put in its place', async (_, over) => {
    const tags = world.theRole().tags;
    world.iam.roles.clear();
    world.iam.handMade(ROLE_NAME, { path: '/rolewright/', tags, inline: new Map([['admin', {}]]), ...over });
    const before = world.roleText();
    const answer = successOf(await world.revoke());
    expect([answer.outcome, answer.grant.state, world.roleText()]).toEqual(['changed', 'revoked', before]);
  });

  test.each<[string, object]>([
    ['tag', { tags: { 'rolewright:template': 's3-static-site' } }],
    ["grant's id in the tag", { tags: { 'rolewright:grant': 'gr_other' } }],
    ['path', { path: '/' }],
  ])('leaves a role alone that has lost its %s, and says what to do', async (_, over) => {
    Object.assign(world.theRole(), over);
    const before = world.roleText();
    const answer = successOf(await world.revoke());
    expect([answer.outcome, answer.grant.state, world.roleText()]).toEqual(['accepted', 'revoking', before]);
    expect(answer.grant.lastError?.detail).toContain('rolewright:grant');
  });

  test('goes on once the tag was put back', async () => {
    const { tags } = world.theRole();
    world.theRole().tags = {};
    await world.revoke();
    world.theRole().tags = tags;
    await world.resume();
    expect([await state(), world.iam.roles.size]).toEqual(['revoked', 0]);
  });

  test('of a role that was deleted by hand is done once it must have been visible', async () => {
    world.iam.roles.clear();
    expect(successOf(await world.revoke()).outcome).toBe('accepted');
    await world.resume(GRANT_ID, 60);
    expect([await state(), (await world.eventTypes()).slice(-2)]).toEqual([
      'revoked',
      ['RoleDeleted', 'GrantRevoked'],
    ]);
  });

  test('needs no Bitbucket: it works when the repository is gone', async () => {
    world.bitbucket.repositories = [];
    expect(successOf(await world.revoke()).outcome).toBe('changed');
    expect(world.iam.roles.size).toBe(0);
  });

  test('of an unknown grant is GRANT_NOT_FOUND, and so is a text that is no id', async () => {
    const before = world.story();
    for (const id of ['gr_aaaaaaaaaaaaaaaaaaaaaaaaaa', 'gr_x', '', '../x']) {
      expect(codeOf(await world.revoke(id))).toBe('GRANT_NOT_FOUND');
    }
    expect(world.story()).toEqual(before);
  });

  test('by somebody who may not is DENIED to readers and GRANT_NOT_FOUND to others', async () => {
    const reader: Caller = { principal: { kind: 'service', id: 'dashboard' }, groups: ['readers'] };
    const stranger: Caller = { principal: { kind: 'person', id: 'mallory' }, groups: [] };
    expect(codeOf(await world.revoke(GRANT_ID, reader))).toBe('DENIED');
    expect(codeOf(await world.revoke(GRANT_ID, stranger))).toBe('GRANT_NOT_FOUND');
    expect(await state()).toBe('active');
  });
});

describe('a revoke of a pending grant', () => {
  test('is settled at once and writes nothing to IAM', async () => {
    world = new World();
    world.redeploy((content) => Object.assign(content, { approval: 'required' }));
    const asked = successOf(await world.request());
    expect([asked.outcome, world.iamWrites()]).toEqual(['accepted', []]);
    const answer = successOf(await world.revoke());
    expect([answer.outcome, answer.grant.state, world.iamWrites()]).toEqual(['changed', 'revoked', []]);
  });
});

describe('a revoke while the role is being made', () => {
  /** Revokes in the log only, as the edge does while the provisioner is at work. */
  const revokeNow = async () => {
    world.log.beforeAppend = () => {};
    const { requestPorts } = world;
    const edge = { ...requestPorts, provisioner: { run: async () => ({ outcome: 'busy' as const }) } };
    const { revokeGrant } = await import('../../../../../domain/use-cases/requests/revoke-grant.ts');
    const { platform } = await import('../../../../support/domain/fakes/fakes.ts');
    await revokeGrant(edge, GRANT_ID, { caller: platform, correlationId: 'request-2', entryPoint: 'http' });
  };

  test.each(['findProvider', 'createProvider', 'createRole', 'putPermissionsPolicy'] as const)(
    '(at %s) ends with the role gone, and the grant is never told to be active',
    async (action) => {
      world = new World();
      world.iam.fault(action, { effect: 'meanwhile', act: revokeNow });
      expect(codeOf(await world.request())).toBe('CONFLICT');
      await world.resume();
      expect([await state(), world.iam.roles.size]).toEqual(['revoked', 0]);
      const told = await world.eventTypes();
      expect(told.slice(told.indexOf('RevocationRequested'))).not.toContain('GrantActivated');
    },
  );

  test('gives the role no permissions any more', async () => {
    world = new World();
    world.iam.fault('createRole', { effect: 'meanwhile', act: revokeNow });
    await world.request();
    expect(world.iamWrites()).not.toContain('putPermissionsPolicy');
  });
});

test("a repeated request while a grant is being revoked is answered 202, another's is CONFLICT", async () => {
  world.iam.fault('putTrustPolicy', { effect: 'unavailable' });
  await world.revoke();
  expect(successOf(await world.request()).outcome).toBe('accepted');
  expect(codeOf(await world.request({ parameters: { bucket: 'shop-other' } }))).toBe('CONFLICT');
});
