import { describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../domain/grants/event.ts';
import { remindersOf } from '../../../domain/messaging/reminders.ts';
import { seconds } from '../../../domain/shared/time.ts';
import { endCard, waitCard } from '../../../handlers/slack/notifications/reminder-card.ts';
import { chain, GRANT_ID, grantAfter, present } from '../../support/domain/samples.ts';
import {
  disabled,
  expiryChanged,
  frozen,
  held,
  requested,
  storyOf,
  thawed,
} from '../../support/domain/stories.ts';
import { asInstant } from '../../support/identifiers.ts';

const writing = { naming: () => 'somebody', grantLink: 'https://portal.acme.example/{id}' };
const ending: NewEvent[] = [...storyOf.active, expiryChanged(asInstant('2026-02-01T00:00:00.000Z'))];
const reminderIn = (events: readonly NewEvent[]) =>
  present(remindersOf({ remindAfterHours: 24 }, { checkpoint: undefined, events: chain(events) })[0]);
const endOf = (...more: NewEvent[]) => {
  const reminder = reminderIn(ending);
  if (reminder.about !== 'end') throw new Error('an end was expected');
  return JSON.stringify(
    endCard(grantAfter(...ending, ...more), reminder, {
      isHeld: more.includes(held),
      grantLink: writing.grantLink,
    }),
  );
};

describe('the reminder of an end', () => {
  test('has a button that renews and names the grant alone, and a link', () => {
    const card = endOf();
    expect(card).toContain('"action_id":"renew"');
    expect(card).toContain(`"value":"${GRANT_ID}"`);
    expect(card).toContain(`https://portal.acme.example/${GRANT_ID}`);
  });

  test.each<[string, NewEvent[], string]>([
    ['frozen', [frozen], 'thaw it first'],
    ['being opened again', [frozen, disabled, thawed], 'thaw it first'],
    ['held', [held], 'release it first'],
  ])('has no such button where the grant is %s, and says so', (_, events, text) => {
    const card = endOf(...events);
    expect(card).not.toContain('"action_id":"renew"');
    expect(card).toContain(text);
  });

  test('says from when a renewal changes something, where more than half of the time is left', () => {
    const until = (lifetimeSeconds: number) => {
      const reminder = reminderIn(ending);
      if (reminder.about !== 'end') throw new Error('an end was expected');
      const grant = { ...grantAfter(...ending), lifetimeSeconds: seconds(lifetimeSeconds) };
      return JSON.stringify(endCard(grant, reminder, { isHeld: false, grantLink: undefined }));
    };
    const days = 86_400;
    for (const card of [until(10 * days), until(13 * days)]) {
      expect(card).toContain('or later: while more than half of its time is left');
      expect(card).toContain('"action_id":"renew"');
    }
    expect(until(10 * days)).toContain(String(Date.parse('2026-01-27T00:00:00.000Z') / 1000));
    for (const card of [until(14 * days), until(90 * days), endOf()]) expect(card).not.toContain('or later');
  });

  test('holds no reason, parameter or permission: a channel has readers who may not read the grant', () => {
    expect(endOf()).not.toMatch(/shop-site|s3:|because|Reason/);
  });
});

test('the reminder of a request that waits decides nothing', () => {
  const waiting = [requested('required')];
  const reminder = reminderIn(waiting);
  if (reminder.about !== 'wait') throw new Error('a wait was expected');
  const card = JSON.stringify(waitCard(grantAfter(...waiting), reminder, writing));
  expect(card).toContain('Still waiting for approval');
  expect(card).not.toMatch(/"action_id":"(approve|reject|renew)"/);
});
