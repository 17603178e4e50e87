import { describe, expect, test } from '@jest/globals';
import { decideRevocation } from '../../../../domain/grants/deciders/decide-revocation.ts';
import type { EventData, NewEvent } from '../../../../domain/grants/event.ts';
import { expectEffect, given, type Told } from '../../../support/domain/decider-story.ts';
import { subject } from '../../../support/domain/samples.ts';
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
    ['revoking', storyOf.revoking, 'revoking', []],
    ['revoked', storyOf.revoked, 'settled', []],
    ['rejected', storyOf.rejected, 'settled', []],
    ['failed', storyOf.failed, 'verify', []],
  ])('%s', (_, told, outcome, then) => {
    const decision = decideRevocation(given(told), 'requested');
    expect(decision).toEqual({ events: then, outcome });
    for (const event of decision.events) expectEffect(told, event, { at: NOON });
  });

  test.each(['requested', 'expired', 'leftover', 'repository-gone'] as const)('says why: %s', (cause) => {
    expect(decideRevocation(given(storyOf.active), cause, 'Over').events).toEqual([
      asked({ cause, reason: 'Over' }),
    ]);
  });
});
