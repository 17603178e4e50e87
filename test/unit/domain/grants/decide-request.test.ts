import { describe, expect, test } from '@jest/globals';
import { decideRequest, type RequestCommand } from '../../../../domain/grants/deciders/decide-request.ts';
import type { NewEvent } from '../../../../domain/grants/event.ts';
import type { Grant, GrantState } from '../../../../domain/grants/grant.ts';
import { type Instant, plusSeconds, seconds } from '../../../../domain/shared/time.ts';
import {
  grantAfter,
  intent,
  problemOf,
  SHOP_PROJECT,
  subject,
  successOf,
} from '../../../support/domain/samples.ts';
import {
  approved,
  changeRequested,
  changeWaits,
  compensating,
  created,
  expiryChanged,
  grantIn,
  otherBucket,
  planOf,
  repairing,
  repairRequested,
  requested,
  started,
  storyOf,
  updated,
  updating,
} from '../../../support/domain/stories.ts';
import { asInstant } from '../../../support/identifiers.ts';

const command = (over: Partial<RequestCommand> = {}): RequestCommand => ({
  intent: intent(),
  planHash: planOf(),
  approval: 'none',
  ...over,
});
const other = (over: Partial<RequestCommand> = {}) =>
  command({ intent: intent(otherBucket), planHash: planOf(otherBucket, true), ...over });
const EXPIRY = asInstant('2026-03-01T00:00:00.000Z');
const untilMarch = { expiresAt: EXPIRY, expiresInSeconds: seconds(86_400) };

const hoursAfter = (at: Instant, hours: number): Instant => plusSeconds(at, seconds(hours * 3600));
/** A request's event with an expiry. */
const lasting = (event: NewEvent): NewEvent =>
  ({ ...event, data: { ...event.data, ...untilMarch } }) as NewEvent;

/** What a decision says, in short: outcome and event types, or the code. */
function decided(grant: Grant | undefined, asked: RequestCommand): string {
  const decision = decideRequest(grant, asked);
  if (!decision.ok) return decision.problem.code;
  const { events, outcome } = decision.value;
  return [outcome, ...events.map(({ type }) => type)].join(' ');
}

const startable: (GrantState | undefined)[] = [undefined, 'revoked', 'rejected', 'failed'];

describe.each(startable)('on a grant that is %s', (status) => {
  const grant = status && grantIn(status);

  test.each([
    ['the same', command()],
    ['another', other()],
  ])('%s request starts it', (_, asked) => {
    expect(decided(grant, asked)).toBe('started GrantRequested');
  });

  test.each([
    ['the same', command({ approval: 'required' })],
    ['another', other({ approval: 'required' })],
  ])('%s request that needs approval waits for it', (_, asked) => {
    expect(decided(grant, asked)).toBe('waiting GrantRequested');
  });
});

describe('on a pending grant', () => {
  const grant = grantIn('pending');

  test('the same request waits and writes nothing, whatever its reason', () => {
    expect(decided(grant, command({ approval: 'required', reason: 'Other words' }))).toBe('waiting');
  });

  test('a different request, or one for another time, replaces it', () => {
    const forLess = command({ ...untilMarch, planHash: 'e'.repeat(64), approval: 'required' });
    expect(decided(grant, forLess)).toBe('waiting GrantRequested');
    expect(decided(grant, other({ approval: 'required' }))).toBe('waiting GrantRequested');
  });

  test('a request that needs no approval any more starts, also the same', () => {
    expect(decided(grant, command())).toBe('started GrantRequested');
    expect(decided(grant, other())).toBe('started GrantRequested');
  });
});

describe('on a grant that is provisioning', () => {
  const stages: [string, NewEvent[]][] = [
    ['just asked for', [requested()]],
    ['announced', [requested(), started]],
    ['created', [requested(), started, created]],
    ['being cleaned up after a failure', [requested(), started, created, compensating]],
  ];

  test.each(stages)('and %s, the same request joins and never conflicts', (_, events) => {
    expect(decided(grantAfter(...events), command())).toBe('joined');
  });

  test.each(stages)('and %s, another request conflicts and is told when to come again', (_, events) => {
    const problem = problemOf(decideRequest(grantAfter(...events), other()));
    expect(problem.code).toBe('CONFLICT');
    expect(problem.retryAfter).toBeGreaterThan(0);
  });
});

