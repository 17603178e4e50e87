import type { Logger } from '@aws-lambda-powertools/logger';
import type { SlackContent, SlackWeb } from '../../../adapters/slack/web-api.ts';
import { cameBy } from '../../../domain/access/slack-identity.ts';
import type { Configuration } from '../../../domain/configuration/configuration.ts';
import type { EventLog } from '../../../domain/grants/stores.ts';
import {
  type Recipient,
  recipientsOf,
  waitingEndedBy,
  waitingStory,
} from '../../../domain/messaging/notifications.ts';
import type { ClaimStore } from '../../../domain/messaging/ports.ts';
import type { Notification } from '../../../domain/messaging/worker-message.ts';
import type { Clock } from '../../../domain/shared/clock.ts';
import type { GrantId } from '../../../domain/shared/identifiers.ts';
import { PortError } from '../../../domain/shared/port-error.ts';
import { plusSeconds, seconds, toInstant } from '../../../domain/shared/time.ts';
import { loadWholeStream } from '../../../domain/use-cases/grant-stream.ts';
import { namingFor } from '../people.ts';
import { approvalCard } from './approval-card.ts';
import { notificationCard } from './notification-card.ts';

/** What recipient needs. */
export type NotificationPorts = {
  configuration: Configuration;
  log: EventLog;
  clock: Clock;
  claims: ClaimStore;
  web: SlackWeb;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
};

/** Seconds for which a sent notification is remembered. Longer than any request may wait, which is at most 8
 *  760 hours. */
const REMEMBERED_SECONDS = seconds(400 * 86_400);
/** Seconds between attempts where Slack does not say; and the longest that an attempt waits. Our choice. */
const WAITS_SECONDS = [1, 5, 20];
const LONGEST_WAIT_SECONDS = 30;

/** Notifies every recipient of one event; idempotent. A message that Slack may have taken is never sent
 *  again; one that Slack certainly did not take is retried. A message that is lost in the end is logged: a
 *  grant never waits for a message. */
export async function tell(ports: NotificationPorts, about: Notification): Promise<void> {
  const { grantId, seq } = about;
  const { slack } = ports.configuration;
  if (!slack) return;
  const { events } = await loadWholeStream(ports, grantId);
  const upTo = { checkpoint: undefined, events: events.slice(0, seq) };
  const settings = { slack, directory: ports.configuration };
  const naming = namingFor(ports.configuration, slack.team);
  for (const found of upTo.events.length === seq ? recipientsOf(settings, upTo) : []) {
    const id = notificationId(grantId, seq, found);
    const recipient = await reached(ports, found, { team: slack.team, id });
    if (!recipient) continue;
    if (recipient.to === 'approvers') {
      await showApproval(ports, recipient, { about, id });
      continue;
    }
    const content = notificationCard(upTo.events, { to: recipient.to, naming, grantLink: slack.grantLink });
    if (content) await sendOnce(ports, recipient, { id, content });
  }
  const ended = waitingEndedBy(upTo);
  if (ended === undefined) return;
  const asked = { checkpoint: undefined, events: events.slice(0, ended) };
  for (const recipient of recipientsOf(settings, asked)) {
    if (recipient.to === 'approvers') await refreshApproval(ports, { ...about, seq: ended }, recipient);
  }
}

/** A recipient whose Slack channel is known. */
type Reached = Extract<Recipient, { channel: string }>;

/** Finds the Slack user of a requester without an entry by their email. It is only believed where they asked as that very user.
 *  Undefined, and logged, for whoever cannot be found. */
async function reached(
  ports: NotificationPorts,
  recipient: Recipient,
  { team, id }: { team: string; id: string },
): Promise<Reached | undefined> {
  if ('channel' in recipient) return recipient;
  const { to, unlisted } = recipient;
  const found = await attempted(
    ports,
    () => ports.web.userOfEmail(unlisted.id),
    () => true,
  );
  const user = found.ok ? found.value : undefined;
  if (user !== undefined && cameBy(unlisted, { team, user })) return { to, channel: user };
  lost(ports, { id, to }, found.ok ? undefined : found.error);
  return undefined;
}

