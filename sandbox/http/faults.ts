import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { faultyFields } from './faulty-fields.ts';

/** The effect on the next matching call. `lostReply`: the call takes effect, then the connection closes without an
 *  answer. `drop`: the connection closes, and the call has no effect. `propagation` (IAM only): reads do not see what
 *  the call writes for `delayMs`. */
export type FaultEffect = 'throttle' | 'error' | 'forbid' | 'delay' | 'drop' | 'lostReply' | 'propagation';

const faultSchema = z.strictObject({
  match: z.string().min(1),
  effect: z.enum(['throttle', 'error', 'forbid', 'delay', 'drop', 'lostReply', 'propagation']),
  times: z.int().min(1).default(1),
  delayMs: z.int().min(0).max(60_000).default(1000),
});

/** One armed fault, as `POST /sandbox/faults` takes it: `{match, effect, times? (1), delayMs? (1000)}`. */
export type Fault = z.infer<typeof faultSchema>;

/** The faults armed at one stand-in. `matches(match, call)` is the stand-in's definition of a match; `*` always
 *  matches. */
export type Faults = {
  /** Arms a fault from a request body, or returns the field errors of an invalid body. */
  arm(body: unknown): string[];
  clear(): void;
  /** Takes one use of the first armed fault that matches; undefined when none does. */
  take(matches: (match: string) => boolean): Fault | undefined;
};

/** An empty set of faults. State is in memory: a restart of the sandbox clears it. */
export function noFaults(): Faults {
  let armed: Fault[] = [];
  return {
    arm(body) {
      const parsed = faultSchema.safeParse(body);
      if (!parsed.success) return faultyFields(parsed.error);
      armed.push({ ...parsed.data });
      return [];
    },
    clear() {
      armed = [];
    },
    take(matches) {
      const fault = armed.find((f) => f.match === '*' || matches(f.match));
      if (!fault) return undefined;
      fault.times -= 1;
      armed = armed.filter((f) => f.times > 0);
      return fault;
    },
  };
}

/** Waits for the fault's delay, in milliseconds. */
export const delay = (fault: Fault): Promise<void> => wait(fault.delayMs);
