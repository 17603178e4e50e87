/** One call of Bitbucket's API. `path` is as sent, without the query; `status` is what was answered, or would have
 *  been had the reply not been lost, 0 for a dropped call. Credentials are not kept. */
export type BitbucketCall = { at: string; method: string; path: string; status: number };

const MAX_CALLS = 10_000;

/** The calls since the start or the last `clear`, oldest first; beyond 10 000 the oldest are dropped. */
export type CallLog = { record(call: BitbucketCall): void; items(): BitbucketCall[]; clear(): void };

/** An empty log, in memory. */
export function callLog(): CallLog {
  let items: BitbucketCall[] = [];
  return {
    record(call) {
      items.push(call);
      if (items.length > MAX_CALLS) items.shift();
    },
    items: () => items,
    clear() {
      items = [];
    },
  };
}
