import type { Problem } from './problem.ts';

/** An expected outcome as a value: what was asked for, or the problem that prevents it. Bugs throw
 *  instead. */
export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** A success that carries `value`. */
export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

/** A failure that carries `problem`; fits a `Result` of any type. */
export const fail = (problem: Problem): { ok: false; problem: Problem } => ({ ok: false, problem });

/** Marks a branch that the types exclude. Throws, because reaching it is a bug. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
