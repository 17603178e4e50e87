import { describe, expect, test } from '@jest/globals';
import {
  decideFreeze,
  decideRepair,
  decideThaw,
  OWN_REOPENING_RULE,
} from '../../../../domain/grants/deciders/decide-freeze.ts';
import type { NewEvent } from '../../../../domain/grants/event.ts';
import { identifiersOf, type Principal } from '../../../../domain/shared/principal.ts';
import { expectEffect, given, type Told } from '../../../support/domain/decider-story.ts';
import { ada, grace, problemOf, subject, successOf } from '../../../support/domain/samples.ts';
import * as story from '../../../support/domain/stories.ts';
import { asInstant } from '../../../support/identifiers.ts';

const { storyOf, changeWaits, updating, freezing, thawing, repairing } = story;
const NOON = asInstant('2026-06-01T12:00:00.000Z');
const WHY = 'Odd calls';
const robot = { kind: 'service', id: 'robot' } as const;
/** A person of whom an email is not known. */
const bySlack = {
  kind: 'person',
  id: 'someone@acme.example',
  identifiers: identifiersOf({ slack: ['T01ACME', 'U01ADA'] }),
} as const satisfies Principal;

const frozen: NewEvent = { type: 'GrantFrozen', data: { ...subject, cause: 'person', reason: WHY } };
const thawed: NewEvent = { type: 'GrantThawed', data: { ...subject, reason: WHY } };
const repair: NewEvent = { type: 'RepairRequested', data: { ...subject, reason: WHY } };
const closedByHand: Told[] = [...storyOf.active, story.closedByHand, story.disabled];
const compensating: Told[] = [story.requested(), story.started, story.created, story.compensating];

type Expected = [outcome: 'begun' | 'unchanged', then: NewEvent[]] | 'CONFLICT';

/** What is decided, and that each event has an effect. */
function expectDecision(
  told: readonly Told[],
  decision: ReturnType<typeof decideThaw>,
  expected: Expected,
  principal = grace,
): void {
  if (expected === 'CONFLICT') {
    expect(problemOf(decision).code).toBe('CONFLICT');
    return;
  }
  const [outcome, events] = expected;
  expect(successOf(decision)).toEqual({ events, outcome });
  for (const event of events) expectEffect(told, event, { principal, at: NOON });
}

describe('a freeze of a grant that is', () => {
  test.each<[state: string, given: Told[], Expected]>([
    ['pending', storyOf.pending, 'CONFLICT'],
    ['provisioning', storyOf.provisioning, ['begun', [frozen]]],
    ['compensating', compensating, 'CONFLICT'],
    ['active', storyOf.active, ['begun', [frozen]]],
    ['active with a change that waits', changeWaits, ['begun', [frozen]]],
    ['being updated', updating, ['begun', [frozen]]],
    ['being repaired', repairing, ['begun', [frozen]]],
    ['being thawed', thawing, ['begun', [frozen]]],
    ['frozen', storyOf.frozen, ['unchanged', []]],
    ['being frozen', freezing, ['unchanged', []]],
    ['revoking', storyOf.revoking, 'CONFLICT'],
    ['revoked', storyOf.revoked, 'CONFLICT'],
    ['rejected', storyOf.rejected, 'CONFLICT'],
    ['failed', storyOf.failed, 'CONFLICT'],
  ])('%s', (_, told, expected) => {
    expectDecision(told, decideFreeze(given(told), { cause: 'person', reason: WHY }), expected);
  });

  test('for drift names the kinds that were found', () => {
    const kinds = ['CLOSED_BY_HAND' as const];
    const decided = decideFreeze(given(storyOf.active), { cause: 'drift', reason: WHY, kinds });
    expect(successOf(decided).events).toEqual([
      { type: 'GrantFrozen', data: { ...subject, cause: 'drift', reason: WHY, kinds } },
    ]);
  });
});

describe('a thaw of a grant that is', () => {
  test.each<[state: string, given: Told[], Expected]>([
    ['pending', storyOf.pending, 'CONFLICT'],
    ['provisioning', storyOf.provisioning, 'CONFLICT'],
    ['being thawed', thawing, ['begun', []]],
    ['active', storyOf.active, ['unchanged', []]],
    ['frozen', storyOf.frozen, ['begun', [thawed]]],
    ['being frozen', freezing, ['begun', [thawed]]],
    ['frozen because somebody closed its role', closedByHand, 'CONFLICT'],
    ['revoking', storyOf.revoking, 'CONFLICT'],
    ['revoked', storyOf.revoked, 'CONFLICT'],
    ['failed', storyOf.failed, 'CONFLICT'],
  ])('%s', (_, told, expected) => {
    expectDecision(told, decideThaw(given(told), { principal: grace, reason: WHY }), expected);
  });
});

describe('a repair of a grant that is', () => {
  test.each<[state: string, given: Told[], Expected]>([
    ['pending', storyOf.pending, 'CONFLICT'],
    ['provisioning', storyOf.provisioning, 'CONFLICT'],
    ['being thawed', thawing, ['begun', []]],
    ['active', storyOf.active, ['begun', [repair]]],
    ['active with a change that waits', changeWaits, ['begun', [repair]]],
    ['being updated', updating, 'CONFLICT'],
    ['being repaired', repairing, ['begun', []]],
    ['frozen', storyOf.frozen, ['begun', [repair]]],
    ['frozen because somebody closed its role', closedByHand, ['begun', [repair]]],
    ['revoking', storyOf.revoking, 'CONFLICT'],
    ['revoked', storyOf.revoked, 'CONFLICT'],
    ['failed', storyOf.failed, 'CONFLICT'],
  ])('%s', (_, told, expected) => {
    expectDecision(told, decideRepair(given(told), { principal: grace, reason: WHY }), expected);
  });
});

