import { describe, expect, test } from '@jest/globals';
import {
  type DriftCase,
  decideDrift,
  inOrder,
  instead,
  isSameFinding,
} from '../../../../domain/drift/action.ts';
import { driftRulesSchema } from '../../../../domain/drift/settings.ts';
import type { Difference, Direction } from '../../../../domain/grants/drift.ts';
import { type DriftKind, driftKinds } from '../../../../domain/grants/drift-kinds.ts';
import { projectUuidSchema } from '../../../../domain/shared/identifiers.ts';
import { instantSchema } from '../../../../domain/shared/time.ts';

const SHOP = projectUuidSchema.parse('{6f578c1d-54b2-42bc-bfcb-8384e0619a40}');
const WEB = projectUuidSchema.parse('{18b60cd9-173a-4a44-a4ec-6c251e367573}');
const at = (text: string) => instantSchema.parse(text);
const NOW = at('2027-01-15T08:00:00.000Z');

const found = (...kinds: (DriftKind | [DriftKind, Direction])[]): DriftCase => ({
  differences: kinds.map((one): Difference => {
    const [kind, direction] = typeof one === 'string' ? [one, 'opened' as const] : one;
    return { kind, direction };
  }),
  isOurs: true,
  rules: [],
  template: 's3-static-site',
  project: SHOP,
  repairedAt: {},
  now: NOW,
});
const rules = (...entries: object[]) => driftRulesSchema.parse(entries);
const project = (uuid: string) => ({ workspace: 'acme', key: 'X', uuid });

const REPAIRED: DriftKind[] = [
  'TRUST_CHANGED',
  'PERMISSIONS_CHANGED',
  'POLICY_ATTACHED',
  'BOUNDARY_CHANGED',
  'TAGS_CHANGED',
  'SESSION_DURATION_CHANGED',
];
const REPORTED: DriftKind[] = [
  'PROVIDER_CHANGED',
  'REPOSITORY_GONE',
  'REPOSITORY_MOVED',
  'ENVIRONMENT_GONE',
  'WORKSPACE_RENAMED',
];
const FROZEN: DriftKind[] = ['ROLE_REPLACED', 'CLOSED_BY_HAND'];

describe('as shipped', () => {
  test('nothing is done where nothing differs', () => {
    expect(decideDrift(found())).toBeUndefined();
  });

  test.each(REPAIRED)('%s is repaired', (kind) => {
    expect(decideDrift(found(kind))).toEqual({ action: 'repair', repairs: [kind], isRepeated: false });
  });

  test.each(REPORTED)('%s is reported', (kind) => {
    expect(decideDrift(found([kind, 'neutral']))).toMatchObject({ action: 'report', repairs: [] });
  });

  test.each(FROZEN)('%s freezes, whatever else there is to repair or report', (kind) => {
    for (const other of driftKinds) {
      expect(decideDrift(found([kind, 'closed'], other))).toMatchObject({ action: 'freeze', repairs: [] });
    }
  });

  test('every kind has a default', () => {
    const closes: DriftKind[] = ['ROLE_DELETED'];
    expect([...REPAIRED, ...REPORTED, ...FROZEN, ...closes].sort()).toEqual([...driftKinds].sort());
  });

  test('a role that is no longer ours freezes, because nothing may be written to it', () => {
    for (const kind of REPAIRED) {
      expect(decideDrift({ ...found(kind), isOurs: false })).toMatchObject({ action: 'freeze' });
      const beside = found(kind, 'REPOSITORY_MOVED');
      expect(decideDrift({ ...beside, isOurs: false })).toMatchObject({ action: 'freeze' });
    }
  });

  test('what Bitbucket says of a role that is no longer ours is reported', () => {
    expect(decideDrift({ ...found('REPOSITORY_MOVED'), isOurs: false })).toMatchObject({ action: 'report' });
  });

  test('what is repaired is repaired also beside what is reported', () => {
    expect(decideDrift(found('TRUST_CHANGED', 'REPOSITORY_MOVED'))).toEqual({
      action: 'repair',
      repairs: ['TRUST_CHANGED'],
      isRepeated: false,
    });
  });
});

describe('the same kind again', () => {
  const again = (repaired: string, ...kinds: DriftKind[]) =>
    decideDrift({ ...found(...kinds), repairedAt: { TRUST_CHANGED: at(repaired) } });

  test('within 24 hours freezes', () => {
    const expected = { action: 'freeze', repairs: [], isRepeated: true };
    expect(again('2027-01-14T08:00:00.001Z', 'TRUST_CHANGED')).toEqual(expected);
    expect(again('2027-01-14T08:00:00.001Z', 'TRUST_CHANGED', 'TAGS_CHANGED')).toEqual(expected);
  });

  test('after 24 hours is repaired again', () => {
    expect(again('2027-01-14T08:00:00.000Z', 'TRUST_CHANGED')).toMatchObject({ action: 'repair' });
  });

  test('is that kind only', () => {
    expect(again('2027-01-15T07:59:59.000Z', 'TAGS_CHANGED')).toMatchObject({ action: 'repair' });
  });
});

