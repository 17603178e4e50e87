import type { ClaimStore } from '../../../../domain/messaging/ports.ts';
import type { Clock } from '../../../../domain/shared/clock.ts';

type Kept = { until: string; message?: { channel: string; ts: string } };

/** ClaimStore in memory. */
export class FakeClaimStore implements ClaimStore {
  readonly claims = new Map<string, Kept>();
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  async claim(id: string, until: string): Promise<boolean> {
    const kept = this.claims.get(id);
    if (kept && Date.parse(kept.until) > this.#clock.now()) return false;
    this.claims.set(id, { until });
    return true;
  }

  async keepMessage(id: string, message: { channel: string; ts: string }, until: string): Promise<void> {
    const kept = this.claims.get(id);
    if (!kept) throw new Error(`${id} was not claimed`);
    Object.assign(kept, { message, until });
  }

  async findMessage(id: string): Promise<{ channel: string; ts: string } | undefined> {
    return this.claims.get(id)?.message;
  }

  async release(id: string): Promise<void> {
    this.claims.delete(id);
  }
}
