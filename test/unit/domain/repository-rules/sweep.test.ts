import { describe, expect, test } from '@jest/globals';
import type { GrantEvent } from '../../../../domain/grants/event.ts';
import { repositoryRuleSchema } from '../../../../domain/repository-rules/schema.ts';
import {
  announcedSince,
  areRulesUnrecorded,
  inForceSince,
  isNewEnough,
  sweepHashes,
} from '../../../../domain/repository-rules/sweep.ts';
import { siteRule } from '../../../support/domain/follow.ts';
import { ACME, GLOBEX } from '../../../support/domain/samples.ts';
import { asInstant } from '../../../support/identifiers.ts';

const rule = repositoryRuleSchema.parse(siteRule({ sweep: true }));
const other = repositoryRuleSchema.parse(siteRule({ sweep: true, slug: 'other-*' }));
const day = (n: number) => asInstant(`2026-11-${String(n).padStart(2, '0')}T09:00:00.000Z`);
const changed = (n: number, ...rules: (typeof rule)[]) =>
  ({ type: 'InstallationRulesChanged', at: day(n), data: { rules: sweepHashes(rules) } }) as GrantEvent;

describe('a rule is in force', () => {
  test.each([
    ['at no known time, where nothing is recorded', [], undefined],
    ['since the only record', [changed(1, rule)], day(1)],
    ['since the first of several in a row', [changed(1, rule), changed(2, rule, other)], day(1)],
    ['at no known time, where the last record lacks it', [changed(1, rule), changed(2, other)], undefined],
    [
      'since it came back',
      [changed(1, rule), changed(2, other), changed(3, other, rule), changed(4, rule)],
      day(3),
    ],
  ])('%s', (_, events, since) => {
    expect(inForceSince(events, rule)).toBe(since);
  });

  test('anew, where anything of it changed', () => {
    const approved = repositoryRuleSchema.parse(siteRule({ sweep: true, approved: true }));
    expect(inForceSince([changed(1, rule)], approved)).toBeUndefined();
  });
});

describe('the rules that sweeps act by', () => {
  const unswept = repositoryRuleSchema.parse(siteRule({ slug: 'web-*' }));

  test('are those that say so, each once and in one order', () => {
    expect(sweepHashes([rule, other, rule, unswept])).toEqual(sweepHashes([other, rule]));
    expect(sweepHashes([rule, other])).toHaveLength(2);
    expect(sweepHashes([unswept])).toEqual([]);
  });

  test.each([
    ['recorded where there are none and nothing is recorded', [], [unswept], false],
    ['unrecorded where nothing is recorded', [], [rule], true],
    ['recorded by the last record', [changed(1, other), changed(2, rule)], [rule, unswept], false],
    ['unrecorded where the last record has others', [changed(1, rule), changed(2, other)], [rule], true],
    ['unrecorded where the last record has more', [changed(1, rule, other)], [rule], true],
  ])('are %s', (_, events, rules, isUnrecorded) => {
    expect(areRulesUnrecorded(events, rules)).toBe(isUnrecorded);
  });
});

test('what sweeps announced is counted by rule, for one workspace and since a time', () => {
  const found = (n: number, workspace: object, ...rules: number[]) =>
    ({
      type: 'InstallationRepositoryFound',
      at: day(n),
      data: { workspace, rules },
    }) as unknown as GrantEvent;
  const events = [
    found(1, ACME, 0),
    found(2, ACME, 0, 1),
    changed(2, rule),
    found(3, ACME, 0),
    found(3, { uuid: GLOBEX.uuid }, 0),
  ];
  expect(announcedSince(events, { workspace: ACME.uuid, since: day(2) })).toBe(3);
  expect(announcedSince(events, { workspace: ACME.uuid, since: day(4) })).toBe(0);
});

describe('a repository is new enough', () => {
  test.each([
    ['a day after the rule, and asked about a day later', day(2), day(3), true],
    ['at the very time of the rule', day(1), day(2), false],
    ['before the rule', asInstant('2026-10-31T09:00:00.000Z'), day(2), false],
    ['a moment less than seven days ago', day(2), asInstant('2026-11-09T08:59:59.999Z'), true],
    ['seven days ago', day(2), day(9), false],
    ['at this very time', day(3), day(3), true],
    ['in the future', day(4), day(3), false],
    ['at an unknown time', undefined, day(3), false],
  ])('created %s', (_, createdAt, now, isNew) => {
    expect(isNewEnough(createdAt, { since: day(1), now })).toBe(isNew);
  });

  test('never, where it is not known since when the rule is in force', () => {
    expect(isNewEnough(day(2), { since: undefined, now: day(3) })).toBe(false);
  });
});
