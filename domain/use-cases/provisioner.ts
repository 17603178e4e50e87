/** How one run of the provisioner ended: nothing left to do; somebody else is at it; or not done yet. */
export type ProvisionerAnswer = { outcome: 'settled' | 'busy' | 'unfinished' };

/** The provisioner, from outside. */
export type Provisioner = {
  /** Has the provisioner work on a grant and waits, for `waitMs` milliseconds at the most. A failed, throttled or
   *  late invocation is `unfinished`: the log says what happened. */
  run(grantId: string, waitMs: number): Promise<ProvisionerAnswer>;
};
