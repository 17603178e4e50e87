import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { roleOf } from '../../../../../domain/grants/grant.ts';
import type { RequestAnswer } from '../../../../../domain/use-cases/requests/outcome.ts';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { platform, World } from '../../../../support/domain/fakes/fakes.ts';
import { BOUNDARY } from '../../../../support/domain/fakes/iam.ts';
import {
  codeOf,
  GRANT_ID,
  present,
  production,
  ROLE_ARN,
  ROLE_NAME,
  shop,
  successOf,
} from '../../../../support/domain/samples.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

const grantOf = (answer: RequestAnswer) => {
  if (!('grant' in answer)) throw new Error('a grant was expected, not a dry run');
  return answer.grant;
};
const ACTIVE_STORY = [
  'GrantRequested',
  'ProviderCreationStarted',
  'ProviderCreated',
  'ProvisioningStarted',
  'RoleCreated',
  'GrantActivated',
];

describe('a request', () => {
  test('makes an active grant whose role is as the design says, and answers 201', async () => {
    const answer = successOf(await world.request({ reason: 'First deployment' }));
    expect(answer.outcome).toBe('created');
    expect(grantOf(answer)).toMatchObject({
      id: GRANT_ID,
      state: 'active',
      role: { name: ROLE_NAME, arn: ROLE_ARN },
      request: { reason: 'First deployment' },
    });
    const { inline, ...role } = world.theRole();
    expect(role).toMatchObject({
      path: '/rolewright/',
      boundaryArn: BOUNDARY,
      maxSessionDuration: 3600,
      tags: {
        'rolewright:grant': GRANT_ID,
        'rolewright:repository': '1de489be-ce6a-42a0-a8c8-eadbf1174ac7',
        'rolewright:template': 's3-static-site',
      },
    });
    expect(JSON.stringify(role.trustPolicy)).toContain(`:sub":"${shop.uuid}:*"`);
    expect([...inline.keys()]).toEqual(['permissions']);
    expect(JSON.stringify(inline.get('permissions'))).toContain('arn:aws:s3:::shop-site/*');
    expect(await world.eventTypes()).toEqual(ACTIVE_STORY);
  });

  test('announces every IAM write before it is made, and tells afterwards what came of it', async () => {
    await world.request();
    expect(world.story()).toEqual([
      'GrantRequested',
      'ProviderCreationStarted',
      'createProvider arn:aws:iam::111122223333:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc',
      'ProviderCreated',
      'ProvisioningStarted',
      `createRole ${ROLE_NAME}`,
      'RoleCreated',
      `putPermissionsPolicy ${ROLE_NAME}`,
      'GrantActivated',
    ]);
  });

  test('records the role id, the hashes of what was announced, and who asked', async () => {
    await world.request();
    const events = await world.log.load(GRANT_ID);
    const announced = present(events.find(({ type }) => type === 'ProvisioningStarted'));
    const [request] = events;
    expect(announced.data).toMatchObject({
      trustPolicyHash: (request?.data as { trustPolicyHash?: string } | undefined)?.trustPolicyHash,
    });
    expect(request?.principal).toEqual(platform.principal);
    expect(announced.principal).toEqual({ kind: 'system', id: 'provisioner' });
    expect(new Set(events.map(({ correlationId }) => correlationId))).toEqual(new Set(['request-1']));
    expect(events.at(-1)?.data).toMatchObject({ role: { id: world.theRole().id } });
  });

  test('repeated changes nothing and answers 200, whatever its reason', async () => {
    await world.request();
    const before = world.story();
    const again = successOf(await world.request({ reason: 'Once more' }));
    expect([again.outcome, world.story()]).toEqual(['unchanged', before]);
  });

  test('names the repository by UUID in either case as well as by name', async () => {
    await world.request();
    for (const repository of [shop.uuid, shop.uuid.toUpperCase(), 'ACME/Shop']) {
      const answer = successOf(await world.request({ repository }));
      expect([answer.outcome, grantOf(answer).id]).toEqual(['unchanged', GRANT_ID]);
    }
  });

  test('for an environment makes a grant of its own that only the environment can use', async () => {
    await world.request();
    const byName = grantOf(successOf(await world.request({ environment: 'Production' })));
    expect(byName.id).not.toBe(GRANT_ID);
    const byUuid = successOf(await world.request({ environment: production.uuid.toUpperCase() }));
    expect([byUuid.outcome, grantOf(byUuid).id]).toEqual(['unchanged', byName.id]);
    const role = present(world.iam.role(present(roleOf(byName)).name));
    expect(role.tags['rolewright:environment']).toBe(production.uuid.slice(1, -1));
    expect(JSON.stringify(role.trustPolicy)).toContain(`${shop.uuid}:${production.uuid}:*`);
  });

  test('twelve times at once makes one role and one story', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => world.request()));
    const statuses = answers.map((answer) => successOf(answer).outcome);
    for (const status of statuses) expect(['unchanged', 'changed', 'created', 'accepted']).toContain(status);
    expect(await world.eventTypes()).toEqual(ACTIVE_STORY);
    expect(world.iam.roles.size).toBe(1);
  });

  test('with an expiry on an active grant sets the expiry from now, without an IAM write', async () => {
    await world.request();
    const writes = world.iamWrites().length;
    const answer = successOf(await world.request({ expiresIn: 'PT1H' }));
    const expected = new Date(world.clock.now() + 3_600_000).toISOString();
    expect([answer.outcome, grantOf(answer).expiresAt]).toEqual(['unchanged', expected]);
    expect(world.iamWrites()).toHaveLength(writes);
    expect(world.grants.rows.get(GRANT_ID)?.dueAt).toBe(expected);
  });

  test('after a revoke starts again in the same stream with another role id', async () => {
    const first = grantOf(successOf(await world.request()));
    await world.revoke();
    const second = successOf(await world.request());
    expect([second.outcome, grantOf(second).id]).toEqual(['created', GRANT_ID]);
    expect(roleOf(grantOf(second))?.id).not.toBe(roleOf(first)?.id);
    expect(roleOf(grantOf(second))?.name).toBe(roleOf(first)?.name);
  });

  test('keeps the name of its role when the repository was renamed', async () => {
    await world.request();
    world.bitbucket.repositories = [{ ...shop, slug: 'store', fullName: 'acme/store' }];
    const answer = successOf(await world.request({ repository: 'acme/store' }));
    expect([answer.outcome, roleOf(grantOf(answer))?.name]).toEqual(['unchanged', ROLE_NAME]);
    await world.revoke();
    await world.request({ repository: 'acme/store' });
    expect([...world.iam.roles.keys()]).toEqual([ROLE_NAME]);
  });

  test('leaves nothing due when all is done', async () => {
    await world.request();
    expect(world.grants.rows.get(GRANT_ID)?.dueAt).toBeUndefined();
  });
});