describe('who asked for a grant does not open it again', () => {
  test.each([
    ['a thaw', decideThaw, storyOf.frozen],
    ['a repair', decideRepair, storyOf.frozen],
    ['a repair of an active grant', decideRepair, storyOf.active],
  ] as const)('%s', (_, decide, told) => {
    for (const principal of [ada, robot, { kind: 'person', id: 'nobody@acme.example' } as const]) {
      const refusal = problemOf(decide(given(told), { principal, reason: WHY }));
      expect(refusal.code).toBe('DENIED');
      expect(refusal.detail).toContain(OWN_REOPENING_RULE);
    }
  });

  test.each<[whose: string, requesters: Principal[], by: Principal, says: string]>([
    ['the requester’s', [ada], ada, 'asked for this. Another'],
    ['one of two requesters’', [bySlack, ada], ada, 'asked for this. Another'],
    ['a service’s', [bySlack], robot, 'asked for this. Another'],
    ['that of a person who may be the requester', [bySlack], ada, 'nothing verified tells them apart'],
  ])('and a refusal that is %s says why', (_, requesters, principal, says) => {
    const asked = requesters.slice(1).map((by): Told => ({ by, event: story.expiryChanged(NOON) }));
    const told = [
      { by: requesters[0] ?? ada, event: story.requested() },
      ...storyOf.active.slice(1),
      ...asked,
    ];
    const grant = given([...told, frozen]);
    expect(problemOf(decideThaw(grant, { principal, reason: WHY })).detail).toContain(says);
  });

  test.each([
    ['a thaw', decideThaw, [frozen], thawed],
    ['a repair of a frozen grant', decideRepair, [frozen], repair],
    ['a repair of an active grant', decideRepair, [], repair],
  ] as const)('%s, also where another has approved it', (_, decide, since, event) => {
    const approvedStory: Told[] = [
      story.requested('required'),
      { by: grace, event: story.approved },
      ...storyOf.active.slice(1),
      ...since,
    ];
    const grant = given(approvedStory);
    expect(grant.requesters).toEqual([]);
    expect(problemOf(decide(grant, { principal: ada, reason: WHY })).code).toBe('DENIED');
    expect(decide(grant, { principal: grace, reason: WHY }).ok).toBe(true);
    const forged = given([...approvedStory, { by: ada, event }]);
    expect([forged.state, 'repair' in forged]).toEqual([grant.state, false]);
  });

  test('whoever thawed, repaired or froze since the last approval: only those who opened it have asked', () => {
    const thawedBy = given([...storyOf.frozen, thawed, story.activated]);
    expect(thawedBy.requesters.map(({ id }) => id)).toEqual([ada.id, grace.id]);
    const frozenBy = given([...storyOf.active, { by: grace, event: frozen }]);
    expect(frozenBy.requesters.map(({ id }) => id)).toEqual([ada.id]);
  });

  test('an event in the log by a requester or a machine opens nothing', () => {
    for (const by of [ada, robot]) {
      for (const event of [thawed, repair]) {
        expect(given([...storyOf.frozen, { by, event }]).state).toBe('frozen');
      }
    }
  });
});

describe('a freeze', () => {
  test('drops what waited, and keeps role, documents, expiry and hold', () => {
    const expiring = story.expiryChanged(NOON);
    const grant = given([...storyOf.active, story.held, expiring, story.changeRequested('required'), frozen]);
    expect(grant).toMatchObject({
      state: 'frozen',
      expiresAt: NOON,
      hold: { reason: 'Leaked' },
      frozen: { reason: WHY, cause: 'person' },
      role: { id: expect.any(String) },
      documents: expect.anything(),
    });
    expect(grant).not.toHaveProperty('change');
  });

  test('comes back where its thaw fails, with the error, and the role must be closed again', () => {
    const grant = given([...thawing, story.thawFailed]);
    expect(grant).toMatchObject({
      state: 'frozen',
      frozen: { reason: 'Odd calls' },
      lastError: story.failure,
    });
    expect(grant).not.toHaveProperty('role.disabled');
  });

  test('is told by a closing that is recorded after its thaw was asked for', () => {
    const late = given([...story.freezing, thawed, story.disabled]);
    expect(late).toEqual({ ...given([...storyOf.frozen, thawed]), updatedAt: late.updatedAt });
    expect(late).toMatchObject({ state: 'provisioning', role: { disabled: true } });
    const unseen = given([...storyOf.active.slice(0, 2), frozen, thawed, story.notFound]);
    expect(unseen).toMatchObject({ state: 'provisioning', role: { notFoundAt: expect.any(String) } });
  });

  test('is over once the grant is active again', () => {
    const grant = given([...thawing, story.activated]);
    expect(grant.state).toBe('active');
    for (const left of ['frozen', 'thawing', 'role.disabled']) expect(grant).not.toHaveProperty(left);
  });
});
