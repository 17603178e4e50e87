import { beforeEach, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../../domain/grants/event.ts';
import type { GrantRequest } from '../../../../domain/grants/request.ts';
import { plusSeconds, seconds } from '../../../../domain/shared/time.ts';
import { reconcile } from '../../../../domain/use-cases/reconcile.ts';
import { appended } from '../../../support/domain/decider-story.ts';
import { pipelineOf, platform, World } from '../../../support/domain/fakes/fakes.ts';
import {
  ada,
  codeOf,
  configurationContent,
  configurationOf,
  GRANT_ID,
  problemOf,
  shop,
  subject,
  successOf,
  templateContent,
  templateOf,
} from '../../../support/domain/samples.ts';
import { asEpoch, asInstant } from '../../../support/identifiers.ts';

const DAY = 86_400;
const DAY_MS = DAY * 1000;

let world: World;
beforeEach(() => {
  world = new World();
});

/** The installation's `lifetime` and `reason`, and those of the template. */
function configure(settings: Record<string, unknown>, template: Record<string, unknown> = {}): void {
  world.configuration = configurationOf({ ...configurationContent(), ...settings });
  world.templates.set('s3-static-site', templateOf({ ...templateContent(), ...template }));
}

const reconcilePass = () =>
  reconcile(
    {
      ...world.requestPorts,
      worker: world.worker,
      reportFailure: (grantId) => world.unreadable.push(grantId),
      reportStopped: () => {},
    },
    { correlationId: 'a-pass', deadline: asEpoch(world.clock.now() + 60_000) },
  );
const inDays = (days: number) => plusSeconds(world.clock.instant(), seconds(days * DAY));
const endNow = async () => (await world.grantNow()).expiresAt;

describe('a request without expiresIn', () => {
  test.each<[string, Record<string, unknown>, number | undefined]>([
    ['gets the default', { lifetime: { default: 'P7D', max: 'P90D' } }, 7],
    ['gets the maximum where there is no default', { lifetime: { max: 'P90D' } }, 90],
    ['has no end where there is neither', {}, undefined],
  ])('%s', async (_, settings, days) => {
    configure(settings);
    const end = days === undefined ? undefined : inDays(days);
    await world.request();
    expect(await endNow()).toBe(end);
  });

  test('leaves the end of a live grant, and writes nothing', async () => {
    configure({ lifetime: { default: 'P7D' } });
    await world.request();
    const [end, events] = [await endNow(), await world.eventTypes()];
    world.clock.advance(DAY_MS);
    expect(successOf(await world.request())).toMatchObject({ outcome: 'unchanged' });
    expect([await endNow(), await world.eventTypes()]).toEqual([end, events]);
  });

  test('is repeated with its plan after a lost reply, and is idempotent', async () => {
    configure({ lifetime: { default: 'P7D' } });
    const planned = successOf(await world.request({}, platform, { dryRun: true }));
    const planHash = 'planned' in planned ? planned.planned.plan.hash : '';
    for (const outcome of ['created', 'unchanged']) {
      expect(successOf(await world.request({ planHash })).outcome).toBe(outcome);
    }
  });
});

describe('a request that lacks what it must say is refused, and nothing is written:', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, Partial<GrantRequest>, string]>([
    [
      'a lifetime over the maximum',
      { lifetime: { max: 'P30D' } },
      {},
      { expiresIn: 'P31D' },
      'LIFETIME_TOO_LONG',
    ],
    [
      'one over that of the template',
      {},
      { lifetime: { max: 'P30D' } },
      { expiresIn: 'P31D' },
      'LIFETIME_TOO_LONG',
    ],
    ['no lifetime', { lifetime: { requiredFor: ['s3-static-site'] } }, {}, {}, 'LIFETIME_REQUIRED'],
    ['no lifetime for the template', {}, { lifetime: { required: true } }, {}, 'LIFETIME_REQUIRED'],
    ['no reason', { reason: { requiredFor: 'all' } }, {}, {}, 'REASON_REQUIRED'],
    ['no reason for the template', {}, { reason: 'required' }, {}, 'REASON_REQUIRED'],
  ])('%s', async (_, settings, template, asked, code) => {
    configure(settings, template);
    expect(codeOf(await world.request(asked, platform, { dryRun: true }))).toBe(code);
    expect(codeOf(await world.request(asked))).toBe(code);
    expect(await world.eventTypes()).toEqual([]);
  });

  test('whoever may not ask learns nothing of it', async () => {
    configure({ reason: { requiredFor: 'all' } });
    const stranger = { principal: ada, groups: [] };
    expect(codeOf(await world.request({}, stranger))).toBe('DENIED');
  });

  test('a repeated request that changes nothing needs no reason again', async () => {
    configure({ reason: { requiredFor: 'all' } });
    await world.request({ reason: 'For the shop' });
    expect(successOf(await world.request()).outcome).toBe('unchanged');
    expect(codeOf(await world.request({ expiresIn: 'P1D' }))).toBe('REASON_REQUIRED');
  });

  test('a change leaves no grant without the end that it must have by now', async () => {
    await world.request();
    configure({ lifetime: { requiredFor: 'all' } });
    const other = { parameters: { bucket: 'shop-other' } };
    expect(codeOf(await world.request(other))).toBe('LIFETIME_REQUIRED');
    expect(successOf(await world.request({ ...other, expiresIn: 'P1D' })).outcome).toBe('changed');
  });
});

