import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/shared/clock.ts';
import { epochTime } from '../domain/shared/time.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => epochTime(Date.now()),
  sleep: (milliseconds) => wait(milliseconds),
};
