import type { Parameters } from './protocol/query-protocol.ts';

/** One call. `status` is 0 if the connection was closed without an effect. With the fault `lostReply` it is the status
 *  of the lost answer. */
export type JournalEntry = {
  /** ISO 8601. */
  at: string;
  service: 'iam' | 'sts';
  action: string;
  /** Unflattened; never a token. */
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

/** Calls in the order in which they were done. In memory: a restart clears it. */
export function callJournal(now: () => number): CallJournal {
  let items: JournalEntry[] = [];
  return {
    add({ fault, parameters, ...entry }) {
      const { Action: _action, Version: _version, WebIdentityToken: _token, ...shown } = parameters;
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
