import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/shared/clock.ts';

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now(), sleep: (milliseconds) => wait(milliseconds) };