describe('a rule', () => {
  const decide = (entries: object[], ...kinds: DriftKind[]) =>
    decideDrift({ ...found(...kinds), rules: rules(...entries) });

  test.each(['report', 'freeze'])('makes a repair a %s', (action) => {
    expect(decide([{ action }], 'TRUST_CHANGED')).toMatchObject({ action, repairs: [] });
  });

  test('is about its kinds, its template and its project only', () => {
    const others = [
      { action: 'freeze', kinds: ['TAGS_CHANGED'] },
      { action: 'freeze', template: 'ecr-push' },
      { action: 'freeze', project: project(WEB) },
      { action: 'freeze', template: 's3-static-site', project: project(WEB) },
    ];
    expect(decide(others, 'TRUST_CHANGED')).toMatchObject({ action: 'repair' });
    for (const rule of [
      { action: 'freeze', kinds: ['TRUST_CHANGED'] },
      { action: 'freeze', template: 's3-static-site' },
      { action: 'freeze', project: project(SHOP) },
    ]) {
      expect(decide([rule], 'TRUST_CHANGED')).toMatchObject({ action: 'freeze' });
    }
  });

  test('about one kind does not keep another kind from being repaired', () => {
    const rule = { action: 'report', kinds: ['TAGS_CHANGED'] };
    expect(decide([rule], 'TAGS_CHANGED', 'TRUST_CHANGED')).toMatchObject({
      action: 'repair',
      repairs: ['TRUST_CHANGED'],
    });
  });

  test('that freezes wins over one that reports, in any order', () => {
    for (const actions of [
      ['report', 'freeze'],
      ['freeze', 'report'],
    ]) {
      expect(
        decide(
          actions.map((action) => ({ action })),
          'TRUST_CHANGED',
        ),
      ).toMatchObject({ action: 'freeze' });
    }
  });

  test('that freezes one kind freezes whatever else is to be repaired', () => {
    const rule = { action: 'freeze', kinds: ['TAGS_CHANGED'] };
    expect(decide([rule], 'TAGS_CHANGED', 'TRUST_CHANGED')).toEqual({
      action: 'freeze',
      repairs: [],
      isRepeated: false,
    });
  });

  test('can freeze what is reported', () => {
    expect(decide([{ action: 'freeze', kinds: ['REPOSITORY_MOVED'] }], 'REPOSITORY_MOVED')).toMatchObject({
      action: 'freeze',
    });
  });

  test.each([...FROZEN, 'ROLE_DELETED' as const])('cannot undo that %s freezes', (kind) => {
    const entries = rules({ action: 'report' }, { action: 'report', kinds: [kind] });
    const differences = found(kind, 'CLOSED_BY_HAND').differences;
    expect(decideDrift({ ...found(), differences, rules: entries })).toMatchObject({ action: 'freeze' });
  });

  test('that repairs does not exist', () => {
    expect(driftRulesSchema.safeParse([{ action: 'repair' }]).success).toBe(false);
    expect(driftRulesSchema.safeParse([{ action: 'report', kinds: [] }]).success).toBe(false);
  });
});

test('documents that may not be restored: a widening is frozen, all else is reported', () => {
  expect(instead(found('TRUST_CHANGED').differences)).toBe('freeze');
  expect(instead(found(['TAGS_CHANGED', 'neutral']).differences)).toBe('report');
  expect(instead(found(['SESSION_DURATION_CHANGED', 'closed']).differences)).toBe('report');
});

test('two findings are the same where kinds and directions are, in any order', () => {
  const one = found('TAGS_CHANGED', 'TRUST_CHANGED').differences;
  expect(isSameFinding(one, [...one].reverse())).toBe(true);
  expect(isSameFinding(one, found('TAGS_CHANGED').differences)).toBe(false);
  expect(isSameFinding(one, found('TAGS_CHANGED', ['TRUST_CHANGED', 'closed']).differences)).toBe(false);
});

test('differences in order are the same for the same finding', () => {
  const one = found('TAGS_CHANGED', 'TRUST_CHANGED', ['TRUST_CHANGED', 'closed']).differences;
  expect(inOrder([...one].reverse())).toEqual(inOrder([...one, ...one]));
  expect(inOrder(one).map(({ kind, direction }) => `${kind} ${direction}`)).toEqual([
    'TRUST_CHANGED opened',
    'TRUST_CHANGED closed',
    'TAGS_CHANGED opened',
  ]);
});
