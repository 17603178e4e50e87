import { describe, expect, test } from '@jest/globals';
import { missingFrom, requestedLifetime } from '../../../../domain/lifetimes/asked-lifetime.ts';
import { endWithin } from '../../../../domain/lifetimes/latest-end.ts';
import {
  type LifetimeConfiguration,
  type LimitedTemplate,
  lifetimeRuleOf,
} from '../../../../domain/lifetimes/lifetime-rule.ts';
import { lifetimeSchema, templateLifetimeSchema } from '../../../../domain/lifetimes/schema.ts';
import { seconds } from '../../../../domain/shared/time.ts';
import { problemOf, SHOP_PROJECT, successOf } from '../../../support/domain/samples.ts';
import { asInstant } from '../../../support/identifiers.ts';

const DAY = 86_400;
const uuid = SHOP_PROJECT.uuid;

type Settings = NonNullable<LifetimeConfiguration['lifetime']>;
const ruleOf = (
  installation: Settings | undefined,
  project: Settings | undefined,
  template: LimitedTemplate['lifetime'],
) =>
  lifetimeRuleOf(
    { lifetime: installation, projects: [{ uuid, lifetime: project }] },
    { name: 'ecs-deploy', lifetime: template },
    uuid,
  );

describe('the lifetime of a template in a project', () => {
  test.each<[string, Parameters<typeof ruleOf>, [number | undefined, number | undefined]]>([
    ['is open where nothing is set', [undefined, undefined, undefined], [undefined, undefined]],
    ['is the maximum where there is no default', [undefined, undefined, { max: 'P90D' }], [90, 90]],
    ['has the shortest maximum of all', [{ max: 'P60D' }, { max: 'P30D' }, { max: 'P90D' }], [30, 30]],
    [
      'has no longer maximum because the project says so',
      [undefined, { max: 'P365D' }, { max: 'P90D' }],
      [90, 90],
    ],
    [
      'has the default of the project first',
      [{ default: 'P3D' }, { default: 'P1D' }, { default: 'P2D' }],
      [1, undefined],
    ],
    [
      'has the default of the template second',
      [{ default: 'P3D' }, undefined, { default: 'P2D' }],
      [2, undefined],
    ],
    ['has the default of the installation last', [{ default: 'P3D' }, {}, {}], [3, undefined]],
    ['has the default within its maximum', [{ default: 'P9D' }, undefined, { max: 'P90D' }], [9, 90]],
    ['has no default beyond its maximum', [{ default: 'P300D' }, undefined, { max: 'P90D' }], [90, 90]],
  ])('%s', (_, settings, [initial, max]) => {
    const days = (count: number | undefined) => (count === undefined ? undefined : count * DAY);
    expect(ruleOf(...settings)).toMatchObject({ initial: days(initial), max: days(max) });
  });

  test('is that of the installation and the template in another project', () => {
    const settings = { lifetime: { max: 'P60D' }, projects: [{ uuid, lifetime: { max: 'P1D' } }] };
    expect(lifetimeRuleOf(settings, { name: 'ecs-deploy' }, undefined).max).toBe(60 * DAY);
  });

  test.each<[string, LifetimeConfiguration, LimitedTemplate, boolean, boolean]>([
    ['nothing', { projects: [] }, { name: 'a' }, false, false],
    [
      'the installation for every template',
      { lifetime: { requiredFor: 'all' }, reason: { requiredFor: 'all' }, projects: [] },
      { name: 'a' },
      true,
      true,
    ],
    [
      'the installation for others',
      { lifetime: { requiredFor: ['b'] }, reason: { requiredFor: ['b'] }, projects: [] },
      { name: 'a' },
      false,
      false,
    ],
    [
      'the project',
      { projects: [{ uuid, lifetime: { requiredFor: ['a'] }, reason: { requiredFor: ['a'] } }] },
      { name: 'a' },
      true,
      true,
    ],
    [
      'the template',
      { projects: [] },
      { name: 'a', lifetime: { required: true }, reason: 'required' },
      true,
      true,
    ],
  ])(
    'must be given, as must the reason, where %s says so',
    (_, settings, template, isRequired, needsReason) => {
      expect(lifetimeRuleOf(settings, template, uuid)).toMatchObject({ isRequired, needsReason });
    },
  );
});

