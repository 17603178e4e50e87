import { describe, expect, test } from '@jest/globals';
import {
  type AskedLifetime,
  askedLifetime,
  type LiveState,
  liveStateOf,
  planHash,
  planOf,
} from '../../../../domain/planning/plan.ts';
import { type Instant, type Seconds, seconds } from '../../../../domain/shared/time.ts';
import { documents, intent } from '../../../support/domain/samples.ts';
import { grantIn } from '../../../support/domain/stories.ts';
import { asInstant } from '../../../support/identifiers.ts';

const MARCH = asInstant('2026-03-01T00:00:00.000Z');
const APRIL = asInstant('2026-04-01T00:00:00.000Z');
const policy = (...resources: string[]) => ({
  Version: '2012-10-17' as const,
  Statement: [{ Sid: 'A', Effect: 'Allow' as const, Action: ['s3:PutObject'], Resource: resources }],
});
const live = (over: Partial<LiveState> = {}): LiveState => ({
  intent: intent(),
  requesterKind: 'person',
  permissionsPolicy: policy('a', 'b'),
  maxSessionDuration: 3600,
  trustPolicyHash: intent().trustPolicyHash,
  ...over,
});
const until = (at: Instant): AskedLifetime => ({ inSeconds: seconds(60), at });

type Asked = {
  intent?: ReturnType<typeof intent>;
  policy?: ReturnType<typeof policy>;
  lifetime?: AskedLifetime;
};

function change(
  asked: Asked,
  state: LiveState | undefined,
  approval: 'none' | 'required' = 'none',
  unowned = 0,
) {
  const plan = {
    intent: asked.intent ?? intent(),
    role: { permissionsPolicy: asked.policy ?? policy('a', 'b') } as never,
    unowned: Array.from({ length: unowned }, (_, n) => ({
      pointer: `/parameters/p${n}`,
      detail: 'not owned',
    })),
    audited: [],
    names: [],
  };
  return planOf({
    rendered: plan,
    template: { name: 's3-static-site', approval },
    live: state,
    lifetime: asked.lifetime,
    held: [],
    boundaryRoles: undefined,
  });
}

describe('the risk of a plan', () => {
  test.each<[string, Asked, LiveState | undefined, string]>([
    ['new where nothing is live', {}, undefined, 'new'],
    ['same for what is live', {}, live(), 'same'],
    ['wider with one more permission', { policy: policy('a', 'b', 'c') }, live(), 'wider'],
    ['narrower with one less', { policy: policy('a') }, live(), 'narrower'],
    ['wider with another in place of one', { policy: policy('a', 'c') }, live(), 'wider'],
    ['wider where what is live is not understood', {}, live({ permissionsPolicy: null }), 'wider'],
    ['wider with another trust policy', {}, live({ trustPolicyHash: 'f'.repeat(64) }), 'wider'],
    ['wider with a longer session', { intent: intent({ maxSessionDuration: 3601 }) }, live(), 'wider'],
    ['narrower with a shorter session', {}, live({ maxSessionDuration: 3601 }), 'narrower'],
    ['narrower with an end where there was none', { lifetime: until(APRIL) }, live(), 'narrower'],
    ['wider with a later end', { lifetime: until(APRIL) }, live({ expiresAt: MARCH }), 'wider'],
    ['narrower with an earlier end', { lifetime: until(MARCH) }, live({ expiresAt: APRIL }), 'narrower'],
    ['same with the same end', { lifetime: until(MARCH) }, live({ expiresAt: MARCH }), 'same'],
    ['same without an end of its own', {}, live({ expiresAt: MARCH }), 'same'],
    [
      'wider when it gains one thing and loses another',
      { policy: policy('a'), lifetime: until(APRIL) },
      live({ expiresAt: MARCH }),
      'wider',
    ],
  ])('is %s', (_, asked, state, risk) => {
    expect(change(asked, state).risk).toBe(risk);
  });
});

