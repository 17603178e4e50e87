import { describe, expect, test } from '@jest/globals';
import { decideRevocation } from '../../../../domain/grants/deciders/decide-revocation.ts';
import type { EventData, NewEvent } from '../../../../domain/grants/event.ts';
import { expectEffect, given, type Told } from '../../../support/domain/decider-story.ts';
import { ada, grace, subject } from '../../../support/domain/samples.ts';
import * as story from '../../../support/domain/stories.ts';
import { asInstant } from '../../../support/identifiers.ts';

const { storyOf, changeWaits, updating } = story;
const NOON = asInstant('2026-06-01T12:00:00.000Z');

const asked = (more: Partial<EventData<'RevocationRequested'>> = {}): NewEvent => ({
  type: 'RevocationRequested',
  data: { ...subject, cause: 'requested', ...more },
});

describe('a revoke of a grant that is', () => {
  test.each<[state: string, given: Told[], outcome: string, then: NewEvent[]]>([
    ['pending', storyOf.pending, 'settled', [{ type: 'GrantRevoked', data: subject }]],
    ['provisioning', storyOf.provisioning, 'revoking', [asked()]],
    [
      'compensating',
      [story.requested(), story.started, story.created, story.compensating],
      'revoking',
      [asked()],
    ],
    ['active', storyOf.active, 'revoking', [asked()]],
    ['active with an expiry', [...storyOf.active, story.expiryChanged(NOON)], 'revoking', [asked()]],
    ['active with a change that waits', changeWaits, 'revoking', [asked()]],
    ['being updated', updating, 'revoking', [asked()]],
    ['frozen', storyOf.frozen, 'revoking', [asked()]],
    ['being thawed', story.thawing, 'revoking', [asked()]],
    ['revoking', storyOf.revoking, 'revoking', []],
    ['revoked', storyOf.revoked, 'settled', []],
    ['rejected', storyOf.rejected, 'settled', []],
    ['failed', storyOf.failed, 'verify', []],
  ])('%s', (_, told, outcome, then) => {
    const decision = decideRevocation(given(told), 'requested', { holds: false });
    expect(decision).toEqual({ events: then, outcome });
    for (const event of decision.events) expectEffect(told, event, { at: NOON });
  });

  test.each(['requested', 'expired', 'leftover', 'repository-gone'] as const)('says why: %s', (cause) => {
    expect(decideRevocation(given(storyOf.active), cause, { reason: 'Over', holds: false }).events).toEqual([
      asked({ cause, reason: 'Over' }),
    ]);
  });

  test.each<[state: string, given: Told[], then: NewEvent[]]>([
    [
      'pending',
      storyOf.pending,
      [{ type: 'GrantRevoked', data: { ...subject, reason: 'Leaked', hold: true } }],
    ],
    ['active', storyOf.active, [asked({ reason: 'Leaked', hold: true })]],
    ['frozen', storyOf.frozen, [asked({ reason: 'Leaked', hold: true })]],
    ['revoking', storyOf.revoking, [story.held]],
    ['held already', [...storyOf.active, story.held], [asked({ reason: 'Leaked' })]],
    ['revoking and held', [...storyOf.revoking, story.held], []],
    ['revoked', storyOf.revoked, [story.held]],
    ['rejected', storyOf.rejected, [story.held]],
    ['failed', storyOf.failed, [story.held]],
    ['failed and held', [...storyOf.failed, story.held], []],
  ])('%s holds it, where a person asks', (_, told, then) => {
    const { events } = decideRevocation(given(told), 'requested', { reason: 'Leaked', holds: true });
    expect(events).toEqual(then);
    for (const event of events) {
      expectEffect(told, event, { at: NOON });
      expect(given([...told, event]).hold).toMatchObject({ reason: 'Leaked' });
    }
  });

  test('a hold in the log by a machine has no effect', () => {
    const event = asked({ hold: true });
    expect(given([...storyOf.active, { by: { kind: 'service', id: 'robot' }, event }]).hold).toBeUndefined();
  });

  test('a hold stays through every state, until a person who did not ask releases it', () => {
    const again = [...storyOf.active, asked({ hold: true }), story.disabled, story.deleted, story.revoked];
    expect(given([...again, story.requested()]).hold).toBeDefined();
    expect(given([...again, { by: ada, event: story.released }]).hold).toBeDefined();
    const released = given([...again, story.released]);
    expect([released.hold, released.requesters.map(({ id }) => id)]).toEqual([undefined, [ada.id, grace.id]]);
  });
});
