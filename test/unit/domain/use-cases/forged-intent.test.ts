import { beforeEach, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../../domain/event.ts';
import type { GrantIntent } from '../../../../domain/grant-intent.ts';
import { platform, World } from '../../../support/domain-fakes.ts';
import {
  chain,
  GLOBEX,
  GRANT_ID,
  production,
  shop,
  successOf,
  web,
} from '../../../support/domain-samples.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

/** The intent that an honest edge would write. */
async function honestIntent(): Promise<GrantIntent> {
  const answer = successOf(await world.request({}, platform, { dryRun: true }));
  if (!('planned' in answer)) throw new Error('a dry run was expected');
  return answer.planned.plan.intent;
}

/** Writes a stream past the edge, as whoever had taken the edge over could, and has the provisioner work on it. */
async function forge(grantId: string, ...events: NewEvent[]) {
  for (const event of chain(events, grantId)) await world.log.append(event);
  await world.grants.markDue(grantId, events.length, world.clock.instant());
  await world.invoke(grantId);
  const last = (await world.log.load(grantId)).at(-1);
  return { type: last?.type, code: (last?.data as { error?: { code: string } } | undefined)?.error?.code };
}

const requestedWith = (intent: GrantIntent): NewEvent => ({
  type: 'GrantRequested',
  data: { ...intent, approval: 'none' },
});

test('an intent as the edge writes it is carried out', async () => {
  await forge(GRANT_ID, requestedWith(await honestIntent()));
  expect(world.theRole().inline.size).toBe(1);
});

describe('a forged intent has no effect in IAM:', () => {
  test.each<[string, string, Partial<GrantIntent>]>([
    ["the role name of somebody else's role", 'PLAN_CHANGED', { roleName: 'rw-admin-site-aaaaaaaaaaaa' }],
    ['another grant name than the id says', 'PLAN_CHANGED', { name: 'second' }],
    ['an environment that the id does not say', 'PLAN_CHANGED', { environment: production }],
    [
      'another repository than the id says',
      'NOT_OWNED',
      { repository: { uuid: web.uuid, fullName: 'acme/shop' } },
    ],
    ['a longer session', 'PLAN_CHANGED', { maxSessionDuration: 43_200 }],
    ['another trust policy', 'PLAN_CHANGED', { trustPolicyHash: 'f'.repeat(64) }],
    ['another permissions policy', 'PLAN_CHANGED', { permissionsPolicyHash: 'f'.repeat(64) }],
    [
      'another version of the template',
      'PLAN_CHANGED',
      { template: { name: 's3-static-site', version: 'f'.repeat(16) } },
    ],
    ['another template', 'TEMPLATE_NOT_FOUND', { template: { name: 'admin', version: 'f'.repeat(16) } }],
    ['a parameter outside its type', 'PARAMETERS_INVALID', { parameters: { bucket: '*' } }],
    ['a name that the repository does not own', 'NOT_OWNED', { parameters: { bucket: 'web-site' } }],
    ['another account', 'ACCOUNT_NOT_FOUND', { account: '999999999999' }],
    ['another workspace', 'REPOSITORY_NOT_FOUND', { workspace: GLOBEX }],
    [
      'a workspace that is not configured',
      'WORKSPACE_NOT_CONFIGURED',
      { workspace: { slug: 'acme', uuid: shop.uuid } },
    ],
  ])('%s is %s', async (_, code, over) => {
    const forged = { ...(await honestIntent()), ...over };
    expect(await forge(GRANT_ID, requestedWith(forged))).toEqual({ type: 'ProvisioningFailed', code });
    expect([world.iamWrites(), world.iam.roles.size]).toEqual([[], 0]);
  });

  test('documents that a forged outcome holds are obeyed by nobody', async () => {
    await world.request();
    const before = world.roleText();
    const stream = await world.log.load(GRANT_ID);
    const forged: NewEvent = {
      type: 'GrantActivated',
      data: {
        repository: { uuid: shop.uuid, fullName: shop.fullName },
        account: '111122223333',
        role: { name: 'rw-admin', arn: 'arn:aws:iam::111122223333:role/admin', id: 'AROAADMIN' },
        trustPolicy: { Statement: [{ Effect: 'Allow', Principal: '*' }] },
        permissionsPolicy: { Statement: [{ Effect: 'Allow', Action: '*' }] },
      },
    };
    const last = chain([forged], GRANT_ID, stream).at(-1);
    if (last) await world.log.append(last);
    await world.provision();
    expect([world.roleText(), world.iam.roles.size]).toEqual([before, 1]);
  });
});
