import type { EpochMilliseconds } from './time.ts';

/** The one source of time. */
export type Clock = {
  now(): EpochMilliseconds;
  /** Resolves after `milliseconds`. */
  sleep(milliseconds: number): Promise<void>;
};
