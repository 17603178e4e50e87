import type { StreamId } from '../shared/identifiers.ts';
/** The outcome of one run of the provisioner: nothing left to do; another run holds the grant; not done yet; or not done
 *  because the grant's account cannot be reached. */
export const provisionerOutcomes = ['settled', 'busy', 'unfinished', 'unreachable'] as const;

/** See `provisionerOutcomes`. */
export type ProvisionerAnswer = { outcome: (typeof provisionerOutcomes)[number] };

/** The provisioner, from outside. */
export type Provisioner = {
  /** Has the provisioner work on a grant and waits for at most `waitMs` milliseconds. A failed, throttled or
   *  late invocation is `unfinished`: the log says what happened. */
  run(grantId: StreamId, waitMs: number): Promise<ProvisionerAnswer>;
};
