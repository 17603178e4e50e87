import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AccessRules } from '../../../../domain/access/authorisation.ts';
import { noReach } from '../../../../domain/access/reach.ts';
import type { Caller } from '../../../../domain/shared/principal.ts';
import { approveGrant, rejectGrant } from '../../../../domain/use-cases/requests/approve-or-reject.ts';
import { accessRules, World } from '../../../support/domain/fakes/fakes.ts';
import {
  codeOf,
  configurationContent,
  configurationOf,
  GRANT_ID,
  personOf,
  present,
  SHOP_PROJECT,
  successOf,
  web,
} from '../../../support/domain/samples.ts';

const WEB = present(web.project);
const lead = (key: string): Caller => ({
  principal: personOf(`${key}@acme.example`),
  groups: [`${key}-leads`],
});

/** The rules of the other tests, and approvers of projects as the shipped rules have them. */
const rules: AccessRules = {
  couldBeAllowed: (attempt) =>
    attempt.caller.groups.some((group) => group.endsWith('-leads'))
      ? { allowed: true, rule: 'project-deciders' }
      : accessRules.couldBeAllowed(attempt),
  decide: (attempt) => {
    const { decidedBy } = attempt.resource;
    const keys: Record<string, string> = { [SHOP_PROJECT.uuid]: 'shop', [WEB.uuid]: 'web' };
    const mayDecide =
      decidedBy.length > 0 &&
      decidedBy.every((uuid) => attempt.caller.groups.includes(`${keys[uuid]}-leads`)) &&
      (attempt.action === 'approve' || attempt.action === 'read');
    return mayDecide ? { allowed: true, rule: 'project-deciders' } : accessRules.decide(attempt);
  },
  reachOf: () => noReach,
};

let world: World;
beforeEach(() => {
  world = new World();
  world.configuration = configurationOf({
    ...configurationContent(),
    ownership: [
      { project: { workspace: 'acme', ...SHOP_PROJECT }, owns: { any: ['shop-*', 'E2SHOP*'] } },
      { project: { workspace: 'acme', ...WEB }, owns: { any: ['web-*'] } },
    ],
  });
});

const decide = async (decider: typeof approveGrant, caller: Caller) =>
  decider(
    { ...world.requestPorts, access: rules },
    { grantId: GRANT_ID, planHash: await world.waitingPlan(), reason: 'Read' },
    { caller, correlationId: world.nextCorrelationId(), entryPoint: 'http' },
  );
const proposalNow = async () => (await world.grantNow()).request.proposal;

describe("a name that another project owns waits for that project's approvers", () => {
  test('the request records who decides, and why it waits', async () => {
    const answer = successOf(await world.request({ parameters: { bucket: 'web-site' } }));
    expect(answer).toMatchObject({ outcome: 'accepted', plan: { decidedBy: [WEB.uuid] } });
    expect(await proposalNow()).toMatchObject({
      decidedBy: [WEB.uuid],
      approvalReasons: [`/parameters/bucket: web-site is owned by project ${WEB.key}`],
    });
  });

  test("the requesting project's approvers do not learn of it by approving, and the owner's approve", async () => {
    await world.request({ parameters: { bucket: 'web-site' } });
    expect(codeOf(await decide(approveGrant, lead('shop')))).toBe('GRANT_NOT_FOUND');
    expect(codeOf(await decide(rejectGrant, lead('shop')))).toBe('GRANT_NOT_FOUND');
    expect(successOf(await decide(approveGrant, lead('web'))).outcome).toBe('changed');
    expect((await world.grantNow()).state).toBe('active');
  });

  test("a name that nobody owns is the installation's to decide", async () => {
    await world.request({ parameters: { bucket: 'payroll' } });
    expect(await proposalNow()).not.toHaveProperty('decidedBy');
    for (const key of ['shop', 'web']) {
      expect(codeOf(await decide(approveGrant, lead(key)))).toBe('GRANT_NOT_FOUND');
    }
    expect(successOf(await world.approve()).outcome).toBe('changed');
  });
});

describe('a template that requires approval', () => {
  beforeEach(() => {
    world.redeploy((content) => {
      Object.assign(content, { approval: 'required' });
    });
  });

  test("is decided by the project's own approvers for its own names", async () => {
    await world.request();
    expect(codeOf(await decide(approveGrant, lead('web')))).toBe('GRANT_NOT_FOUND');
    expect(successOf(await decide(approveGrant, lead('shop'))).outcome).toBe('changed');
  });

  test('is decided by somebody who approves for both, where the names are of two projects', async () => {
    await world.request({ parameters: { bucket: 'web-site', distribution: 'E2SHOPSITE0001' } });
    const both = { principal: personOf('bo@acme.example'), groups: ['shop-leads', 'web-leads'] };
    expect((await proposalNow())?.decidedBy).toEqual([SHOP_PROJECT.uuid, WEB.uuid].sort());
    for (const key of ['shop', 'web']) {
      expect(codeOf(await decide(approveGrant, lead(key)))).toBe('GRANT_NOT_FOUND');
    }
    expect(successOf(await decide(approveGrant, both)).outcome).toBe('changed');
  });

  test('is not approved once somebody else owns the name', async () => {
    await world.request();
    world.configuration = configurationOf({
      ...configurationContent(),
      ownership: [{ project: { workspace: 'acme', ...WEB }, owns: { any: ['shop-*'] } }],
    });
    expect(codeOf(await decide(approveGrant, lead('shop')))).toBe('PLAN_CHANGED');
  });
});

test('a request without an account gets the default of its project', async () => {
  const [hub] = configurationContent().accounts;
  const staging = {
    ...hub,
    alias: 'staging',
    id: '444455556666',
    provisionerRole: 'arn:aws:iam::444455556666:role/rolewright-spoke',
    externalId: 'sandbox-external-id',
  };
  const settings = { accounts: ['default', 'staging'], defaults: { account: 'staging' } };
  world.configuration = configurationOf({
    ...configurationContent(),
    accounts: [hub, staging],
    projects: [{ workspace: 'acme', ...SHOP_PROJECT, ...settings }],
  });
  const accountOf = async (asked: { account?: string }) => {
    const answer = successOf(await world.request(asked, undefined, { dryRun: true }));
    return 'planned' in answer ? answer.planned.rendered.intent.account : undefined;
  };
  expect([await accountOf({}), await accountOf({ account: 'default' })]).toEqual([
    '444455556666',
    '111122223333',
  ]);
});
