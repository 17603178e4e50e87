import type { Clock } from '../../../../domain/shared/clock.ts';
import type { EpochMilliseconds } from '../../../../domain/shared/time.ts';
import { asEpoch } from '../../identifiers.ts';

/** What one attempt of a call takes, in milliseconds: enough for two entries never to bear the same time. */
const CALL_MS = 7;

/** The one clock of a walk: of every process and of every stand-in. It moves when somebody sleeps, calls or waits. */
export class WalkClock implements Clock {
  #now = Date.UTC(2027, 0, 15, 8);

  now(): EpochMilliseconds {
    return asEpoch(this.#now);
  }

  async sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  tick(): void {
    this.advance(CALL_MS);
  }
}
