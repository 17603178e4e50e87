import { beforeEach, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../../../domain/grants/event.ts';
import type { GrantIntent } from '../../../../../domain/grants/intent.ts';
import type { GrantRequest } from '../../../../../domain/grants/request.ts';
import { planHash } from '../../../../../domain/planning/plan.ts';
import type { GrantId } from '../../../../../domain/shared/identifiers.ts';
import type { Caller, Principal } from '../../../../../domain/shared/principal.ts';
import { seconds } from '../../../../../domain/shared/time.ts';
import { platform, World } from '../../../../support/domain/fakes/fakes.ts';
import {
  ada,
  chain,
  codeOf,
  configurationContent,
  configurationOf,
  GLOBEX,
  GRANT_ID,
  grace,
  present,
  production,
  shop,
  subject,
  successOf,
  web,
} from '../../../../support/domain/samples.ts';
import { asAccountId, asWorkspaceUuid } from '../../../../support/identifiers.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

/** The intent that an honest edge would write. */
const honestIntent = (): Promise<GrantIntent> => intentFor({});

async function intentFor(over: Partial<GrantRequest>): Promise<GrantIntent> {
  const answer = successOf(await world.request(over, platform, { dryRun: true }));
  if (!('planned' in answer)) throw new Error('a dry run was expected');
  return answer.planned.rendered.intent;
}

/** Writes a stream past the edge, as whoever had taken the edge over could, and has the provisioner work on it. */
async function forge(grantId: GrantId, ...events: NewEvent[]) {
  for (const event of chain(events, grantId)) await world.log.append(event);
  await world.grants.markDue(grantId, events.length, world.clock.instant());
  await world.invoke(grantId);
  const last = (await world.log.load(grantId)).at(-1);
  return { type: last?.type, code: (last?.data as { error?: { code: string } } | undefined)?.error?.code };
}

const requestedWith = (intent: GrantIntent): NewEvent => ({
  type: 'GrantRequested',
  data: {
    ...intent,
    planHash: planHash({ intent: intent, expiresInSeconds: undefined, live: undefined, unowned: [] }),
    approval: 'none',
  },
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
      'PLAN_CHANGED',
      { repository: { uuid: web.uuid, fullName: 'acme/shop' } },
    ],
    ['a tag that is not configured', 'PLAN_CHANGED', { roleTags: { admin: 'true' } }],
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
    ['another name than the documents', 'PLAN_CHANGED', { parameters: { bucket: 'web-site' } }],
    ['another account', 'ACCOUNT_NOT_FOUND', { account: asAccountId('999999999999') }],
    ['another workspace', 'REPOSITORY_NOT_FOUND', { workspace: GLOBEX }],
    [
      'a workspace that is not configured',
      'WORKSPACE_NOT_CONFIGURED',
      { workspace: { slug: 'acme', uuid: asWorkspaceUuid(shop.uuid) } },
    ],
  ])('%s is %s', async (_, code, over) => {
    const forged = { ...(await honestIntent()), ...over };
    expect(await forge(GRANT_ID, requestedWith(forged))).toEqual({ type: 'ProvisioningFailed', code });
    expect([world.iamWrites(), world.iam.roles.size]).toEqual([[], 0]);
  });

  test.each([
    ['no limit', undefined],
    ['a longer limit', 91 * 86_400],
  ])('%s on how long the grant may last than the template sets', async (_, maxLifetimeSeconds) => {
    world.redeploy((content) => {
      Object.assign(content, { lifetime: { max: 'P90D' } });
    });
    const { maxLifetimeSeconds: honest, ...intent } = await honestIntent();
    expect(honest).toBe(90 * 86_400);
    const limit = maxLifetimeSeconds === undefined ? {} : { maxLifetimeSeconds: seconds(maxLifetimeSeconds) };
    const event = { type: 'ProvisioningFailed', code: 'PLAN_CHANGED' };
    expect(await forge(GRANT_ID, requestedWith({ ...intent, ...limit }))).toEqual(event);
    expect([world.iamWrites(), world.iam.roles.size]).toEqual([[], 0]);
  });

  test('a name that nobody owns is not granted because somebody writes that no approval is needed', async () => {
    const forged = await intentFor({ parameters: { bucket: 'web-site' } });
    const event = { type: 'ProvisioningFailed', code: 'NOT_OWNED' };
    expect(await forge(GRANT_ID, requestedWith(forged))).toEqual(event);
    expect([world.iamWrites(), world.iam.roles.size]).toEqual([[], 0]);
  });

  test('a wider change of a grant that needs approval is not made because the log calls it none', async () => {
    world.redeploy((content) => {
      Object.assign(content, { approval: 'required' });
    });
    await world.request();
    await world.approve();
    const before = world.roleText();
    const forged = await intentFor({ parameters: { bucket: 'shop-other' } });
    const stream = await world.log.load(GRANT_ID);
    const change: NewEvent = { ...requestedWith(forged), type: 'GrantChangeRequested' } as NewEvent;
    for (const event of chain([change], GRANT_ID, stream).slice(-1)) await world.log.append(event);
    await world.invoke();
    expect((await world.eventTypes()).at(-1)).toBe('UpdateFailed');
    expect(world.roleText()).toBe(before);
  });

  test.each<[string, NewEvent['data'] | object, Principal]>([
    ['by the one who asked', {}, ada],
    ['by a service', {}, { kind: 'service', id: 'ci' }],
    ['by a pipeline', {}, { kind: 'pipeline', id: shop.uuid }],
    ['by the system', {}, { kind: 'system', id: 'provisioner' }],
    ['of another plan', { planHash: 'f'.repeat(64) }, grace],
  ])('an approval %s changes nothing', async (_, over, principal) => {
    world.redeploy((content) => {
      Object.assign(content, { approval: 'required' });
    });
    await world.request();
    const stream = await world.log.load(GRANT_ID);
    const { planHash: hash } = present(stream[0]).data as { planHash: string };
    const data = {
      ...subject,
      planHash: hash,
    };
    const approval = { type: 'GrantApproved', data: { ...data, ...over } } as NewEvent;
    for (const event of chain([approval], GRANT_ID, stream, principal).slice(-1))
      await world.log.append(event);
    await world.invoke();
    expect([world.iamWrites(), (await world.grantNow()).state]).toEqual([[], 'pending']);
  });

  test('a plan that is shown to approvers as less than it is cannot be approved', async () => {
    await world.request({ parameters: { bucket: 'web-site' } });
    const [asked] = await world.log.load(GRANT_ID);
    if (asked?.type !== 'GrantRequested') throw new Error('a request was expected');
    const proposal = present(asked.data.proposal);
    const { planHash } = asked.data;
    const shown = { Version: '2012-10-17', Statement: [] };
    const { kept } = world.requesterGroups;
    world = new World();
    for (const [id, groups] of kept) world.requesterGroups.kept.set(id, groups);
    const forged = { ...asked.data, proposal: { ...proposal, permissionsPolicy: shown } };
    for (const event of chain([{ type: 'GrantRequested', data: forged }], GRANT_ID))
      await world.log.append(event);
    expect(codeOf(await world.approve({ planHash }))).toBe('PLAN_CHANGED');
    expect(world.iamWrites()).toEqual([]);
  });

  test('documents that a forged outcome holds are obeyed by nobody', async () => {
    await world.request();
    const before = world.roleText();
    const stream = await world.log.load(GRANT_ID);
    const forged: NewEvent = {
      type: 'GrantActivated',
      data: {
        repository: { uuid: shop.uuid, fullName: shop.fullName },
        account: asAccountId('111122223333'),
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

describe('a repository that is protected, such as the one that deploys Rolewright', () => {
  const protecting = { ...configurationContent(), protectedRepositories: [shop.uuid] };

  test.each(['person', 'service', 'system'] as const)('gets nothing, whichever %s asks', async (kind) => {
    world.configuration = configurationOf(protecting);
    const caller: Caller = { principal: { kind, id: 'ada' }, groups: ['platform'] };
    expect(codeOf(await world.request({}, caller))).toBe('DENIED');
    expect(world.story()).toEqual([]);
  });

  test('gets nothing by an intent that was recorded all the same', async () => {
    const intent = await honestIntent();
    world.configuration = configurationOf(protecting);
    expect(await forge(GRANT_ID, requestedWith(intent))).toEqual({
      type: 'ProvisioningFailed',
      code: 'DENIED',
    });
    expect(world.iam.roles.size).toBe(0);
  });

  test('leaves every other repository open', async () => {
    world.configuration = configurationOf({ ...protecting, protectedRepositories: [web.uuid] });
    expect(successOf(await world.request()).outcome).toBe('created');
  });
});
