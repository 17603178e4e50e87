import { beforeEach, describe, expect, test } from '@jest/globals';
import { verifyChain } from '../../../../../domain/grants/event.ts';
import { changeOf } from '../../../../../domain/grants/grant.ts';
import { reconcile } from '../../../../../domain/use-cases/reconcile.ts';
import { requestGrant } from '../../../../../domain/use-cases/requests/request-grant.ts';
import { grantRequest, pipelineOf, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import {
  chain,
  codeOf,
  GRANT_ID,
  present,
  problemOf,
  shop,
  successOf,
} from '../../../../support/domain/samples.ts';
import { asEpoch, asStreamId } from '../../../../support/identifiers.ts';
import { listAll } from '../../../../support/stores/listed.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

const pass = () =>
  reconcile(
    { ...world.requestPorts, worker: world.worker, reportFailure: () => {}, reportStopped: () => {} },
    { correlationId: 'pass-1', deadline: asEpoch(world.clock.now() + 60_000) },
  );
const grantNow = async () => present((await listAll(world.grants)).find(({ id }) => id === GRANT_ID));

describe('a compromised writer of the log', () => {
  test('cannot have the events of one grant taken for those of another', async () => {
    await world.request();
    const events = await world.log.load(GRANT_ID);
    expect(verifyChain(events, GRANT_ID)).toBeUndefined();
    expect(verifyChain(events, asStreamId('gr_aaaaaaaaaaaaaaaaaaaaaaaaaa'))).toBe(
      'event 1 belongs to another grant',
    );
  });

  test('cannot spare a template its approval by writing that none is needed', async () => {
    world.redeploy((content) => {
      content.approval = 'required';
    });
    const template = present(world.templates.get('s3-static-site'));
    // An edge whose copy of the very same template demands no approval: what it writes says `approval: none`.
    const lenient = new Map([[template.name, { ...template, approval: 'none' as const }]]);
    const answer = await requestGrant({ ...world.requestPorts, templates: lenient }, grantRequest(), {
      caller: platform,
      correlationId: 'forged',
      entryPoint: 'http',
      dryRun: false,
    });
    expect(codeOf(answer)).toBe('PLAN_CHANGED');
    expect(world.iamWrites()).toEqual([]);
  });

  test('cannot date an event into the future and be believed', async () => {
    await world.request();
    world.clock.advance(-3_600_000);
    expect(problemOf(await world.request())).toMatchObject({
      code: 'CONFLICT',
      detail: expect.stringContaining('dated in the future'),
    });
    expect(successOf(await world.revokeAny())).toMatchObject({ unreadable: true });
  });
});

describe('a pipeline', () => {
  const own = pipelineOf(shop);

  test('asking for another repository is denied before its template or parameters are looked at', async () => {
    const bad = { repository: 'acme/web', template: 'no-such-template', parameters: { bucket: '*' } };
    expect(codeOf(await world.request(bad, own))).toBe('DENIED');
    expect(codeOf(await world.request({ ...bad, repository: 'acme/nowhere' }, own))).toBe('DENIED');
    expect(world.denials).toHaveLength(2);
  });
});

describe('a pipeline does not lengthen the time that a person has set', () => {
  const own = pipelineOf(shop);
  const other = { parameters: { bucket: 'shop-other' } };
  beforeEach(() =>
    world.redeploy((content) => {
      content.requestableBy = ['person', 'pipeline'];
    }),
  );

  test('after it has changed the grant, so that what is live is its own request', async () => {
    successOf(await world.request({ expiresIn: 'PT8H' }));
    const { expiresAt } = await grantNow();
    successOf(await world.request(other, own));
    expect(codeOf(await world.request({ ...other, expiresIn: 'P3650D' }, own))).toBe('DENIED');
    expect((await grantNow()).expiresAt).toBe(expiresAt);
  });

  test('on a grant that it had asked for itself', async () => {
    successOf(await world.request({}, own));
    successOf(await world.request({ expiresIn: 'PT8H' }));
    const { expiresAt } = await grantNow();
    expect(codeOf(await world.request({ expiresIn: 'P3650D' }, own))).toBe('DENIED');
    expect((await grantNow()).expiresAt).toBe(expiresAt);
  });

  test('that came with a change of a grant of its own', async () => {
    successOf(await world.request({}, own));
    successOf(await world.request({ ...other, expiresIn: 'PT8H' }));
    expect(codeOf(await world.request({ ...other, expiresIn: 'P3650D' }, own))).toBe('DENIED');
  });

  test('and may lengthen what it alone has set', async () => {
    successOf(await world.request({ expiresIn: 'PT8H' }, own));
    expect(codeOf(await world.request({ expiresIn: 'P1D' }, own))).toBe('ok');
  });
});

describe('what is asked for at the same moment', () => {
  test('never leaves a repository with more live grants than its limit; the earliest stay', async () => {
    world.configuration = {
      ...world.configuration,
      limits: { ...world.configuration.limits, liveGrantsPerRepository: 2 },
    };
    const asked = ['one', 'two', 'three', 'four', 'five'].map((name) => world.request({ name }));
    const codes = (await Promise.all(asked)).map(codeOf);
    expect(codes.filter((code) => code === 'ok').length).toBeLessThanOrEqual(2);
    expect(world.iam.roles.size).toBeLessThanOrEqual(2);
    expect(codes.filter((code) => code === 'QUOTA_EXCEEDED').length).toBeGreaterThanOrEqual(3);
  });
});

test('a stream is not filled beyond what can still be read and revoked', async () => {
  world.redeploy((content) => {
    content.approval = 'required';
  });
  await world.request();
  const [first] = await world.log.load(GRANT_ID);
  if (first?.type !== 'GrantRequested') throw new Error('a request was expected');
  const reason = 'x'.repeat(20_000);
  const asked = Array.from({ length: 240 }, () => ({
    type: 'GrantRequested' as const,
    data: { ...first.data, reason },
  }));
  for (const event of chain(asked, GRANT_ID, [first]).slice(1)) await world.log.append(event);
  expect(codeOf(await world.request({ parameters: { bucket: 'shop-other' } }))).toBe('THROTTLED');
  expect(successOf(await world.revoke()).grant.state).toBe('revoked');
});

describe('ending access', () => {
  test('does not fail because IAM refuses one of its steps', async () => {
    await world.request();
    world.iam.fault('putTrustPolicy', { effect: 'refuse' });
    expect(successOf(await world.revoke()).grant.state).toBe('revoked');
    expect(world.iam.roles.size).toBe(0);
  });

  test('comes at the time that was set even while a change is stuck', async () => {
    await world.request({ expiresIn: 'PT1H' });
    world.iam.fault('findRole', { effect: 'unavailable' });
    await world.request({ parameters: { bucket: 'shop-other' } });
    expect(changeOf(await grantNow())?.phase).toBe('updating');
    world.clock.advance(2 * 3_600_000);
    expect(await pass()).toMatchObject({ settled: 1 });
    expect((await grantNow()).state).toBe('revoked');
    expect(world.iam.roles.size).toBe(0);
  });

  test('is not said to be done while a role stands that bears our tag and cannot be proven ours', async () => {
    world.iam.fault('createRole', { effect: 'lostReply' });
    await world.request();
    world.theRole().attached.add('arn:aws:iam::aws:policy/AdministratorAccess');
    expect(successOf(await world.revoke()).outcome).toBe('accepted');
    await world.resume();
    expect((await grantNow()).state).toBe('revoking');
    expect((await grantNow()).lastError?.code).toBe('ROLE_NAME_TAKEN');
  });
});

test('a refused resource name is reported to the operators', async () => {
  const answer = await world.request({ parameters: { bucket: 'payroll' } }, pipelineOf(shop));
  expect(problemOf(answer).code).toBe('NOT_OWNED');
  expect(world.denials).toMatchObject([{ action: 'request', rule: 'ownership', resource: `${shop.uuid}:*` }]);
});
