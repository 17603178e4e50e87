import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../domain/grants/event.ts';
import type { OwedMessage } from '../../domain/messaging/owed-message.ts';
import { type Mode, modes } from '../support/crash/injector.ts';
import { MessageWalk } from '../support/crash/message-walk.ts';
import { expiryChanged, storyOf } from '../support/domain/stories.ts';

let walk: MessageWalk;
beforeAll(async () => {
  walk = await MessageWalk.start();
});
afterAll(() => walk.end());

const DAY_MS = 86_400_000;

/** What is told of an end: to the team and to the requester, each once. */
const ALL = {
  'Ends within 7 days: C0SHOP': 1,
  'Ends within 7 days: D0ADA': 1,
  'Ends within a day: C0SHOP': 1,
  'Ends within a day: D0ADA': 1,
  'Revoked: C0SHOP': 1,
  'Revoked: D0ADA': 1,
};

/** Of so many calls, the walk breaks one in each mode: every one in the full walk. */
const STEP = process.env.CRASH_WALK === 'full' ? 1 : 7;

/** A grant gets an end in ten days, which comes. Things go wrong from `arm` on. */
async function tenDays(arm: () => void): Promise<void> {
  await walk.begin(storyOf.active);
  arm();
  await walk.untilAppended(expiryChanged(walk.inMs(10 * DAY_MS)) as NewEvent);
  await walk.passes();
  walk.clock.advance(3 * DAY_MS);
  await walk.passes();
  walk.clock.advance(6 * DAY_MS);
  await walk.passes();
  walk.clock.advance(DAY_MS);
  await walk.passes();
}

test('an end is told seven days and one day before, and when it comes, once each', async () => {
  await tenDays(() => {});
  expect(await walk.told()).toEqual(ALL);
  expect(walk.owed()).toEqual([]);
});

/** Where a message that Slack has taken may be sent again, because nobody knows that it was. */
const mayRepeat = (mode: Mode, operation: string) =>
  /die|lost|timeout-after/.test(mode) || operation === 'keepMessage';
const faults = modes.filter((mode) => !mode.startsWith('stall'));

describe('a fault at an outgoing call loses no message', () => {
  test.each(faults)(
    '%s',
    async (mode) => {
      let hits = 0;
      for (let at = 1 + ((faults.indexOf(mode) * 5) % STEP); ; at += STEP) {
        await tenDays(() => walk.injector.arm({ mode, at }));
        const hit = walk.injector.hit;
        if (!hit) break;
        hits += 1;
        const where = `${mode} at call ${at}, ${hit.system} ${hit.operation}`;
        const told = await walk.told();
        const lost = Object.keys(ALL).filter((one) => !told[one]);
        expect([where, lost]).toEqual([where, []]);
        const twice = Object.entries(told).filter(
          ([, count]) => count > (mayRepeat(mode, hit.operation) ? 2 : 1),
        );
        expect([where, twice]).toEqual([where, []]);
        expect([where, walk.owed()]).toEqual([where, []]);
      }
      expect(hits).toBeGreaterThan(0);
    },
    600_000,
  );
});

test.each<Mode>(['error', 'timeout', 'throttle'])(
  'an outage of Slack (%s) over an expiry loses no message: the end is told when Slack answers again',
  async (mode) => {
    await walk.begin(storyOf.active);
    await walk.untilAppended(expiryChanged(walk.inMs(2 * DAY_MS)) as NewEvent);
    walk.injector.isLasting = true;
    walk.injector.arm({ mode, at: 1, operation: 'conversations.info' });
    walk.clock.advance(DAY_MS);
    await walk.passes();
    walk.clock.advance(DAY_MS);
    await walk.passes();
    expect(await walk.told()).toEqual({});
    expect(walk.state()).toBe('revoked');
    walk.injector.isLasting = false;
    walk.injector.calm();
    await walk.passes();
    await walk.passes();
    // A reminder of what has come is none: the end itself is told.
    expect(await walk.told()).toEqual({ 'Revoked: C0SHOP': 1, 'Revoked: D0ADA': 1 });
    expect(walk.owed()).toEqual([]);
  },
);

test('after an outage of Rolewright of both reminders the nearer one is sent, once', async () => {
  await walk.begin(storyOf.active);
  await walk.untilAppended(expiryChanged(walk.inMs(10 * DAY_MS)) as NewEvent);
  walk.clock.advance(9.5 * DAY_MS);
  await walk.passes();
  expect(await walk.told()).toEqual({ 'Ends within a day: C0SHOP': 1, 'Ends within a day: D0ADA': 1 });
});

test('a grant that is renewed is not said to end when it would have', async () => {
  await walk.begin(storyOf.active);
  await walk.untilAppended(expiryChanged(walk.inMs(10 * DAY_MS)) as NewEvent);
  await walk.untilAppended(expiryChanged(walk.inMs(30 * DAY_MS)) as NewEvent);
  walk.clock.advance(9.5 * DAY_MS);
  await walk.passes();
  expect(await walk.told()).toEqual({});
  const left = walk.owed().map(({ source, seq }: Pick<OwedMessage, 'source' | 'seq'>) => `${source} ${seq}`);
  expect(left).toEqual([`remind ${storyOf.active.length + 2}`]);
});
