import * as z from 'zod';
import type { StreamPart } from '../grants/evolve/checkpoint.ts';
import { grantIdSchema, parseGrantId, type StreamId } from '../shared/identifiers.ts';
import { type Instant, instantSchema, plusSeconds, seconds } from '../shared/time.ts';
import { isNotifiable, type RecipientSettings } from './recipients.ts';
import { type ReminderSettings, remindersOf } from './reminders.ts';

/** Message to the worker: an event with recipients (`notify`), or one that brings a reminder (`remind`). Its
 *  row keeps it until that is done. `resumption`: the due time of its row, and how many times the reconciler has handed it on. */
export const owedMessageSchema = z.strictObject({
  source: z.enum(['notify', 'remind']),
  grantId: grantIdSchema,
  /** The event that the message is about. */
  seq: z.int().min(1),
  resumption: z.strictObject({ dueAt: instantSchema, number: z.int().min(0) }).optional(),
});

/** See `owedMessageSchema`. */
export type OwedMessage = z.infer<typeof owedMessageSchema>;

const PREFIXES = { notify: 'notify#', remind: 'remind#' } as const;

/** The id of the row that keeps a message until it is sent. */
export const owedId = ({ source, grantId, seq }: OwedMessage): StreamId =>
  // Of no stream, and read as one nowhere: the reconciler asks for the message first.
  `${PREFIXES[source]}${grantId}#${seq}` as string as StreamId;

/** True for the id of a row that keeps a message. */
export const isOwed = (id: string): boolean =>
  Object.values(PREFIXES).some((prefix) => id.startsWith(prefix));

/** The message that a row keeps; undefined for a row of a grant, or one that this version cannot read. */
export function owedMessage(id: string): OwedMessage | undefined {
  const [source, grantId, seq] = id.split('#');
  return owedMessageSchema.safeParse({ source, grantId, seq: Number(seq) }).data;
}

/** Seconds after an event at which the reconciler sees to its notification. Our choice: most messages are sent within two
 *  seconds, and one that Slack asks to wait for within ninety. */
const NOTIFY_DUE_SECONDS = seconds(120);

/** A message, and when the reconciler sees to it. */
export type Owed = { message: OwedMessage; dueAt: Instant };

/** The messages that the last event of a stream brings: its notification, and the reminders of the end or the wait that it
 *  begins. */
export function owedOf(
  settings: RecipientSettings & { approvals: ReminderSettings },
  part: StreamPart,
): { notification: Owed | undefined; reminder: Owed | undefined } {
  const last = part.events.at(-1);
  const grantId = last && parseGrantId(last.grantId);
  if (!grantId) return { notification: undefined, reminder: undefined };
  const { seq } = last;
  const dueAt = plusSeconds(last.at, NOTIFY_DUE_SECONDS);
  const [first] = remindersOf(settings.approvals, part);
  return {
    notification: isNotifiable(settings, part)
      ? { message: { source: 'notify', grantId, seq }, dueAt }
      : undefined,
    reminder: first && { message: { source: 'remind', grantId, seq }, dueAt: first.at },
  };
}
