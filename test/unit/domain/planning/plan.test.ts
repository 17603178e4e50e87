import { describe, expect, test } from '@jest/globals';
import {
  type AskedLifetime,
  askedLifetime,
  changesOf,
  type LiveState,
  liveStateOf,
  planHash,
  planOf,
} from '../../../../domain/planning/plan.ts';
import { type Instant, plusSeconds, type Seconds, seconds } from '../../../../domain/shared/time.ts';
import { documents, intent, SHOP_PROJECT } from '../../../support/domain/samples.ts';
import { grantIn } from '../../../support/domain/stories.ts';
import { asInstant, asProjectUuid } from '../../../support/identifiers.ts';

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

describe('a longer term needs an approval', () => {
  const DAY = 86_400;
  const days = (count: number | undefined) => (count === undefined ? undefined : seconds(count * DAY));
  const SINCE = asInstant('2026-01-01T00:00:00.000Z');
  const endOf = (count: number) => plusSeconds(SINCE, seconds(count * DAY));
  const capped = (max: number | undefined, over: Parameters<typeof intent>[0] = {}) =>
    intent({ ...over, ...(max === undefined ? {} : { maxLifetimeSeconds: seconds(max * DAY) }) });
  const changed = (max: number): Asked => ({ intent: capped(max, { maxSessionDuration: 3599 }) });
  const asked = (max: number | undefined, end?: Instant): Asked => ({
    intent: capped(max),
    ...(end === undefined ? {} : { lifetime: until(end) }),
  });
  const lasting = (max: number | undefined, end?: Instant) =>
    live({ intent: capped(max), expiresAt: end, term: { since: SINCE, max: days(max) } });

  test.each<[string, Asked, LiveState | undefined, number | undefined]>([
    ['an end at the last moment', asked(30, endOf(30)), lasting(30, endOf(9)), undefined],
    ['an end before it', asked(30, endOf(29)), lasting(30, endOf(9)), undefined],
    ['an end behind it', asked(30, endOf(31)), lasting(30, endOf(9)), 30],
    ['no end of its own, of what is live as it is', asked(30), lasting(30, endOf(31)), undefined],
    ['no end of its own, of a change that ends in time', changed(20), lasting(30, endOf(9)), undefined],
    ['no end of its own, of a change that ends too late', changed(20), lasting(30, endOf(21)), 20],
    ['no end of its own, of a change that never ends', changed(20), lasting(30), 20],
    ['a maximum that was shorter when it was granted', asked(30, endOf(21)), lasting(20, endOf(9)), 20],
    ['a maximum that there was when it was granted', asked(undefined, endOf(21)), lasting(20, endOf(9)), 20],
    ['a maximum that there is now', asked(20, endOf(21)), lasting(undefined, endOf(9)), 20],
    ['no maximum', asked(undefined, endOf(999)), lasting(undefined, endOf(9)), undefined],
    ['no term', asked(30, endOf(999)), live({ intent: capped(30) }), undefined],
    ['nothing live', asked(30, endOf(999)), undefined, undefined],
  ])('%s', (_, request, state, max) => {
    expect(change(request, state).approvalReasons).toEqual(
      max === undefined
        ? []
        : [`it would last for longer than P${max}D since its last approval, until ${endOf(max)}`],
    );
  });
});

describe('a plan is decided', () => {
  const [shop, web] = [SHOP_PROJECT.uuid, asProjectUuid('{18b60cd9-173a-4a44-a4ec-6c251e367573}')];
  const names = [
    { pointer: '/parameters/p0', owner: web },
    { pointer: '/parameters/p1', owner: shop },
  ];
  const unowned = [{ pointer: '/parameters/p0', detail: 'is owned by project WEB' }];

  test.each<[string, Partial<Parameters<typeof planOf>[0]['rendered']>, 'none' | 'required', string[]]>([
    ['by nobody where it needs no approval', { names }, 'none', []],
    ['by the owners of the names that wait', { names, unowned }, 'none', [web]],
    ['by the owners of all names where the template wants it', { names, unowned }, 'required', [shop, web]],
    ['by the installation where others act', { names, unowned, actsThrough: 'Others act.' }, 'required', []],
    ['by its own project where it names nothing', { names: [] }, 'required', [shop]],
  ])('%s', (_, over, approval, projects) => {
    const { decidedBy } = planOf({
      rendered: {
        intent: intent(),
        role: { permissionsPolicy: policy('a') } as never,
        unowned: [],
        audited: [],
        names: [],
        ...over,
      },
      template: { name: 's3-static-site', approval },
      live: undefined,
      lifetime: undefined,
      held: [],
      boundaryRoles: undefined,
    });
    expect(decidedBy).toEqual([...projects].sort());
  });
});

describe('beside the permissions a request changes', () => {
  test.each<[string, AskedLifetime | undefined, LiveState | undefined, string]>([
    ['nothing of a new grant without an end', undefined, undefined, ''],
    ['the end of a new grant', until(MARCH), undefined, `then ${MARCH}`],
    ['the end of a live one', until(APRIL), live({ expiresAt: MARCH }), `now ${MARCH}, then ${APRIL}`],
    ['no end where it asks for none', undefined, live({ expiresAt: MARCH }), `now ${MARCH}, then ${MARCH}`],
  ])('%s', (_, lifetime, state, ends) => {
    const { expiresAt } = changesOf({ intent: intent(), live: state, lifetime });
    const words = Object.entries(expiresAt).map(([when, at]) => `${when} ${at}`);
    expect(words.join(', ')).toBe(ends);
  });

  test('the trust policy where what is live has another', () => {
    const isChanged = (state: LiveState | undefined) =>
      changesOf({ intent: intent(), live: state, lifetime: undefined }).trustPolicyChanged;
    expect([undefined, live(), live({ trustPolicyHash: 'f'.repeat(64) })].map(isChanged)).toEqual([
      false,
      false,
      true,
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
