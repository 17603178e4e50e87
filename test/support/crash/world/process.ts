/** One process of the product, which can die: then no promise that it waits for ever settles, so no `catch` and no
 *  `finally` of it runs. */
export class WalkProcess {
  #dead = false;
  #toldDead: () => void = () => {};
  readonly death: Promise<void> = new Promise((resolve) => {
    this.#toldDead = resolve;
  });

  get isDead(): boolean {
    return this.#dead;
  }

  die(): void {
    this.#dead = true;
    this.#toldDead();
  }

  /** The outcome of `work`; `died` when the process died first. */
  run<T>(work: () => Promise<T>): Promise<T | 'died'> {
    return Promise.race([work(), this.death.then(() => 'died' as const)]);
  }
}

/** A promise that never settles. */
export const never = (): Promise<never> => new Promise(() => {});