describe('approval is needed', () => {
  const wider = { policy: policy('a', 'b', 'c') };
  test.each<[string, Asked, LiveState | undefined, 'none' | 'required', number, boolean]>([
    ['not for a new grant', {}, undefined, 'none', 0, false],
    ['for a new grant whose template requires it', {}, undefined, 'required', 0, true],
    ['for a new grant of a name that nobody owns', {}, undefined, 'none', 1, true],
    ['not for a wider change', wider, live(), 'none', 0, false],
    ['for a wider change whose template requires it', wider, live(), 'required', 0, true],
    ['for a wider change of a name that nobody owns', wider, live(), 'none', 1, true],
    ['not for a narrower change', { policy: policy('a') }, live(), 'required', 1, false],
    ['not for no change', {}, live(), 'required', 1, false],
  ])('%s', (_, asked, state, approval, unowned, needed) => {
    const { requiresApproval, approvalReasons } = change(asked, state, approval, unowned);
    expect([requiresApproval, approvalReasons.length > 0]).toEqual([needed, needed]);
  });

  test('with every reason in words', () => {
    expect(change({}, undefined, 'required', 2).approvalReasons).toEqual([
      'template s3-static-site requires approval for each grant',
      '/parameters/p0: not owned',
      '/parameters/p1: not owned',
    ]);
  });
});

describe('the hash of a plan', () => {
  const base = planHash({ intent: intent(), expiresInSeconds: undefined, live: undefined, unowned: [] });

  test.each<[string, string]>([
    [
      'what is asked for',
      planHash({
        intent: intent({ parameters: { bucket: 'shop-x' } }),
        expiresInSeconds: undefined,
        live: undefined,
        unowned: [],
      }),
    ],
    [
      'the lifetime',
      planHash({ intent: intent(), expiresInSeconds: seconds(60), live: undefined, unowned: [] }),
    ],
    ['what is live', planHash({ intent: intent(), expiresInSeconds: undefined, live: live(), unowned: [] })],
  ])('changes with %s', (_, hash) => {
    expect(hash).not.toBe(base);
  });

  test('changes with the end that a new lifetime would replace, and only then', () => {
    const hash = (expiresInSeconds: Seconds | undefined, expiresAt: Instant) =>
      planHash({ intent: intent(), expiresInSeconds, live: live({ expiresAt }), unowned: [] });
    expect(hash(seconds(60), MARCH)).not.toBe(hash(seconds(60), APRIL));
    expect(hash(undefined, MARCH)).toBe(hash(undefined, APRIL));
  });

  test('stays what waiting requests and dry runs hold, from one release to the next', () => {
    expect(base).toBe('22f7109ce9833a5b2537833b0459d5778ba3ea1c10b112ba86ed46b928eb7da8');
  });

  test('does not change with names that people chose', () => {
    const renamed = intent({ repository: { ...intent().repository, fullName: 'acme/store' } });
    expect(planHash({ intent: renamed, expiresInSeconds: undefined, live: undefined, unowned: [] })).toBe(
      base,
    );
  });
});

describe('what is live', () => {
  test('is what an active grant has', () => {
    const grant = grantIn('active');
    expect(liveStateOf(grant)).toEqual({
      intent: grant.request.intent,
      requesterKind: 'person',
      permissionsPolicy: documents.permissionsPolicy,
      maxSessionDuration: 3600,
      trustPolicyHash: grant.request.intent.trustPolicyHash,
      expiresAt: undefined,
      term: { since: grant.request.at, max: undefined },
    });
  });

  test.each(['pending', 'provisioning', 'revoking', 'revoked', 'rejected', 'failed'] as const)(
    'is nothing of a grant that is %s',
    (state) => {
      expect(liveStateOf(grantIn(state))).toBeUndefined();
    },
  );

  test('is nothing without a grant', () => {
    expect(liveStateOf(undefined)).toBeUndefined();
  });
});

test.each<[Seconds | undefined, Instant | undefined, AskedLifetime | undefined]>([
  [seconds(60), MARCH, { inSeconds: seconds(60), at: MARCH }],
  [undefined, MARCH, undefined],
  [seconds(60), undefined, undefined],
  [undefined, undefined, undefined],
])('the lifetime that a request asked for: %s seconds until %s', (expiresInSeconds, expiresAt, lifetime) => {
  expect(askedLifetime({ expiresInSeconds, expiresAt })).toEqual(lifetime);
});
