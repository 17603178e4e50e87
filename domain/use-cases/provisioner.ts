import type { StreamId } from '../shared/identifiers.ts';
/** The outcome of one run of the provisioner: nothing left to do; another run holds the grant; or not done
 *  yet. */
export type ProvisionerAnswer = { outcome: 'settled' | 'busy' | 'unfinished' };

/** The provisioner, from outside. */
export type Provisioner = {
  /** Has the provisioner work on a grant and waits for at most `waitMs` milliseconds. A failed, throttled or
   *  late invocation is `unfinished`: the log says what happened. */
  run(grantId: StreamId, waitMs: number): Promise<ProvisionerAnswer>;
};
