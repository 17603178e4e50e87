import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { StateStore, Workspace } from './state.ts';

/** Attempts of one delivery, milliseconds that each may take, and between two. Source: Bitbucket, "Troubleshoot webhooks":
 *  two more attempts after a 5xx, 10 seconds; the time between is not documented. */
const MOST_ATTEMPTS = 3;
const ATTEMPT_TIMEOUT_MS = 10_000;
const BETWEEN_ATTEMPTS_MS = 200;
const MOST_KEPT = 1000;

/** One delivery to one hook. The `status` of an attempt is that of its answer, 0 without an answer. */
export type Delivery = {
  requestUuid: string;
  hookUuid: string;
  workspace: string;
  event: string;
  url: string;
  body: string;
  attempts: { number: number; at: string; status: number }[];
  isOver: boolean;
};

/** Delivers events to the hooks that subscribe to them. */
export type Webhooks = {
  /** Sends an event to every active hook of the workspace that subscribes to it, in the background. */
  send(workspace: Workspace, event: string, payload: object): void;
  /** Redelivers under the same `X-Request-UUID`; false if the delivery does not exist. */
  resend(requestUuid: string): boolean;
  items(): Delivery[];
  clear(): void;
  /** Cancels all attempts. */
  close(): Promise<void>;
};

/** The sender of webhooks, over the hooks in the state. ClaimStore are kept in memory, the last thousand. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of its functions is short.
export function webhookSender(store: StateStore, now: () => number): Webhooks {
  let deliveries: Delivery[] = [];
  const running = new Set<Promise<void>>();
  const closing = new AbortController();

  const hookOf = (delivery: Delivery) =>
    store.state.workspaces
      .find(({ slug }) => slug === delivery.workspace)
      ?.hooks.find(({ uuid }) => uuid === delivery.hookUuid);

  async function attempt(delivery: Delivery, number: number): Promise<number> {
    const secret = hookOf(delivery)?.secret;
    const signature = secret && createHmac('sha256', secret).update(delivery.body).digest('hex');
    const response = await fetch(delivery.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Bitbucket-Webhooks/2.0',
        'x-event-key': delivery.event,
        'x-hook-uuid': delivery.hookUuid.replaceAll(/[{}]/g, ''),
        'x-request-uuid': delivery.requestUuid,
        'x-attempt-number': String(number),
        ...(signature ? { 'x-hub-signature': `sha256=${signature}` } : {}),
      },
      body: delivery.body,
      redirect: 'manual',
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    return response.status;
  }

  async function deliver(delivery: Delivery): Promise<void> {
    delivery.isOver = false;
    for (let number = 1; number <= MOST_ATTEMPTS && !closing.signal.aborted; number += 1) {
      const at = new Date(now()).toISOString();
      const status = await attempt(delivery, number).catch(() => 0);
      delivery.attempts.push({ number, at, status });
      if (status < 500) break;
      await wait(BETWEEN_ATTEMPTS_MS, undefined, { signal: closing.signal }).catch(() => {});
    }
    delivery.isOver = true;
  }

  function start(delivery: Delivery): void {
    const work = deliver(delivery).finally(() => running.delete(work));
    running.add(work);
  }

  return {
    send(workspace, event, payload) {
      for (const hook of workspace.hooks) {
        if (!hook.active || !hook.events.includes(event)) continue;
        const delivery: Delivery = {
          requestUuid: randomUUID(),
          hookUuid: hook.uuid,
          workspace: workspace.slug,
          event,
          url: hook.url,
          body: JSON.stringify(payload),
          attempts: [],
          isOver: false,
        };
        deliveries = [...deliveries, delivery].slice(-MOST_KEPT);
        start(delivery);
      }
    },
    resend(requestUuid) {
      const delivery = deliveries.find((one) => one.requestUuid === requestUuid);
      if (delivery) start(delivery);
      return delivery !== undefined;
    },
    items: () => deliveries,
    clear() {
      deliveries = [];
    },
    async close() {
      closing.abort();
      await Promise.all(running);
    },
  };
}
