import type { Grant } from '../../../domain/grants/grant.ts';
import { waitingRequest } from '../../../domain/grants/grant.ts';
import type { OwedMessage } from '../../../domain/messaging/owed-message.ts';
import {
  approversOf,
  keyOf,
  type Recipient,
  recipientsOfReminder,
} from '../../../domain/messaging/recipients.ts';
import { dueReminder, isStillTrue, type Reminder, remindersOf } from '../../../domain/messaging/reminders.ts';
import { type Instant, toInstant } from '../../../domain/shared/time.ts';
import { loadWholeStream } from '../../../domain/use-cases/grant-stream.ts';
import { heldProblemOf } from '../../../domain/use-cases/holds/holds.ts';
import { namingFor } from '../people.ts';
import { endCard, waitCard } from './reminder-card.ts';
import { type MessageOutcome, type NotificationPorts, reached, sendOnce, together } from './sending.ts';

/** Reminds people of what an event has begun, where it is time and still true: of a grant's end its requester and the project's
 *  team, of a request that waits its approvers. Each reminder is sent once to each of them, whatever sets the same end again. Of several that have
 *  become due, as after an outage, the latest is sent. `nextAt`: when the next one is due. */
export async function remind(
  ports: NotificationPorts,
  { grantId, seq }: Pick<OwedMessage, 'grantId' | 'seq'>,
): Promise<MessageOutcome | 'awaited' | { nextAt: Instant }> {
  const { configuration } = ports;
  if (!configuration.slack) return 'done';
  const { events, grant } = await loadWholeStream(ports, grantId);
  if (events.length < seq || !grant) return 'awaited';
  const now = toInstant(ports.clock.now());
  const part = { checkpoint: undefined, events: events.slice(0, seq) };
  const reminders = remindersOf(configuration.approvals, part).filter((one) => isStillTrue(one, grant, now));
  const { due, nextAt } = dueReminder(reminders, now);
  if (due && (await send(ports, due, grant)) === 'later') return 'later';
  return nextAt === undefined ? 'done' : { nextAt };
}

async function send(ports: NotificationPorts, reminder: Reminder, grant: Grant): Promise<MessageOutcome> {
  const { configuration } = ports;
  const { slack } = configuration;
  if (!slack) return 'done';
  const settings = { slack, directory: configuration };
  const decidedBy = waitingRequest(grant)?.proposal?.decidedBy;
  const recipients =
    reminder.about === 'wait' ? approversOf(settings, decidedBy) : recipientsOfReminder(settings, grant);
  const { grantLink } = slack;
  const content =
    reminder.about === 'wait'
      ? waitCard(grant, reminder, { naming: namingFor(configuration, slack.team), grantLink })
      : endCard(grant, reminder, {
          isHeld: (await heldProblemOf(ports, grant, grant.request.intent)) !== undefined,
          grantLink,
        });
  const outcomes: MessageOutcome[] = [];
  for (const found of recipients) {
    const id = reminderId(grant, reminder, found);
    const recipient = await reached(ports, found, { team: slack.team, id });
    if (typeof recipient === 'string') outcomes.push(recipient);
    else outcomes.push((await sendOnce(ports, recipient, { id, content })).outcome);
  }
  return together(outcomes);
}

/** What was sent of a reminder. An end is known by its time: several events may set the same one. */
function reminderId({ id }: Grant, reminder: Reminder, recipient: Recipient): string {
  const what = reminder.about === 'end' ? `${reminder.expiresAt}#${reminder.days}` : `${reminder.seq}`;
  return `reminder#${id}#${what}#${keyOf(recipient)}`;
}