/** What was sent of an event: one message to the team and one to the requester, and one in each channel of approvers. */
const notificationId = (grantId: GrantId, seq: number, recipient: Recipient): string =>
  `notification#${grantId}#${seq}#${recipient.to}${recipient.to === 'approvers' ? `#${recipient.channel}` : ''}`;

/** Shows the approvers a request, and reads the log again afterwards: a decision may have been made before
 *  the message's place in Slack was known. */
async function showApproval(
  ports: NotificationPorts,
  recipient: Reached,
  { about, id }: { about: Notification; id: string },
): Promise<void> {
  const { grantId, seq } = about;
  const before = await currentCard(ports, grantId, seq);
  if (!before) return;
  const isSent = await sendOnce(ports, recipient, { id, content: before.content });
  const after = await currentCard(ports, grantId, seq);
  // What an earlier attempt has sent may show anything: that attempt died, or is looking again by itself.
  const shown = isSent ? before.outcome : undefined;
  if (after && after.outcome !== shown) await refreshApproval(ports, about, recipient);
}

/** Brings a message about a request up to date with the log, where it was sent. */
async function refreshApproval(
  ports: NotificationPorts,
  { grantId, seq }: Notification,
  recipient: Recipient,
): Promise<void> {
  const message = await ports.claims.findMessage(notificationId(grantId, seq, recipient));
  const card = message && (await currentCard(ports, grantId, seq));
  if (!card) return;
  // Writing the same once more does no harm, so a lost reply is tried again like any other failure.
  const outcome = await attempted(
    ports,
    () => ports.web.update(message, card.content),
    () => true,
  );
  if (!outcome.ok) lost(ports, { grantId, seq, ...recipient }, outcome.error);
}

async function currentCard(ports: NotificationPorts, grantId: GrantId, seq: number) {
  const { slack } = ports.configuration;
  const { events } = await loadWholeStream(ports, grantId);
  const story = waitingStory(events, seq);
  if (!story || !slack) return undefined;
  const naming = namingFor(ports.configuration, slack.team);
  return { content: approvalCard(story, naming, slack.grantLink), outcome: story.decision?.outcome };
}

/** Sends a message unless it was sent, or may have been. True when this call has sent it. */
async function sendOnce(
  ports: NotificationPorts,
  { to, channel }: Reached,
  { id, content }: { id: string; content: SlackContent },
): Promise<boolean> {
  const { claims, clock, web } = ports;
  const until = plusSeconds(toInstant(clock.now()), REMEMBERED_SECONDS);
  if (!(await claims.claim(id, until))) {
    // Another attempt is sending it or has died. It is not sent twice, and a possible loss is logged.
    if (!(await claims.findMessage(id))) ports.logger.warn('a notification may be lost', { id, to, channel });
    return false;
  }
  const sent = await attempted(ports, () => web.post(channel, content), isCertainlyUndone);
  if (!sent.ok) {
    lost(ports, { id, to, channel }, sent.error);
    if (isCertainlyUndone(sent.error)) await claims.release(id);
    return false;
  }
  await claims.keepMessage(id, sent.value);
  return true;
}

const isCertainlyUndone = (error: unknown): boolean => error instanceof PortError && error.certain;

/** Calls Slack, and again while the failure may pass and another call does no harm. */
async function attempted<T>(
  { clock }: NotificationPorts,
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

function lost({ logger }: NotificationPorts, what: object, error: unknown): void {
  const unknown = error === undefined ? 'no Slack user is the requester' : 'unknown failure';
  const detail = error instanceof PortError ? error.message : unknown;
  logger.error('a notification was lost', { ...what, detail });
}
