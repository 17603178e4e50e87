import type { GrantTable } from '../../grants/stores.ts';
import { type OwedMessage, owedId, owedOf } from '../../messaging/owed-message.ts';
import type { Notifier, Worker } from '../../messaging/ports.ts';
import type { RecipientSettings } from '../../messaging/recipients.ts';
import type { ReminderSettings } from '../../messaging/reminders.ts';

/** What a notifier needs. */
export type NotifierPorts = {
  grants: Pick<GrantTable, 'markDueBy'>;
  worker: Worker;
  settings: RecipientSettings & { approvals: ReminderSettings };
  /** Reports a notification that the reconciler must see to. Never throws. */
  reportLate(message: OwedMessage, error: unknown): void;
};

/** Keeps what is owed about an event in rows of their own, which the reconciler finds when they are due, and has the worker send the
 *  notification at once. */
export function rowNotifier({ grants, worker, settings, reportLate }: NotifierPorts): Notifier {
  return {
    async prepare(part) {
      const { notification, reminder } = owedOf(settings, part);
      for (const owed of [notification, reminder]) {
        // The loser of a race wants the same row for another event, which may be due later than the winner's.
        if (owed) await grants.markDueBy(owedId(owed.message), owed.dueAt);
      }
    },
    async notify(part) {
      const { notification } = owedOf(settings, part);
      if (!notification) return;
      const { message, dueAt } = notification;
      await worker.handOn({ ...message, resumption: { dueAt, number: 0 } }).catch((error: unknown) => {
        reportLate(message, error);
      });
    },
  };
}
