import type { Parameters } from './protocol/query-protocol.ts';
import type { ServiceName } from './wire-call.ts';

/** One call. `status` is 0 if the connection was closed without an effect. With the fault `lostReply` it is the status
 *  of the lost answer. */
export type JournalEntry = {
  /** ISO 8601. */
  at: string;
  service: ServiceName;
  action: string;
  /** Unflattened; never a token or a secret. */
  parameters: Parameters;
  status: number;
  errorCode?: string;
  fault?: string;
};

type NewEntry = Omit<JournalEntry, 'at' | 'fault'> & { fault?: string | undefined };

export type CallJournal = {
  add(entry: NewEntry): void;
  items(): JournalEntry[];
  clear(): void;
};

/** What an entry does not repeat, or must not show; nor does it show a presigned query's signature and token. */
const HIDDEN = new Set(['Action', 'Version', 'WebIdentityToken', 'Value']);

/** Calls in the order in which they were done. In memory: a restart clears it. */
export function callJournal(now: () => number): CallJournal {
  let items: JournalEntry[] = [];
  return {
    add({ fault, parameters, ...entry }) {
      const shown = Object.fromEntries(
        Object.entries(parameters).filter(([name]) => !HIDDEN.has(name) && !name.startsWith('X-Amz-')),
      );
      items.push({
        at: new Date(now()).toISOString(),
        ...entry,
        parameters: shown,
        ...(fault === undefined ? {} : { fault }),
      });
    },
    items: () => items,
    clear() {
      items = [];
    },
  };
}
