import { describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../../../domain/grants/event.ts';
import { evolve, replay } from '../../../../../domain/grants/evolve/evolve.ts';
import { appended, given, streamOf, type Told } from '../../../../support/domain/decider-story.ts';
import { ada, grace } from '../../../../support/domain/samples.ts';
import * as story from '../../../../support/domain/stories.ts';
import { asInstant } from '../../../../support/identifiers.ts';

const { storyOf, driftFound, repaired, repairFailed, repairing } = story;
const NOON = asInstant('2026-06-01T12:00:00.000Z');
const robot = { kind: 'service', id: 'robot' } as const;
const at = expect.any(String);
const finding = {
  kinds: ['TRUST_CHANGED'],
  differences: [{ kind: 'TRUST_CHANGED', direction: 'opened' }],
  foundAt: at,
};

/** That an event changes nothing. */
function expectVoid(told: readonly Told[], event: NewEvent, principal = grace): void {
  const stream = streamOf(told);
  const before = replay(stream);
  expect(evolve(before, appended(stream, event, { at: NOON, principal }))).toBe(before);
}

describe('what is found to differ', () => {
  test('is reported, and nothing is under way', () => {
    const grant = given([...storyOf.active, driftFound('report')]);
    expect(grant.drift).toEqual({ ...finding, action: 'reported' });
    expect(grant).not.toHaveProperty('repair');
  });

  test('is to be frozen, until the freeze is announced', () => {
    const grant = given([...storyOf.active, driftFound('freeze')]);
    expect(grant).toMatchObject({ state: 'active', drift: { action: 'reported', pending: 'freeze' } });
  });

  test('is to be repaired, by whom it was found', () => {
    const grant = given([...storyOf.active, { by: robot, event: driftFound('repair') }]);
    expect(grant).toMatchObject({ drift: finding, repair: { by: robot, at } });
  });

  test('and is not to be repaired any more ends the repair that was decided', () => {
    const grant = given([...storyOf.active, driftFound('repair'), driftFound('report')]);
    expect(grant).not.toHaveProperty('repair');
  });

  test('is gone once it ended, and so is its repair', () => {
    const grant = given([...storyOf.active, driftFound('repair'), story.driftEnded]);
    for (const left of ['drift', 'repair']) expect(grant).not.toHaveProperty(left);
    expectVoid(storyOf.active, story.driftEnded);
    expectVoid(repairing, story.driftEnded);
  });
});

describe('a repair', () => {
  test('is asked for once, by a person who did not ask for the grant and now has', () => {
    const grant = given(repairing);
    expect(grant).toMatchObject({ repair: { by: grace, at }, requesters: [ada, grace] });
    for (const by of [ada, robot]) expectVoid(storyOf.active, story.repairRequested, by as typeof ada);
    expectVoid(repairing, story.repairRequested);
    expectVoid(story.updating, story.repairRequested);
    expect(given([...story.changeWaits, story.repairRequested])).toHaveProperty('repair');
  });

  test('that is done leaves what was repaired, when, and no error', () => {
    const grant = given([...storyOf.active, story.attemptFailed, driftFound('repair'), repaired]);
    expect(grant).toMatchObject({
      drift: { ...finding, differences: [], action: 'repaired' },
      repairedAt: { TRUST_CHANGED: at },
      lastError: undefined,
    });
    expect(grant).not.toHaveProperty('repair');
  });

  test('of what nobody found to differ leaves no finding', () => {
    const grant = given([...repairing, repaired]);
    for (const left of ['drift', 'repairedAt', 'repair']) expect(grant).not.toHaveProperty(left);
  });

  test('that failed leaves the error and the finding', () => {
    const grant = given([...storyOf.active, driftFound('repair'), repairFailed]);
    expect(grant).toMatchObject({ drift: finding, lastError: story.failure });
    expect(grant).not.toHaveProperty('repair');
  });

  test('that nobody asked for is neither done nor failed', () => {
    expectVoid(storyOf.active, repaired);
    expectVoid(storyOf.active, repairFailed);
  });
});
