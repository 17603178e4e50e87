/** Lets the calls of several processes through one at a time, in an order that `choose` decides. */
export class Turnstile {
  #waiting: { who: string; go: () => void }[] = [];
  #step: Promise<unknown> = Promise.resolve();

  /** Puts a gate before each asynchronous method of a port. */
  guard<P extends object>(who: string, port: P): P {
    const names = new Set<string>();
    for (
      let proto: object | null = port;
      proto && proto !== Object.prototype;
      proto = Object.getPrototypeOf(proto)
    ) {
      for (const name of Object.getOwnPropertyNames(proto)) names.add(name);
    }
    const guarded: Record<string, unknown> = {};
    for (const name of names) {
      const method = Reflect.get(port, name);
      if (name === 'constructor' || typeof method !== 'function') continue;
      guarded[name] = async (...args: unknown[]) => {
        await new Promise<void>((go) => this.#waiting.push({ who, go }));
        const step = method.apply(port, args);
        this.#step = Promise.resolve(step).catch(() => undefined);
        return step;
      };
    }
    return guarded as P;
  }

  /** Runs until nobody waits. `choose` gets the number of those who wait, in the order of their names; `afterEach` is
   *  called after every single step. */
  async run(choose: (waiting: number) => number, afterEach: () => Promise<void> | void): Promise<void> {
    for (;;) {
      // The step is done, and with a macrotask everything has happened that needs no gate.
      await macrotask();
      await this.#step;
      await macrotask();
      await afterEach();
      if (this.#waiting.length === 0) return;
      this.#waiting.sort((a, b) => (a.who < b.who ? -1 : 1));
      const [next] = this.#waiting.splice(choose(this.#waiting.length), 1);
      next?.go();
    }
  }
}

const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Runs `story` once for every order of its steps, depth first; returns how many there were. `story` must be the same
 *  each time but for the choices. */
export async function everyOrder(
  story: (choose: (waiting: number) => number) => Promise<void>,
): Promise<number> {
  let path: number[] = [];
  for (let orders = 1; ; orders += 1) {
    const options: number[] = [];
    await story((waiting) => {
      const choice = path[options.length] ?? 0;
      options.push(waiting);
      return choice;
    });
    const taken = options.map((_, i) => path[i] ?? 0);
    const last = options.findLastIndex((count, i) => (taken[i] ?? 0) + 1 < count);
    if (last < 0) return orders;
    path = [...taken.slice(0, last), (taken[last] ?? 0) + 1];
  }
}

/** Runs `story` in so many orders, which follow from the seed. */
export async function someOrders(
  count: number,
  seed: number,
  story: (choose: (waiting: number) => number) => Promise<void>,
): Promise<number> {
  let state = seed >>> 0;
  for (let n = 0; n < count; n += 1) {
    await story((waiting) => {
      // A linear congruential generator (Numerical Recipes); its high bits are the good ones.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * waiting);
    });
  }
  return count;
}