describe('on a grant that is revoking', () => {
  test('the same request is answered and writes nothing', () => {
    expect(decided(grantIn('revoking'), command())).toBe('revoking');
  });

  test('another request conflicts and is told when to come again', () => {
    const problem = problemOf(decideRequest(grantIn('revoking'), other()));
    expect(problem).toMatchObject({ code: 'CONFLICT', retryAfter: expect.any(Number) });
  });
});

describe('on a frozen grant', () => {
  test('every request is refused until a person has opened it again', () => {
    expect(decided(grantIn('frozen'), command())).toBe('FROZEN');
    expect(decided(grantIn('frozen'), other())).toBe('FROZEN');
  });
});

describe('on a grant that is being repaired', () => {
  const grant = grantAfter(...repairing);

  test('the request that is live changes nothing, and may set the expiry', () => {
    expect(decided(grant, command())).toBe('unchanged');
    expect(decided(grant, command(untilMarch))).toBe('unchanged GrantExpiryChanged');
  });

  test('another request conflicts, whether it needs approval or not', () => {
    expect(decided(grant, other())).toBe('CONFLICT');
    expect(decided(grant, other({ approval: 'required' }))).toBe('CONFLICT');
  });
});

describe('on an active grant', () => {
  const grant = grantIn('active');

  test('the same request changes nothing, whatever its reason', () => {
    expect(decided(grant, command({ reason: 'Other words' }))).toBe('unchanged');
    expect(decided(grant, command({ approval: 'required' }))).toBe('unchanged');
  });

  test('the same request with expiresIn sets the expiry and touches no role', () => {
    const { events, outcome } = successOf(
      decideRequest(grant, command({ ...untilMarch, reason: 'For March' })),
    );
    expect(outcome).toBe('unchanged');
    expect(decided(grant, other(untilMarch))).toBe('changed GrantChangeRequested');
    expect(events).toEqual([
      {
        type: 'GrantExpiryChanged',
        data: { ...subject, ...untilMarch, reason: 'For March' },
      },
    ]);
  });

  test.each<[string, Partial<RequestCommand>, string[]]>([
    ['the same with more than half of it left', { ...untilMarch, expiresAt: hoursAfter(EXPIRY, 11.5) }, []],
    [
      'the same with half of it left',
      { ...untilMarch, expiresAt: hoursAfter(EXPIRY, 12) },
      ['GrantExpiryChanged'],
    ],
    [
      'the same with less than half of it left',
      { ...untilMarch, expiresAt: hoursAfter(EXPIRY, 13) },
      ['GrantExpiryChanged'],
    ],
    [
      'the same when it has passed',
      { ...untilMarch, expiresAt: hoursAfter(EXPIRY, 30) },
      ['GrantExpiryChanged'],
    ],
    [
      'a longer one, however much is left',
      { expiresInSeconds: seconds(90_000), expiresAt: hoursAfter(EXPIRY, 1) },
      ['GrantExpiryChanged'],
    ],
    [
      'a shorter one, however much is left',
      { expiresInSeconds: seconds(3600), expiresAt: hoursAfter(EXPIRY, -1) },
      ['GrantExpiryChanged'],
    ],
    ['none', {}, []],
    [
      'the same that needs approval',
      { ...untilMarch, expiresAt: hoursAfter(EXPIRY, 1), approval: 'required' },
      ['GrantChangeRequested'],
    ],
  ])('renewed with %s', (_, over, expected) => {
    const limited = grantAfter(
      ...storyOf.active,
      ...successOf(decideRequest(grant, command(untilMarch))).events,
    );
    const { events } = successOf(decideRequest(limited, command(over)));
    expect(events.map(({ type }) => type)).toEqual(expected);
  });

  test('renewed until an instant, as before expiresIn was recorded, is set each time', () => {
    const limited = grantAfter(...storyOf.active, expiryChanged(EXPIRY));
    expect(decided(limited, command({ expiresAt: hoursAfter(EXPIRY, 1) }))).toBe(
      'unchanged GrantExpiryChanged',
    );
  });

  test.each<[string, NewEvent[]]>([
    ['a request', [lasting(requested()), ...storyOf.active.slice(1)]],
    ['an approved request', [lasting(requested('required')), approved, ...storyOf.active.slice(1)]],
    ['a change', [...storyOf.active, lasting(changeRequested('none')), updated]],
  ])('knows the expiresIn that %s has applied', (_, told) => {
    expect(grantAfter(...told)).toMatchObject({ state: 'active', lifetimeSeconds: 86_400 });
  });

  test('an expiry that needs approval waits for it as a change', () => {
    expect(decided(grant, command({ ...untilMarch, approval: 'required' }))).toBe(
      'waiting GrantChangeRequested',
    );
  });

  test.each<[string, Partial<RequestCommand['intent']>]>([
    ['parameters', { parameters: { bucket: 'shop-other' } }],
    ['version of the template', { template: { name: 's3-static-site', version: 'fedcba9876543210' } }],
    ['session duration', { maxSessionDuration: 7200 }],
    ['permissions', { permissionsPolicyHash: 'd'.repeat(64) }],
    ['trust', { trustPolicyHash: 'd'.repeat(64) }],
  ])('a request with other %s is a change', (_, over) => {
    expect(decided(grant, command({ intent: intent(over) }))).toBe('changed GrantChangeRequested');
    expect(decided(grant, command({ intent: intent(over), approval: 'required' }))).toBe(
      'waiting GrantChangeRequested',
    );
  });

  test.each<[string, Partial<RequestCommand['intent']>]>([
    ["the repository's name", { repository: { uuid: subject.repository.uuid, fullName: 'acme/renamed' } }],
    ["the project's key", { project: { ...SHOP_PROJECT, key: 'NEW' } }],
  ])('a request after a change of %s is the same', (_, over) => {
    expect(decided(grant, command({ intent: intent(over) }))).toBe('unchanged');
  });
});

