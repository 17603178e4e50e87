/** A value before a request, and after it; absent where there is none. */
export type NowThen<T> = { now?: T; then?: T };

/** The two values without what is undefined. */
export const nowThen = <T>(now: T | undefined, after: T | undefined): NowThen<T> => ({
  ...(now === undefined ? {} : { now }),
  // biome-ignore lint/suspicious/noThenProperty: the contract's name; its value is no function, so it is not awaited.
  ...(after === undefined ? {} : { then: after }),
});
