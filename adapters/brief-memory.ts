import type { Clock } from '../domain/shared/clock.ts';

/** Remembers an outcome for each of a bounded set of keys for `seconds`; what is older is forgotten when it is asked for.
 *  `most` keys are kept, the oldest goes first: what strangers choose must not fill the memory. */
export function briefMemory<T>(clock: Pick<Clock, 'now'>, seconds: number, most = 100) {
  const kept = new Map<string, { until: number; value: T }>();
  return {
    /** The remembered outcome; undefined where there is none or its time is over. */
    recall(key: string): T | undefined {
      const found = kept.get(key);
      if (found && found.until > clock.now()) return found.value;
      kept.delete(key);
      return undefined;
    },
    remember(key: string, value: T): void {
      kept.delete(key);
      kept.set(key, { until: clock.now() + seconds * 1000, value });
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
  };
}