describe('a dry run', () => {
  test('shows the grant and writes nothing, not even a row', async () => {
    const answer = successOf(await world.request({}, platform, { dryRun: true }));
    expect(answer).toMatchObject({
      outcome: 'planned',
      planned: { rendered: { grantId: GRANT_ID, role: { arn: ROLE_ARN } } },
    });
    expect([world.journal, world.grants.rows.size, world.iam.roles.size]).toEqual([[], 0, 0]);
  });

  test('is refused for what a real request is refused for', async () => {
    const answer = await world.request({ environment: 'Nope' }, platform, { dryRun: true });
    expect(codeOf(answer)).toBe('ENVIRONMENT_NOT_FOUND');
  });
});

describe('a message that comes again', () => {
  const message = { correlationId: 'message-1', entryPoint: 'slack' as const, isRedelivery: true };

  test('brings nothing back that was revoked meanwhile', async () => {
    await world.request({}, platform, message);
    await world.revoke();
    const story = await world.eventTypes();
    const again = successOf(await world.request({}, platform, message));
    expect([again.outcome, grantOf(again).state]).toEqual(['unchanged', 'revoked']);
    expect(await world.eventTypes()).toEqual(story);
    expect(world.iam.roles.size).toBe(0);
    // Whoever asks anew, by a message of its own, gets it.
    const anew = await world.request({}, platform, { ...message, correlationId: 'message-2' });
    expect(successOf(anew).outcome).toBe('created');
  });

  test('does not lengthen a time that began with the first', async () => {
    await world.request({ expiresIn: 'P1D' }, platform, message);
    const { expiresAt } = await world.grantNow();
    world.clock.advance(60_000);
    await world.request({ expiresIn: 'P1D' }, platform, message);
    expect((await world.grantNow()).expiresAt).toBe(expiresAt);
  });

  test('does not revoke what was asked for meanwhile', async () => {
    await world.request();
    await world.revoke(GRANT_ID, platform, message);
    await world.request();
    expect(successOf(await world.revoke(GRANT_ID, platform, message)).grant.state).toBe('active');
    expect(world.iam.roles.size).toBe(1);
  });
});
