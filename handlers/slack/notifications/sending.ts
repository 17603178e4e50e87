import type { Logger } from '@aws-lambda-powertools/logger';
import type { SlackContent, SlackWeb } from '../../../adapters/slack/web-api.ts';
import { cameBy } from '../../../domain/access/slack-identity.ts';
import type { Configuration } from '../../../domain/configuration/configuration.ts';
import type { EventLog, GrantTable } from '../../../domain/grants/stores.ts';
import type { ClaimStore } from '../../../domain/messaging/ports.ts';
import type { Recipient } from '../../../domain/messaging/recipients.ts';
import type { Clock } from '../../../domain/shared/clock.ts';
import { PortError } from '../../../domain/shared/port-error.ts';
import { plusSeconds, seconds, toInstant } from '../../../domain/shared/time.ts';

/** What notifying people needs. */
export type NotificationPorts = {
  configuration: Configuration;
  log: EventLog;
  /** Where messages are kept until they are sent. */
  grants: Pick<GrantTable, 'postpone' | 'removeRow'>;
  clock: Clock;
  claims: ClaimStore;
  web: SlackWeb;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
};

/** Seconds for which a sent message is remembered. Longer than any request may wait, which is at most 8 760 hours. */
const REMEMBERED_SECONDS = seconds(400 * 86_400);
/** Seconds for which one attempt has a message for itself. Longer than the worker runs, which is 180: behind a claim of that age
 *  without a message the attempt has ended. */
const ATTEMPT_SECONDS = seconds(300);
/** Seconds between calls of one attempt where Slack does not say; and the longest that one waits. Our choice. */
const WAITS_SECONDS = [1, 5, 20];
const LONGEST_WAIT_SECONDS = 30;

/** What became of a message: `done` where nothing is left to do about it, `later` where it must be tried again. */
export type MessageOutcome = 'done' | 'later';

/** `later` where anything is left to do later. */
export const together = (outcomes: readonly MessageOutcome[]): MessageOutcome =>
  outcomes.includes('later') ? 'later' : 'done';

/** A recipient whose Slack channel is known. */
export type Reached = Extract<Recipient, { channel: string }>;

/** Finds the Slack user of a requester without an entry by their email. It is only believed where they asked as that very user.
 *  `done`, and logged, for a requester who cannot be found. */
export async function reached(
  ports: NotificationPorts,
  recipient: Recipient,
  { team, id }: { team: string; id: string },
): Promise<Reached | MessageOutcome> {
  if ('channel' in recipient) return recipient;
  const { to, unlisted } = recipient;
  const found = await attempted(
    ports,
    () => ports.web.userOfEmail(unlisted.id),
    () => true,
  );
  if (!found.ok) return failed(ports, { id, to }, found.error);
  const user = found.value;
  if (user !== undefined && cameBy(unlisted, { team, user })) return { to, channel: user };
  lost(ports, { id, to }, 'no Slack user is the requester');
  return 'done';
}

/** Sends a message, unless it was sent. `isSent`: this call has sent it. A message that Slack may have taken without saying so is
 *  sent again, once the attempt's time is over: two are better than none. A channel that is gone, or that another company's
 *  users are in, gets nothing, which is logged. */
export async function sendOnce(
  ports: NotificationPorts,
  { to, channel }: Reached,
  { id, content }: { id: string; content: SlackContent },
): Promise<{ outcome: MessageOutcome; isSent: boolean }> {
  const { claims, clock, web } = ports;
  const until = plusSeconds(toInstant(clock.now()), ATTEMPT_SECONDS);
  if (!(await claims.claim(id, until))) {
    // It was sent, or another attempt is sending it or has died.
    const isThere = (await claims.findMessage(id)) !== undefined;
    return { outcome: isThere ? 'done' : 'later', isSent: false };
  }
  const refused = await refusedChannel(ports, { to, channel }, id);
  if (refused) {
    await claims.release(id);
    return { outcome: refused, isSent: false };
  }
  const sent = await attempted(ports, () => web.post(channel, content), isCertainlyUndone);
  if (!sent.ok) {
    if (isCertainlyUndone(sent.error)) await claims.release(id);
    return { outcome: failed(ports, { id, to, channel }, sent.error), isSent: false };
  }
  await claims.keepMessage(id, sent.value, plusSeconds(toInstant(clock.now()), REMEMBERED_SECONDS));
  return { outcome: 'done', isSent: true };
}

/** Why a channel gets nothing now; undefined for one that may get the message. Direct messages are asked nothing about. */
export async function refusedChannel(
  ports: NotificationPorts,
  { to, channel }: Reached,
  id: string,
): Promise<MessageOutcome | undefined> {
  if (to === 'requester') return undefined;
  const shared = await attempted(
    ports,
    () => ports.web.isSharedOutside(channel),
    () => true,
  );
  if (!shared.ok) return failed(ports, { id, to, channel }, shared.error);
  if (!shared.value) return undefined;
  lost(ports, { id, to, channel }, 'the channel is shared with another company, so it gets no messages');
  return 'done';
}

const isCertainlyUndone = (error: unknown): boolean => error instanceof PortError && error.certain;

/** Calls Slack, and again while the failure may pass and another call does no harm. */
export async function attempted<T>(
  { clock }: Pick<NotificationPorts, 'clock'>,
  call: () => Promise<T>,
  mayRepeat: (error: unknown) => boolean,
): Promise<{ ok: true; value: T } | { ok: false; error: unknown }> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return { ok: true, value: await call() };
    } catch (error) {
      const wait = WAITS_SECONDS[attempt];
      const mayPass =
        error instanceof PortError && (error.code === 'THROTTLED' || error.code === 'UNAVAILABLE');
      if (wait === undefined || !mayPass || !mayRepeat(error)) return { ok: false, error };
      const asked = error.retryAfter ?? wait;
      if (asked > LONGEST_WAIT_SECONDS) return { ok: false, error };
      await clock.sleep(asked * 1000);
    }
  }
}

/** Logs a failure, and says whether it is worth another attempt: a channel or user that is not there is not. */
export function failed(ports: NotificationPorts, what: object, error: unknown): MessageOutcome {
  const detail = error instanceof PortError ? error.message : 'unknown failure';
  if (error instanceof PortError && error.code === 'NOT_FOUND') {
    lost(ports, what, detail);
    return 'done';
  }
  ports.logger.warn('a notification is late', { ...what, detail });
  return 'later';
}

/** Logs a message that is not sent any more. An alarm is raised on this line. */
export const lost = ({ logger }: Pick<NotificationPorts, 'logger'>, what: object, detail: string): void =>
  logger.error('a notification was lost', { ...what, detail });
