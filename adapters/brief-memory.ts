import type { Clock } from '../domain/shared/clock.ts';

/** A cache that keeps an outcome for each key for `seconds`. It holds at most `most` keys and evicts the oldest,
 *  because callers choose the keys and must not fill the memory. */
export function briefMemory<T>(clock: Pick<Clock, 'now'>, seconds: number, most = 100) {
  const kept = new Map<string, { until: number; value: T }>();
  return {
    /** The cached outcome; undefined if there is none or it is too old. */
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