describe('work under way', () => {
  test.each([
    ['being changed', updating],
    ['being repaired', repairing],
    ['being repaired', [...changeWaits, repairRequested]],
    ['provisioning', storyOf.provisioning],
    ['revoking', storyOf.revoking],
  ])('is named: %s', (doing, events) => {
    const third = command({ intent: intent({ maxSessionDuration: 7200 }) });
    expect(problemOf(decideRequest(grantAfter(...events), third)).detail).toContain(
      ` is ${doing} for another`,
    );
  });
});

describe('on an active grant with a change that waits', () => {
  const grant = grantAfter(...changeWaits);

  test('the request that is live changes nothing', () => {
    expect(decided(grant, command())).toBe('unchanged');
  });

  test('the request that waits goes on waiting and writes nothing', () => {
    expect(decided(grant, other({ approval: 'required', reason: 'Again' }))).toBe('waiting');
  });

  test('a third request replaces the one that waits', () => {
    const third = command({ intent: intent({ maxSessionDuration: 7200 }), approval: 'required' });
    expect(decided(grant, third)).toBe('waiting GrantChangeRequested');
  });
});

describe('on an active grant whose update is under way', () => {
  const grant = grantAfter(...updating);

  test('the request that is being made joins and never conflicts', () => {
    expect(decided(grant, other())).toBe('joined');
    expect(decided(grant, other({ reason: 'Again' }))).toBe('joined');
  });

  test('a third request conflicts and is told when to come again', () => {
    const third = command({ intent: intent({ maxSessionDuration: 7200 }) });
    expect(problemOf(decideRequest(grant, third))).toMatchObject({
      code: 'CONFLICT',
      retryAfter: expect.any(Number),
    });
  });
});

describe('the event of a request', () => {
  test('holds the intent, the approval, and only what was given besides', () => {
    const { events } = successOf(decideRequest(undefined, command()));
    expect(events).toEqual([
      { type: 'GrantRequested', data: { ...intent(), planHash: planOf(), approval: 'none' } },
    ]);
  });

  test('holds expiry, reason and the pipeline that asked', () => {
    const pipeline = { branchName: 'main', stepUuid: '{759de0c6-eaee-4eaa-b7a6-c507eec759a7}' };
    const asked = command({ expiresAt: EXPIRY, reason: 'Deploy', pipeline });
    expect(successOf(decideRequest(undefined, asked)).events).toEqual([
      {
        type: 'GrantRequested',
        data: {
          ...intent(),
          planHash: planOf(),
          approval: 'none',
          expiresAt: EXPIRY,
          reason: 'Deploy',
          pipeline,
        },
      },
    ]);
  });
});
