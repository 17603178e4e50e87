import { describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../../domain/grants/event.ts';
import { owedId, owedMessage } from '../../../../domain/messaging/owed-message.ts';
import { dueReminder, isStillTrue, remindersOf } from '../../../../domain/messaging/reminders.ts';
import { type Instant, plusSeconds, seconds } from '../../../../domain/shared/time.ts';
import { chain, GRANT_ID, grantAfter } from '../../../support/domain/samples.ts';
import {
  activated,
  approved,
  created,
  disabled,
  expiryChanged,
  frozen,
  held,
  lapsed,
  requested,
  revocation,
  started,
  storyOf,
  thawed,
} from '../../../support/domain/stories.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const part = (events: readonly NewEvent[]) => ({ checkpoint: undefined, events: chain(events) });
const lastAt = (events: readonly NewEvent[]): Instant => {
  const last = chain(events).at(-1);
  if (!last) throw new Error('a story has events');
  return last.at;
};
const moved = (at: Instant, inSeconds: number): Instant => plusSeconds(at, seconds(inSeconds));

/** The active grant, whose last event sets an end so many seconds later. */
const ending = (inSeconds: number): NewEvent[] => {
  const at = moved(lastAt(storyOf.active), 1);
  return [...storyOf.active, expiryChanged(moved(at, inSeconds))];
};
const settings = { remindAfterHours: 24 };
const daysOf = (events: readonly NewEvent[]) =>
  remindersOf(settings, part(events)).map((one) => (one.about === 'end' ? one.days : one.about));

describe('reminders of an end', () => {
  test.each<[string, NewEvent[], unknown[]]>([
    ['an end in ten days: seven days and one day before', ending(10 * DAY), [7, 1]],
    ['an end in seven days and a second: both', ending(7 * DAY + 1), [7, 1]],
    ['an end in seven days: one day before', ending(7 * DAY), [1]],
    ['an end in a day and a second: one day before', ending(DAY + 1), [1]],
    ['an end in a day: none', ending(DAY), []],
    ['an end in an hour: none', ending(HOUR), []],
    ['the same end again: none', [...ending(10 * DAY), ...ending(10 * DAY).slice(-1)], []],
    ['what sets no end: none', [...ending(10 * DAY), frozen], []],
    [
      'opening again what was frozen: none',
      [...ending(10 * DAY), frozen, disabled, thawed, started, created, activated],
      [],
    ],
    ['a grant without an end: none', storyOf.active, []],
    ['a revoke: none', [...ending(10 * DAY), revocation], []],
  ])('%s', (_, events, days) => {
    expect(daysOf(events)).toEqual(days);
  });

  test('are that long before the end', () => {
    const events = ending(10 * DAY);
    const end = moved(lastAt(events), 10 * DAY);
    expect(remindersOf(settings, part(events))).toEqual([
      { about: 'end', at: moved(end, -7 * DAY), days: 7, expiresAt: end },
      { about: 'end', at: moved(end, -DAY), days: 1, expiresAt: end },
    ]);
  });

  test.each<[string, NewEvent[], boolean]>([
    ['the grant has that end', [], true],
    ['it is frozen: its end comes all the same', [frozen], true],
    ['it is being opened again', [frozen, disabled, thawed], true],
    ['it is held', [held], true],
    ['it has another end', ending(20 * DAY).slice(-1), false],
    ['it is being revoked', [revocation], false],
  ])('are still true where %s', (_, more, isTrue) => {
    const events = ending(10 * DAY);
    const [reminder] = remindersOf(settings, part(events));
    const grant = grantAfter(...events, ...more);
    if (!reminder) throw new Error('there is one');
    expect(isStillTrue(reminder, grant, reminder.at)).toBe(isTrue);
  });

  test('are true until the end and no longer', () => {
    const events = ending(10 * DAY);
    const [reminder] = remindersOf(settings, part(events));
    if (reminder?.about !== 'end') throw new Error('there is one');
    const grant = grantAfter(...events);
    expect(isStillTrue(reminder, grant, moved(reminder.expiresAt, -1))).toBe(true);
    expect(isStillTrue(reminder, grant, reminder.expiresAt)).toBe(false);
  });
});

describe('the reminder of a request that waits', () => {
  const waiting = [requested('required')];
  test('is so many hours after it, and before it lapses', () => {
    expect(remindersOf({ remindAfterHours: 5 }, part(waiting))).toMatchObject([
      { about: 'wait', at: moved(lastAt(waiting), 5 * HOUR), seq: 1 },
    ]);
    expect(remindersOf({ remindAfterHours: 8760 }, part(waiting))).toEqual([]);
  });

  test('is none for a request that needs no approval', () => {
    expect(remindersOf(settings, part([requested()]))).toEqual([]);
  });

  test.each<[string, NewEvent[], boolean]>([
    ['it waits', [], true],
    ['it was approved', [approved], false],
    ['it has lapsed', [lapsed], false],
    ['another one took its place', waiting, false],
  ])('is still true where %s', (_, more, isTrue) => {
    const [reminder] = remindersOf(settings, part(waiting));
    if (!reminder) throw new Error('there is one');
    expect(isStillTrue(reminder, grantAfter(...waiting, ...more), reminder.at)).toBe(isTrue);
  });
});

describe('of several reminders', () => {
  const reminders = remindersOf(settings, part(ending(10 * DAY)));
  const [first, second] = reminders;
  const at = (one: typeof first, by: number) => moved(one?.at ?? lastAt([activated]), by);
  test.each<[string, Instant, object]>([
    ['none is due before the first', at(first, -1), { due: undefined, nextAt: first?.at }],
    ['the first is due at its time', at(first, 0), { due: first, nextAt: second?.at }],
    ['the first is due until the second', at(second, -1), { due: first, nextAt: second?.at }],
    ['the second stands for both', at(second, 0), { due: second, nextAt: undefined }],
  ])('%s', (_, now, found) => {
    expect(dueReminder(reminders, now)).toEqual(found);
  });
});

test.each(['notify', 'remind'] as const)('the row of a message (%s) says what it keeps', (source) => {
  const message = { source, grantId: GRANT_ID, seq: 12 };
  expect(owedMessage(owedId(message))).toEqual(message);
});

test.each([
  GRANT_ID,
  'delivery#{}',
  'notify#gr_x#1',
  `notify#${GRANT_ID}`,
  `remind#${GRANT_ID}#0`,
  `other#${GRANT_ID}#1`,
])('another row keeps no message: %s', (id) => {
  expect(owedMessage(id)).toBe(undefined);
});
