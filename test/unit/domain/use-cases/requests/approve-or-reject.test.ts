import { beforeEach, describe, expect, test } from '@jest/globals';
import { changeOf } from '../../../../../domain/grants/grant.ts';
import { repositoryStreamOf } from '../../../../../domain/shared/identifiers.ts';
import { identifiersOf, type Principal } from '../../../../../domain/shared/principal.ts';
import { freezeGrant } from '../../../../../domain/use-cases/containment/freeze-grant.ts';
import { revokeRepository } from '../../../../../domain/use-cases/containment/revoke-repository.ts';
import { appendEvent, loadWholeStream } from '../../../../../domain/use-cases/grant-stream.ts';
import { reconcile } from '../../../../../domain/use-cases/reconcile.ts';
import { renewGrant, upgradeGrant } from '../../../../../domain/use-cases/requests/request-again.ts';
import { approver, pipelineOf, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import {
  ada,
  codeOf,
  configurationContent,
  configurationOf,
  GRANT_ID,
  grace,
  personOf,
  present,
  problemOf,
  shop,
  staging,
  successOf,
} from '../../../../support/domain/samples.ts';
import { asEpoch } from '../../../../support/identifiers.ts';

const slackOnly: Principal & { kind: 'person' } = {
  kind: 'person',
  id: 'joan',
  identifiers: identifiersOf({ slack: ['T0ACME', 'U0JOAN'] }),
};

const HOURS = 3_600_000;

let world: World;
beforeEach(() => {
  world = new World();
  world.redeploy(needsApproval);
});

function needsApproval(content: object): void {
  Object.assign(content, { approval: 'required' });
}

const stateNow = async () => (await world.grantNow()).state;
const last = async () => (await world.eventTypes()).at(-1);
const stranger = { principal: { kind: 'person' as const, id: 'mallory@acme.example' }, groups: [] };
const pass = () =>
  reconcile(
    { ...world.requestPorts, worker: world.worker, reportFailure: () => {}, reportStopped: () => {} },
    { correlationId: 'pass-1', deadline: asEpoch(world.clock.now() + 60_000) },
  );
const otherBucket = { parameters: { bucket: 'shop-other' } };

/** The plan of a dry run. */
async function planned(...asked: Parameters<World['request']>) {
  const answer = successOf(await world.request(asked[0], asked[1] ?? platform, { dryRun: true }));
  if (!('planned' in answer)) throw new Error('a dry run was expected');
  return answer.planned.plan;
}

describe('a new grant from a template that requires approval', () => {
  beforeEach(async () => {
    expect(successOf(await world.request()).outcome).toBe('accepted');
  });

  test('waits, and IAM is not touched before somebody approves', async () => {
    expect([await stateNow(), world.iamWrites()]).toEqual(['pending', []]);
  });

  test('is made once another person approves its plan', async () => {
    const { outcome } = successOf(await world.approve());
    expect([outcome, await stateNow(), world.iamWrites()]).toEqual([
      'changed',
      'active',
      ['createProvider', 'createRole', 'putPermissionsPolicy'],
    ]);
  });

  test.each<[string, Parameters<World['approve']>, string]>([
    ['by whoever asked', [{}, platform], 'DENIED'],
    ['by somebody whom the rules do not let', [{}, stranger], 'GRANT_NOT_FOUND'],
    ['by a pipeline of the repository', [{}, pipelineOf(shop)], 'DENIED'],
    ['of another plan', [{ planHash: 'f'.repeat(64) }], 'PLAN_CHANGED'],
    ['of a grant that does not exist', [{}, approver, `gr_${'a'.repeat(26)}`], 'GRANT_NOT_FOUND'],
    ['of what is no grant id', [{}, approver, 'gr_x'], 'GRANT_NOT_FOUND'],
  ])('is not approved %s', async (_, asked, code) => {
    expect(codeOf(await world.approve(...asked))).toBe(code);
    expect([await world.eventTypes(), world.iamWrites()]).toEqual([['GrantRequested'], []]);
  });

  test('is approved once: a second time nothing waits', async () => {
    const planHash = await world.waitingPlan();
    await world.approve();
    expect(codeOf(await world.approve({ planHash }))).toBe('CONFLICT');
    expect((await world.eventTypes()).filter((type) => type === 'GrantApproved')).toHaveLength(1);
  });

  test('is rejected with a reason, and leaves nothing', async () => {
    expect(successOf(await world.reject({ reason: 'Use the other' })).grant.state).toBe('rejected');
    expect(codeOf(await world.reject())).toBe('CONFLICT');
    expect(world.iamWrites()).toEqual([]);
  });

  test('may be rejected by whoever asked', async () => {
    expect(successOf(await world.reject({}, platform)).grant.state).toBe('rejected');
  });

  test('is replaced by a newer request, whose plan then is the one to approve', async () => {
    const first = await world.waitingPlan();
    await world.request(otherBucket);
    expect(codeOf(await world.approve({ planHash: first }))).toBe('PLAN_CHANGED');
    expect(codeOf(await world.approve())).toBe('ok');
    expect(present((await world.grantNow()).request.intent.parameters)).toEqual({ bucket: 'shop-other' });
  });

  test('is not approved by anybody who asked since the last approval', async () => {
    await world.request(otherBucket, approver);
    expect(codeOf(await world.approve({}, platform))).toBe('DENIED');
    expect(codeOf(await world.approve({}, approver))).toBe('DENIED');
    const third = { principal: personOf('joan@acme.example'), groups: ['platform'] };
    expect(codeOf(await world.approve({}, third))).toBe('ok');
  });

  test.each<[string, Principal & { kind: 'person' }]>([
    ['the requester under another spelling', { ...ada, id: 'Ada@acme.example' }],
    ['the requester under an alias', { ...ada, id: 'ada+approvals@acme.example' }],
    ['a person of whom nothing verified is known', { kind: 'person', id: 'joan@acme.example' }],
    ['a Slack user whom no entry ties to a token', slackOnly],
  ])('is not approved by %s, and nothing is written', async (_, principal) => {
    const before = world.story();
    expect(codeOf(await world.approve({}, { principal, groups: approver.groups }))).toBe('DENIED');
    expect(world.story()).toEqual(before);
  });

  test('is approved by listed people only, where the configuration says so', async () => {
    world.configuration = configurationOf({
      ...configurationContent(),
      approvals: { from: 'people' },
      people: [{ id: grace.id }],
    });
    const unlisted = { principal: personOf('joan@acme.example'), groups: ['platform'] };
    expect(codeOf(await world.approve({}, unlisted))).toBe('DENIED');
    expect(codeOf(await world.approve({}, approver))).toBe('ok');
  });

  test('is not approved once the repository is gone', async () => {
    world.bitbucket.repositories = [];
    expect(codeOf(await world.approve())).toBe('REPOSITORY_NOT_FOUND');
    expect(await stateNow()).toBe('pending');
  });

  test('is not approved once its template means something else', async () => {
    world.redeploy((content) => {
      Object.assign(content, { approval: 'required', maxSessionDuration: 7200 });
    });
    expect(codeOf(await world.approve())).toBe('PLAN_CHANGED');
  });

  test('is not approved once nobody owns its names any more, and can be asked for anew with that reason', async () => {
    world.configuration = configurationOf({ ...configurationContent(), ownership: [] });
    expect(codeOf(await world.approve())).toBe('PLAN_CHANGED');
    expect([await stateNow(), world.iamWrites()]).toEqual(['pending', []]);
    await world.request();
    expect((await world.grantNow()).request.proposal?.approvalReasons).toHaveLength(2);
    expect(codeOf(await world.approve())).toBe('ok');
  });

  test('is not made where its names were disowned after the approval', async () => {
    world.iam.fault('createProvider', { effect: 'unavailable' });
    await world.approve();
    expect([await stateNow(), world.iam.roles.size]).toEqual(['provisioning', 0]);
    world.configuration = configurationOf({ ...configurationContent(), ownership: [] });
    await world.resume();
    expect([await stateNow(), world.iam.roles.size]).toEqual(['failed', 0]);
    expect((await world.grantNow()).lastError?.code).toBe('NOT_OWNED');
  });

  test('is approved all the same when the repository was renamed meanwhile', async () => {
    world.bitbucket.repositories = [{ ...shop, slug: 'store', fullName: 'acme/store' }];
    expect(codeOf(await world.approve())).toBe('ok');
  });

  test('is not approved by whoever asked under an id that differs in case only', async () => {
    const id = platform.principal.id.toUpperCase();
    expect(
      codeOf(await world.approve({}, { principal: { kind: 'person', id }, groups: platform.groups })),
    ).toBe('DENIED');
    expect(await stateNow()).toBe('pending');
  });

  test('is not approved once whoever asked may not ask any more', async () => {
    world.redeploy((content) => {
      Object.assign(content, { approval: 'required', requestableBy: ['service'] });
    });
    expect(codeOf(await world.approve())).not.toBe('ok');
    expect(await stateNow()).toBe('pending');
  });

  test('that waited too long can no longer be approved, and the log says so', async () => {
    world.clock.advance(72 * HOURS + 1);
    expect(problemOf(await world.approve()).code).toBe('CONFLICT');
    await pass();
    expect([await last(), await stateNow(), world.iamWrites()]).toEqual(['RequestLapsed', 'rejected', []]);
    expect(world.grants.rows.get(GRANT_ID)?.dueAt).toBeUndefined();
  });

  test('that lapses while its approval is checked leaves no approval in the log', async () => {
    world.clock.advance(72 * HOURS);
    const find = world.bitbucket.findRepository.bind(world.bitbucket);
    world.bitbucket.findRepository = async (...asked) => {
      world.clock.advance(1);
      return find(...asked);
    };
    expect(codeOf(await world.approve())).toBe('CONFLICT');
    expect([await world.eventTypes(), world.iamWrites()]).toEqual([['GrantRequested'], []]);
  });

  test('that has lapsed is asked for anew, before anybody has swept it up', async () => {
    world.clock.advance(73 * HOURS);
    expect(successOf(await world.request()).outcome).toBe('accepted');
    expect(await world.eventTypes()).toEqual(['GrantRequested', 'RequestLapsed', 'GrantRequested']);
    expect(codeOf(await world.approve())).toBe('ok');
  });

  test('can be approved to the last moment', async () => {
    world.clock.advance(72 * HOURS);
    await pass();
    expect(codeOf(await world.approve())).toBe('ok');
  });
});

describe('a lifetime', () => {
  test('begins at approval, not with the waiting', async () => {
    await world.request({ expiresIn: 'PT8H' });
    world.clock.advance(10 * HOURS);
    await world.approve();
    const { expiresAt } = await world.grantNow();
    expect(Date.parse(present(expiresAt))).toBe(world.clock.now() + 8 * HOURS);
  });
});

describe('an active grant whose template requires approval', () => {
  beforeEach(async () => {
    await world.request();
    await world.approve();
  });

  test('goes on as it is while a wider change waits', async () => {
    const before = world.roleText();
    expect(successOf(await world.request(otherBucket)).outcome).toBe('accepted');
    expect([await stateNow(), world.roleText()]).toEqual(['active', before]);
    expect(changeOf(await world.grantNow())?.phase).toBe('waiting');
  });

  test('is changed once somebody else approves', async () => {
    await world.request(otherBucket);
    expect(successOf(await world.approve()).outcome).toBe('changed');
    expect(world.roleText()).toContain('shop-other');
  });

  test.each<['reject' | 'lapse', string]>([
    ['reject', 'GrantRejected'],
    ['lapse', 'RequestLapsed'],
  ])('keeps what it has when the change meets a %s', async (how, event) => {
    const before = world.roleText();
    await world.request(otherBucket);
    if (how === 'reject') await world.reject();
    else {
      world.clock.advance(73 * HOURS);
      await pass();
    }
    expect([await last(), world.roleText()]).toEqual([event, before]);
    expect(changeOf(await world.grantNow())).toBeUndefined();
  });

  test('waits for a later end, and not for an earlier one', async () => {
    expect(successOf(await world.request({ expiresIn: 'P30D' })).outcome).toBe('unchanged');
    expect(successOf(await world.request({ expiresIn: 'P1D' })).outcome).toBe('unchanged');
    const { expiresAt } = await world.grantNow();
    expect(successOf(await world.request({ expiresIn: 'P10D' })).outcome).toBe('accepted');
    expect((await world.grantNow()).expiresAt).toBe(expiresAt);
    await world.approve();
    const later = Date.parse(present((await world.grantNow()).expiresAt));
    expect(later).toBe(world.clock.now() + 240 * HOURS);
  });

  test('is narrowed without approval', async () => {
    world.redeploy((content) => {
      needsApproval(content);
      for (const statement of content.statements)
        statement.actions = (statement.actions as string[]).slice(0, 1);
    });
    expect((await planned()).risk).toBe('narrower');
    expect(successOf(await world.request()).outcome).toBe('changed');
  });

  test('needs approval for a longer session', async () => {
    world.redeploy((content) => {
      Object.assign(content, { approval: 'required', maxSessionDuration: 7200 });
    });
    expect(await planned()).toMatchObject({ risk: 'wider', requiresApproval: true, gained: [], lost: [] });
  });

  test('is not approved where something else was made live meanwhile', async () => {
    await world.request({ ...otherBucket, expiresIn: 'P2D' });
    await world.request({ expiresIn: 'P1D' });
    await world.request({ ...otherBucket, expiresIn: 'P2D' });
    expect(codeOf(await world.approve())).toBe('ok');
  });
});

describe('a name that no ownership rule covers', () => {
  const payroll = { parameters: { bucket: 'payroll' } };
  beforeEach(() => world.redeploy(() => {}));

  test('waits for approval, and is granted by it', async () => {
    expect(await planned(payroll)).toMatchObject({ requiresApproval: true, risk: 'new' });
    expect(successOf(await world.request(payroll)).outcome).toBe('accepted');
    expect(codeOf(await world.approve())).toBe('ok');
    expect(world.roleText()).toContain('payroll');
  });

  test('is approved all the same when the repository was renamed meanwhile', async () => {
    await world.request(payroll);
    world.bitbucket.repositories = [{ ...shop, slug: 'store', fullName: 'acme/store' }];
    expect(codeOf(await world.approve())).toBe('ok');
  });

  test('is refused to a pipeline, and nobody is asked to approve it', async () => {
    expect(codeOf(await world.request(payroll, pipelineOf(shop)))).toBe('NOT_OWNED');
    expect(world.journal).toEqual([]);
  });

  test('starts at once when a rule covers it by then', async () => {
    await world.request(payroll);
    const content = configurationContent();
    content.ownership.push({
      repository: { workspace: 'acme', slug: 'shop', uuid: shop.uuid },
      owns: { any: ['payroll'] },
    });
    world.configuration = configurationOf(content);
    expect(successOf(await world.request(payroll)).outcome).toBe('created');
  });

  test('that is live already is no change and needs no second approval', async () => {
    await world.request(payroll);
    await world.approve();
    expect(successOf(await world.request(payroll)).outcome).toBe('unchanged');
  });
});

describe('a plan hash', () => {
  beforeEach(() => world.redeploy(() => {}));

  test('of the plan that was shown is granted, and so is its repetition', async () => {
    const { hash: planHash } = await planned();
    expect(successOf(await world.request({ planHash })).outcome).toBe('created');
    expect(successOf(await world.request({ planHash })).outcome).toBe('unchanged');
  });

  test('is the same for the same request over the same state, also with a lifetime', async () => {
    const first = await planned({ expiresIn: 'P1D' });
    world.clock.advance(HOURS);
    expect((await planned({ expiresIn: 'P1D' })).hash).toBe(first.hash);
  });

  test.each<[string, () => unknown]>([
    [
      'the template changes',
      () => world.redeploy((content) => Object.assign(content, { maxSessionDuration: 7200 })),
    ],
    ['something is live', () => world.request(otherBucket)],
  ])('is refused once %s', async (_, change) => {
    const { hash: planHash } = await planned();
    await change();
    const before = await world.eventTypes();
    expect(codeOf(await world.request({ planHash }))).toBe('PLAN_CHANGED');
    expect(await world.eventTypes()).toEqual(before);
  });

  test('of another request is refused', async () => {
    const { hash: planHash } = await planned();
    for (const over of [otherBucket, { expiresIn: 'P1D' }, { environment: staging.name }]) {
      expect(codeOf(await world.request({ ...over, planHash }))).toBe('PLAN_CHANGED');
    }
  });

  test('by which it came into force is not one of another lifetime', async () => {
    const { hash: planHash } = await planned();
    await world.request({ planHash });
    expect(codeOf(await world.request({ planHash, expiresIn: 'P30D' }))).toBe('PLAN_CHANGED');
    expect((await world.grantNow()).expiresAt).toBeUndefined();
  });

  test('of a change is refused once what it would change is revoked', async () => {
    await world.request();
    const { hash: planHash } = await planned(otherBucket);
    successOf(await world.request({ ...otherBucket, planHash }));
    await world.revoke();
    expect(codeOf(await world.request({ ...otherBucket, planHash }))).toBe('PLAN_CHANGED');
    expect(await stateNow()).toBe('revoked');
  });

  test('by which it came into force does not bring back what an upgrade has replaced', async () => {
    const { hash: planHash } = await planned();
    await world.request({ planHash });
    world.redeploy((content) => Object.assign(content, { maxSessionDuration: 7200 }));
    expect(codeOf(await world.request({ planHash }))).toBe('PLAN_CHANGED');
  });
});

describe('an upgrade', () => {
  const upgrade = (dryRun = false) =>
    upgradeGrant(
      world.requestPorts,
      { grantId: GRANT_ID },
      { caller: platform, correlationId: 'up', entryPoint: 'http', dryRun },
    );
  beforeEach(() => world.redeploy(() => {}));

  test('gives an active grant what its template says now, for the same parameters', async () => {
    await world.request(otherBucket);
    world.redeploy((content) => Object.assign(content, { maxSessionDuration: 7200 }));
    expect(successOf(await upgrade()).outcome).toBe('changed');
    const { intent } = (await world.grantNow()).request;
    expect([intent.maxSessionDuration, intent.parameters]).toEqual([7200, { bucket: 'shop-other' }]);
  });

  test('to the same template changes nothing', async () => {
    await world.request();
    const before = await world.eventTypes();
    expect(successOf(await upgrade()).outcome).toBe('unchanged');
    expect(await world.eventTypes()).toEqual(before);
  });

  test('of a grant that is not active is a conflict', async () => {
    await world.request();
    await world.revoke();
    expect(codeOf(await upgrade())).toBe('CONFLICT');
  });

  test('to a template with other parameters says which', async () => {
    await world.request();
    world.redeploy((content) => {
      content.parameters.region = { type: 's3BucketName', description: 'Another one' };
      content.statements.push({
        sid: 'B',
        actions: ['s3:GetObject'],
        resources: ['arn:aws:s3:::{{region}}/*'],
      });
    });
    expect(codeOf(await upgrade())).toBe('PARAMETERS_INVALID');
  });
});

describe('a renewal', () => {
  const DAYS = 24 * HOURS;
  const renew = (caller = platform) =>
    renewGrant(
      world.requestPorts,
      { grantId: GRANT_ID },
      { caller, correlationId: 'renew', entryPoint: 'slack', dryRun: false },
    );
  const cause = { caller: platform, correlationId: 'contain', entryPoint: 'http' as const };
  const endsIn = async () => Date.parse((await world.grantNow()).expiresAt ?? '') - world.clock.now();
  beforeEach(() => world.redeploy(() => {}));

  test('lets a grant last as long again, from now', async () => {
    await world.request({ expiresIn: 'P30D', reason: 'we release it' });
    world.clock.advance(24 * DAYS);
    successOf(await renew());
    expect(await endsIn()).toBeGreaterThan(29 * DAYS);
    expect(await last()).toBe('GrantExpiryChanged');
  });

  test('of more than half of its time left changes nothing', async () => {
    await world.request({ expiresIn: 'P30D' });
    world.clock.advance(10 * DAYS);
    expect(successOf(await renew()).outcome).toBe('unchanged');
    expect(await endsIn()).toBeLessThan(20 * DAYS + 1);
  });

  test('waits for approval where a request does', async () => {
    await world.request({ expiresIn: 'P30D' });
    world.redeploy((content) => Object.assign(content, { approval: 'required', maxSessionDuration: 7200 }));
    world.clock.advance(24 * DAYS);
    expect(successOf(await renew()).outcome).toBe('accepted');
    expect(await endsIn()).toBeLessThan(6 * DAYS + 1);
  });

  test('is no right of whoever may not request it', async () => {
    await world.request({ expiresIn: 'P30D' });
    expect(['GRANT_NOT_FOUND', 'DENIED']).toContain(codeOf(await renew(stranger)));
  });

  test.each(['its grant', 'its repository'])(
    'is refused while %s is held, and writes nothing',
    async (held) => {
      await world.request({ expiresIn: 'P30D' });
      const { repository } = (await world.grantNow()).request.intent;
      const incident = { repository: repository.uuid, reason: 'Leaked' };
      if (held === 'its grant') await world.revoke();
      else successOf(await revokeRepository(world.requestPorts, incident, cause));
      await world.request({ expiresIn: 'P30D' });
      expect(await world.grantNow()).toMatchObject({ state: 'active' });
      world.clock.advance(24 * DAYS);
      const before = await world.eventTypes();
      expect(codeOf(await renew())).toBe('FROZEN');
      expect(await world.eventTypes()).toEqual(before);
    },
  );

  test('is refused while the grant is frozen, and writes nothing', async () => {
    await world.request({ expiresIn: 'P30D' });
    world.clock.advance(24 * DAYS);
    successOf(await freezeGrant(world.requestPorts, { grantId: GRANT_ID, reason: 'Odd calls' }, cause));
    const before = await world.eventTypes();
    expect(codeOf(await renew())).toBe('FROZEN');
    expect(await world.eventTypes()).toEqual(before);
  });

  test('of a grant without an end, or that is not active, is a conflict', async () => {
    await world.request();
    expect(codeOf(await renew())).toBe('CONFLICT');
    await world.revoke();
    expect(codeOf(await renew())).toBe('CONFLICT');
  });
});

describe('a renewal that needs approval, of a grant whose repository is held', () => {
  const hold = async () => {
    const { repository } = (await world.grantNow()).request.intent;
    const stream = await loadWholeStream(world.requestPorts, repositoryStreamOf(repository.uuid));
    const data = { repository, reason: 'Leaked', revoke: [] };
    const by = { principal: grace, correlationId: 'incident', entryPoint: 'http' as const };
    await appendEvent(world.requestPorts, stream, { event: { type: 'RepositoryHeld', data }, cause: by });
  };
  beforeEach(async () => {
    await world.request({ expiresIn: 'P30D' });
    await world.approve();
    world.clock.advance(24 * 24 * HOURS);
  });

  test('is not requested', async () => {
    await hold();
    const before = world.story();
    expect(codeOf(await world.request({ expiresIn: 'P30D' }))).toBe('FROZEN');
    expect(world.story()).toEqual(before);
  });

  test('is not approved, if it was requested before', async () => {
    expect(successOf(await world.request({ expiresIn: 'P30D' })).outcome).toBe('accepted');
    await hold();
    const before = world.story();
    expect(codeOf(await world.approve())).toBe('FROZEN');
    expect(world.story()).toEqual(before);
  });

  test('is requested where it ends the grant earlier, and another role by a person, too', async () => {
    await hold();
    successOf(await world.request({ expiresIn: 'P1D' }));
    expect(await last()).toBe('GrantExpiryChanged');
    expect(successOf(await world.request(otherBucket)).outcome).toBe('accepted');
    expect(successOf(await world.approve()).outcome).toBe('changed');
  });
});
