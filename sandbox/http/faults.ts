import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { faultyFields } from './faulty-fields.ts';

/** What every stand-in can do to the next matching call. `lostReply`: the call takes effect, then the connection closes
 *  without an answer. `drop`: the connection closes and nothing was done. */
const commonEffects = ['throttle', 'error', 'forbid', 'delay', 'drop', 'lostReply'] as const;

/** Effects of one stand-in each. `propagation` (IAM): what the call writes stays unseen by reads for `delayMs`.
 *  `indexLag` (DynamoDB): what the call writes stays unseen by indexes for `delayMs`, and an index that it reads is shown as
 *  it was so long ago. */
const specialEffects = { propagation: 'IAM', indexLag: 'DynamoDB' } as const;

export type SpecialEffect = keyof typeof specialEffects;

const faultSchema = z.strictObject({
  match: z.string().min(1),
  effect: z.enum([...commonEffects, 'propagation', 'indexLag']),
  times: z.int().min(1).default(1),
  every: z.int().min(1).max(1000).default(1),
  delayMs: z.int().min(0).max(60_000).default(1000),
  /** Seconds in the `Retry-After` of `throttle`, where the stand-in sends one; none by default. */
  retryAfter: z.int().min(0).max(86_400).optional(),
});

/** One armed fault, as `POST /sandbox/faults` takes it: `{match, effect, times? (1), every? (1), delayMs? (1000), retryAfter?}`.
 *  With `every`, only each so many-th matching call is hit: 10 hits one in ten. */
export type Fault = z.infer<typeof faultSchema>;

export type FaultEffect = Fault['effect'];

/** The faults armed at one stand-in. `matches(match, call)` is the stand-in's own idea of a match;
 *  `*` always matches. */
export type Faults = {
  /** Arms a fault from a request body, or returns the field errors of an invalid body. */
  arm(body: unknown): string[];
  clear(): void;
  /** Takes one use of the first armed fault that matches and whose effect has a meaning for the call; undefined when
   *  none does. */
  take(matches: (match: string) => boolean, isMeant?: (effect: FaultEffect) => boolean): Fault | undefined;
};

/** An empty set of faults of a stand-in with at most one effect of its own. State is in memory: a restart of the sandbox
 *  clears it. */
export function noFaults(special?: SpecialEffect): Faults {
  let armed: (Fault & { passed: number })[] = [];
  return {
    arm(body) {
      const parsed = faultSchema.safeParse(body);
      if (!parsed.success) return faultyFields(parsed.error);
      const { effect } = parsed.data;
      if (effect in specialEffects && effect !== special) {
        return [`/effect: ${effect} is for ${specialEffects[effect as SpecialEffect]} only`];
      }
      armed.push({ ...parsed.data, passed: 0 });
      return [];
    },
    clear() {
      armed = [];
    },
    take(matches, isMeant = () => true) {
      const fault = armed.find((f) => (f.match === '*' || matches(f.match)) && isMeant(f.effect));
      if (!fault) return undefined;
      fault.passed += 1;
      if (fault.passed % fault.every !== 0) return undefined;
      fault.times -= 1;
      armed = armed.filter((f) => f.times > 0);
      return fault;
    },
  };
}

/** Waits for the fault's delay, in milliseconds. */
export const delay = (fault: Fault): Promise<void> => wait(fault.delayMs);