describe('a request', () => {
  const rule = { initial: seconds(7 * DAY), max: seconds(30 * DAY), isRequired: false, needsReason: false };

  test.each<[string, number | undefined, boolean, number | undefined]>([
    ['that begins a grant gets the default', undefined, true, 7],
    ['on a live grant leaves its end', undefined, false, undefined],
    ['gets what it asks for', 3, true, 3],
    ['may ask for the maximum', 30, false, 30],
  ])('%s', (_, asked, begins, days) => {
    const wanted = { asked: asked === undefined ? undefined : seconds(asked * DAY), begins };
    expect(successOf(requestedLifetime(rule, wanted))).toBe(days === undefined ? undefined : days * DAY);
  });

  test('for one second more than the maximum is LIFETIME_TOO_LONG, and is told what would do', () => {
    const refusal = problemOf(requestedLifetime(rule, { asked: seconds(30 * DAY + 3600), begins: false }));
    expect(refusal).toMatchObject({ code: 'LIFETIME_TOO_LONG', errors: [{ pointer: '/expiresIn' }] });
    expect(refusal.detail).toMatch(/P30D or less/);
  });

  test.each([
    [{ isRequired: true, needsReason: false }, { hasEnd: false, reason: 'Why' }, 'LIFETIME_REQUIRED'],
    [{ isRequired: true, needsReason: false }, { hasEnd: true, reason: undefined }, undefined],
    [{ isRequired: false, needsReason: true }, { hasEnd: false, reason: undefined }, 'REASON_REQUIRED'],
    [{ isRequired: false, needsReason: true }, { hasEnd: false, reason: 'Why' }, undefined],
    [{ isRequired: false, needsReason: false }, { hasEnd: false, reason: undefined }, undefined],
  ])('%j with %j lacks %s', (required, given, code) => {
    expect(missingFrom({ ...rule, ...required }, given)?.code).toBe(code);
  });
});

describe('the end of a term', () => {
  const since = asInstant('2026-01-01T00:00:00.000Z');
  const term = { since, max: seconds(30 * DAY) };
  const latest = '2026-01-31T00:00:00.000Z';

  test.each([
    ['2026-01-15T00:00:00.000Z', '2026-01-15T00:00:00.000Z'],
    [latest, latest],
    ['2026-01-31T00:00:00.001Z', latest],
    ['2036-01-01T00:00:00.000Z', latest],
    [undefined, latest],
  ])('an end at %s holds until %s', (end, held) => {
    expect(endWithin(end === undefined ? undefined : asInstant(end), term)).toBe(held);
  });

  test('a term without a maximum ends when it is said, or never', () => {
    const open = { since, max: undefined };
    expect([endWithin(undefined, open), endWithin(asInstant(latest), open)]).toEqual([undefined, latest]);
  });
});

test.each([
  {},
  { default: 'P90D' },
  { max: 'P90D' },
  { default: 'P90D', max: 'P90D' },
  { default: 'PT1H', max: 'P90D' },
])('settings that hold are taken: %j', (content) => {
  expect(lifetimeSchema.safeParse(content).data).toEqual(content);
  expect(templateLifetimeSchema.safeParse(content).data).toEqual(content);
});

test.each([
  [lifetimeSchema, { default: 'P91D', max: 'P90D' }, ['default']],
  [templateLifetimeSchema, { default: 'P91D', max: 'P90D' }, ['default']],
  [lifetimeSchema, { max: '90 days' }, ['max']],
  [lifetimeSchema, { default: '9 days', max: 'P90D' }, ['default']],
  [lifetimeSchema, { max: 'P0D' }, ['max']],
  [lifetimeSchema, { requiredFor: [] }, ['requiredFor']],
  [lifetimeSchema, { requiredFor: 'some' }, ['requiredFor']],
])('settings that cannot hold are refused at their field', (schema, content, path) => {
  expect(schema.safeParse(content).error?.issues.map((issue) => issue.path)).toEqual([path]);
});