describe('the maximum runs from the last approval over all renewals', () => {
  const max = { lifetime: { max: 'P30D' } };

  test('a renewal within it is applied at once, and one beyond it waits for approval', async () => {
    configure(max);
    const begun = world.clock.instant();
    await world.request({ expiresIn: 'P10D' });
    world.clock.advance(9 * DAY_MS);
    expect(successOf(await world.request({ expiresIn: 'P10D' })).outcome).toBe('unchanged');
    expect(await endNow()).toBe(inDays(10));
    world.clock.advance(9 * DAY_MS);
    const [end, then] = [await endNow(), inDays(20)];
    const waiting = successOf(await world.request({ expiresIn: 'P20D' }));
    expect(waiting).toMatchObject({
      outcome: 'accepted',
      plan: { requiresApproval: true, expiresAt: { now: end, then } },
    });
    const latest = plusSeconds(begun, seconds(30 * DAY));
    expect('plan' in waiting && waiting.plan?.approvalReasons).toEqual([
      `it would last for longer than P30D since its last approval, until ${latest}`,
    ]);
    expect(await endNow()).toBe(end);
  });

  test('an approval begins the next term, and needs no write to IAM', async () => {
    configure(max);
    await world.request({ expiresIn: 'P10D' });
    world.clock.advance(9 * DAY_MS);
    await world.request({ expiresIn: 'P30D' });
    const writes = world.story().length;
    expect(successOf(await world.approve()).outcome).toBe('changed');
    expect(await endNow()).toBe(inDays(30));
    expect(
      world
        .story()
        .slice(writes)
        .filter((one) => /^(Put|Create|Update)[A-Z].* /.test(one)),
    ).toEqual([]);
    world.clock.advance(20 * DAY_MS);
    expect(successOf(await world.request({ expiresIn: 'P9D' })).outcome).toBe('unchanged');
    expect(await endNow()).toBe(inDays(9));
  });

  test('a pipeline does not renew beyond it', async () => {
    configure(max);
    await world.request({ expiresIn: 'P10D' }, pipelineOf(shop));
    world.clock.advance(9 * DAY_MS);
    const events = await world.eventTypes();
    const refusal = problemOf(await world.request({ expiresIn: 'P30D' }, pipelineOf(shop)));
    expect(refusal.code).toBe('DENIED');
    expect(refusal.detail).toMatch(/longer than P30D.*Have a person request it/);
    expect(await world.eventTypes()).toEqual(events);
  });

  test('a pipeline that asks for the maximum in each run is unchanged while more than half of it is left', async () => {
    configure(max);
    await world.request({ expiresIn: 'P30D' }, pipelineOf(shop));
    world.clock.advance(14 * DAY_MS);
    expect(successOf(await world.request({ expiresIn: 'P30D' }, pipelineOf(shop))).outcome).toBe('unchanged');
  });

  test('a change leaves the term as it is', async () => {
    configure(max);
    await world.request({ expiresIn: 'P30D' });
    const end = await endNow();
    world.clock.advance(DAY_MS);
    await world.request({ parameters: { bucket: 'shop-other' } });
    expect(await endNow()).toBe(end);
  });

  test('a shorter maximum than the grant has asks for approval of a change, and never ends it by itself', async () => {
    await world.request();
    world.clock.advance(40 * DAY_MS);
    configure(max);
    expect(successOf(await world.request()).outcome).toBe('unchanged');
    const other = { parameters: { bucket: 'shop-other' } };
    expect(successOf(await world.request(other)).outcome).toBe('accepted');
    await world.approve();
    expect(await endNow()).toBe(inDays(30));
  });
});

describe('a forged expiry ends at the maximum', () => {
  const forged: NewEvent = {
    type: 'GrantExpiryChanged',
    data: { ...subject, expiresAt: asInstant('2036-01-01T00:00:00.000Z') },
  };

  test('the fold shows the end of the term, and the reconciler ends the grant there', async () => {
    configure({ lifetime: { max: 'P30D' } });
    await world.request({ expiresIn: 'P10D' });
    const latest = inDays(30);
    const at = world.clock.instant();
    await world.log.append(appended(await world.log.load(GRANT_ID), forged, { principal: ada, at }));
    expect(await endNow()).toBe(latest);
    world.clock.advance(30 * DAY_MS);
    await world.grants.markDue(GRANT_ID, 1, world.clock.instant());
    await reconcilePass();
    expect((await world.grantNow()).state).toBe('revoked');
  });
});
