import type { Clock } from '../../shared/clock.ts';
import { type EpochMilliseconds, later } from '../../shared/time.ts';

/** Calls of IAM that a pass makes in a second, in one account, over time. Our choice: IAM's limits are an account's, are not
 *  published, and others need their share; 5,000 grants are seen within a minute all the same. A freeze makes eight at once, so
 *  that any ten seconds see 48 at most: five a second, which docs/drift.md promises. */
const CALLS_PER_SECOND = 4;

/** Spreads calls evenly over time, and counts them. */
export type Pace = {
  /** Resolves when so many calls may be made. */
  take(calls: number): Promise<void>;
  taken(): number;
};

/** A pace of `CALLS_PER_SECOND`. */
export function paceOf(clock: Clock): Pace {
  let taken = 0;
  let freeAt: EpochMilliseconds = clock.now();
  return {
    async take(calls) {
      const wait = freeAt - clock.now();
      freeAt = later(wait > 0 ? freeAt : clock.now(), (calls * 1000) / CALLS_PER_SECOND);
      taken += calls;
      if (wait > 0) await clock.sleep(wait);
    },
    taken: () => taken,
  };
}
