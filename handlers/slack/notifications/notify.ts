import type { GrantEvent } from '../../../domain/grants/event.ts';
import type { OwedMessage } from '../../../domain/messaging/owed-message.ts';
import { keyOf, type Recipient, recipientsOf } from '../../../domain/messaging/recipients.ts';
import type { SlackSettings } from '../../../domain/messaging/slack-settings.ts';
import { waitingEndedBy, waitingStory } from '../../../domain/messaging/waiting-story.ts';
import type { GrantId } from '../../../domain/shared/identifiers.ts';
import { loadWholeStream } from '../../../domain/use-cases/grant-stream.ts';
import { namingFor } from '../people.ts';
import { approvalCard } from './approval-card.ts';
import { notificationCard } from './notification-card.ts';
import {
  attempted,
  failed,
  type MessageOutcome,
  type NotificationPorts,
  type Reached,
  reached,
  refusedChannel,
  sendOnce,
  together,
} from './sending.ts';

type About = Pick<OwedMessage, 'grantId' | 'seq'>;

/** Notifies every recipient of one event; idempotent. `later` while a message is left to send, `awaited` where the event is not in
 *  the log: it may be about to be. A grant never waits for a message. */
export async function tell(ports: NotificationPorts, about: About): Promise<MessageOutcome | 'awaited'> {
  const { grantId, seq } = about;
  const { slack } = ports.configuration;
  if (!slack) return 'done';
  const { events } = await loadWholeStream(ports, grantId);
  const upTo = { checkpoint: undefined, events: events.slice(0, seq) };
  if (upTo.events.length < seq) return 'awaited';
  const settings = { slack, directory: ports.configuration };
  const outcomes: MessageOutcome[] = [];
  for (const found of recipientsOf(settings, upTo)) {
    outcomes.push(await tellOne(ports, found, { slack, about, events: upTo.events }));
  }
  const ended = waitingEndedBy(upTo);
  if (ended === undefined) return together(outcomes);
  const asked = { checkpoint: undefined, events: events.slice(0, ended) };
  for (const recipient of recipientsOf(settings, asked)) {
    if (recipient.to === 'approvers')
      outcomes.push(await refreshApproval(ports, { grantId, seq: ended }, recipient));
  }
  return together(outcomes);
}

/** Notifies one recipient of the last of some events. */
async function tellOne(
  ports: NotificationPorts,
  found: Recipient,
  { slack, about, events }: { slack: SlackSettings; about: About; events: readonly GrantEvent[] },
): Promise<MessageOutcome> {
  const { team, grantLink } = slack;
  const id = notificationId(about.grantId, about.seq, found);
  const recipient = await reached(ports, found, { team, id });
  if (typeof recipient === 'string') return recipient;
  // Approvers are shown requests, which change; of what was found they get a message like any other.
  if (recipient.to === 'approvers' && events.at(-1)?.type !== 'DriftFound') {
    return showApproval(ports, recipient, { about, id });
  }
  const naming = namingFor(ports.configuration, team);
  const content = notificationCard(events, { to: recipient.to, naming, grantLink });
  return content ? (await sendOnce(ports, recipient, { id, content })).outcome : 'done';
}

/** What was sent of an event: one message to the team, one to each requester, and one in each channel of approvers. */
const notificationId = (grantId: GrantId, seq: number, recipient: Recipient): string =>
  `notification#${grantId}#${seq}#${keyOf(recipient)}`;

/** Shows the approvers a request, and reads the log again afterwards: a decision may have been made before
 *  the message's place in Slack was known. */
async function showApproval(
  ports: NotificationPorts,
  recipient: Reached,
  { about, id }: { about: About; id: string },
): Promise<MessageOutcome> {
  const { grantId, seq } = about;
  const before = await currentCard(ports, grantId, seq);
  if (!before) return 'done';
  const { isSent, outcome } = await sendOnce(ports, recipient, { id, content: before.content });
  const after = await currentCard(ports, grantId, seq);
  // What an earlier attempt has sent may show anything: that attempt died, or is looking again by itself.
  const shown = isSent ? before.outcome : undefined;
  if (!after || after.outcome === shown) return outcome;
  return together([outcome, await refreshApproval(ports, about, recipient)]);
}

/** Brings a message about a request up to date with the log, where it was sent, unless the channel was shared with another company
 *  since. */
async function refreshApproval(
  ports: NotificationPorts,
  { grantId, seq }: About,
  recipient: Reached,
): Promise<MessageOutcome> {
  const id = notificationId(grantId, seq, recipient);
  const message = await ports.claims.findMessage(id);
  const card = message && (await currentCard(ports, grantId, seq));
  if (!card) return 'done';
  const refused = await refusedChannel(ports, recipient, id);
  if (refused) return refused;
  // Writing the same once more does no harm, so a lost reply is tried again like any other failure.
  const outcome = await attempted(
    ports,
    () => ports.web.update(message, card.content),
    () => true,
  );
  return outcome.ok ? 'done' : failed(ports, { grantId, seq, ...recipient }, outcome.error);
}

async function currentCard(ports: NotificationPorts, grantId: GrantId, seq: number) {
  const { slack } = ports.configuration;
  const { events } = await loadWholeStream(ports, grantId);
  const story = waitingStory(events, seq);
  if (!story || !slack) return undefined;
  const naming = namingFor(ports.configuration, slack.team);
  return { content: approvalCard(story, naming, slack.grantLink), outcome: story.decision?.outcome };
}
