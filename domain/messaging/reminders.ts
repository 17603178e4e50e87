import type { GrantEvent } from '../grants/event.ts';
import { replayPart, type StreamPart } from '../grants/evolve/checkpoint.ts';
import { canExpire, freezeOf, type Grant, waitingRequest } from '../grants/grant.ts';
import { type Instant, plusSeconds, seconds } from '../shared/time.ts';

/** What there is a reminder of, and when. `end` is a grant's expiry, `wait` a request that waits for a decision. */
export type Reminder =
  | { about: 'end'; at: Instant; days: number; expiresAt: Instant }
  | { about: 'wait'; at: Instant; seq: number; lapsesAt: Instant };

/** Days before an end at which its recipients are reminded, the longest first. */
const DAYS_BEFORE_END = [7, 1];

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;

/** Hours after which a request that waits is recalled to the approvers. */
export type ReminderSettings = { remindAfterHours: number };

/** The events that may set an end, or have a request wait. The stream is folded only after one of these. */
const MAY_REMIND: readonly GrantEvent['type'][] = [
  'GrantRequested',
  'GrantChangeRequested',
  'GrantActivated',
  'GrantUpdated',
  'GrantExpiryChanged',
  'GrantFrozen',
  'ThawFailed',
];

/** The reminders that the last event brings, the earliest first: of the end that it sets, or of the request that it has wait. A
 *  reminder's time is after the event: a grant for a day has none. A request that lapses before its reminder has none. */
export function remindersOf({ remindAfterHours }: ReminderSettings, part: StreamPart): Reminder[] {
  const event = part.events.at(-1);
  if (!event || !MAY_REMIND.includes(event.type)) return [];
  const after = replayPart(part);
  const waiting = after && waitingRequest(after);
  if (waiting?.proposal && waiting.seq === event.seq) {
    const { seq, proposal } = waiting;
    const at = plusSeconds(event.at, seconds(remindAfterHours * HOUR_SECONDS));
    return at < proposal.lapsesAt ? [{ about: 'wait', at, seq, lapsesAt: proposal.lapsesAt }] : [];
  }
  const expiresAt = endOf(after);
  if (expiresAt === undefined || expiresAt === endOf(beforeLast(part))) return [];
  return DAYS_BEFORE_END.map((days): Reminder => {
    const at = plusSeconds(expiresAt, seconds(-days * DAY_SECONDS));
    return { about: 'end', at, days, expiresAt };
  }).filter(({ at }) => at > event.at);
}

const beforeLast = (part: StreamPart): Grant | undefined =>
  replayPart({ ...part, events: part.events.slice(0, -1) });

/** The end of a grant that has one. A frozen grant keeps its own while it is being opened again. */
const endOf = (grant: Grant | undefined): Instant | undefined =>
  grant && (canExpire(grant.state) || freezeOf(grant)) ? grant.expiresAt : undefined;

/** True while a reminder is still true of a grant: it has that very end and has not reached it, or that very request waits. */
export const isStillTrue = (reminder: Reminder, grant: Grant, now: Instant): boolean =>
  reminder.about === 'end'
    ? endOf(grant) === reminder.expiresAt && now < reminder.expiresAt
    : waitingRequest(grant)?.seq === reminder.seq && now <= reminder.lapsesAt;

/** The reminder that is due of those that an event brought, and when the next one is. Where several have become due, as after an
 *  outage, the latest stands for all of them: it says the same, nearer to the end. */
export function dueReminder(
  reminders: readonly Reminder[],
  now: Instant,
): { due: Reminder | undefined; nextAt: Instant | undefined } {
  return {
    due: reminders.findLast(({ at }) => at <= now),
    nextAt: reminders.find(({ at }) => at > now)?.at,
  };
}
