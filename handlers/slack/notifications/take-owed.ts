import type { DueRow } from '../../../domain/grants/stores.ts';
import { UnreadableStream } from '../../../domain/grants/unreadable/stored-event.ts';
import { type OwedMessage, owedId } from '../../../domain/messaging/owed-message.ts';
import type { Instant } from '../../../domain/shared/time.ts';
import { isGivenUp } from '../../../domain/use-cases/postponed-delivery.ts';
import { tell } from './notify.ts';
import { remind } from './remind.ts';
import { lost, type MessageOutcome, type NotificationPorts } from './sending.ts';

/** Times that a message is handed on before its event is certainly not in the log: over an hour, longer than any function runs. */
const AWAITED_EVENT = 6;

/** Sends what is owed about one event, and takes its row away once that is done; the row of reminders moves on to the next one. What could
 *  not be sent stays due: the reconciler hands it on again, after a minute at first and every hour at last, for about three
 *  days. */
export async function takeOwed(ports: NotificationPorts, message: OwedMessage): Promise<void> {
  const outcome = await outcomeOf(ports, message);
  const row = rowOf(message);
  if (!row) return;
  if (outcome === 'done') return ports.grants.removeRow(row);
  if (outcome === 'awaited') return row.attempts > AWAITED_EVENT ? ports.grants.removeRow(row) : undefined;
  if (outcome !== 'later') return ports.grants.postpone({ ...row, attempts: -1 }, outcome.nextAt);
  if (!isGivenUp(row.attempts)) return;
  lost(ports, message, 'it could not be sent for three days');
  await ports.grants.removeRow(row);
}

async function outcomeOf(
  ports: NotificationPorts,
  message: OwedMessage,
): Promise<MessageOutcome | 'awaited' | { nextAt: Instant }> {
  const { source, resumption } = message;
  try {
    return source === 'notify' ? await tell(ports, message) : await remind(ports, message);
  } catch (error) {
    // Nothing is said about a grant whose log is altered; the function that meets it reports it.
    if (!(error instanceof UnreadableStream) || !resumption) throw error;
    ports.logger.warn('a notification is late', { id: owedId(message), detail: error.message });
    return 'later';
  }
}

/** The row that keeps a message, as it was when the message was handed on. */
const rowOf = (message: OwedMessage): DueRow | undefined =>
  message.resumption && {
    grantId: owedId(message),
    dueSeq: 0,
    dueAt: message.resumption.dueAt,
    attempts: message.resumption.number,
  };
