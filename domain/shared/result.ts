import type { Problem } from './problem.ts';

/** An expected outcome as a value: what was asked for, or why it cannot be. Bugs throw instead. */
export type Result<T, E = Problem> = Success<T> | Failure<E>;

/** What was asked for. */
export type Success<T> = { ok: true; value: T };

/** Why it cannot be. */
export type Failure<E = Problem> = { ok: false; problem: E };

/** A success that carries `value`; fits a `Result` with any failure. */
export const ok = <T>(value: T): Success<T> => ({ ok: true, value });

/** A failure that carries `problem`; fits a `Result` of any value. */
export const fail = <E>(problem: E): Failure<E> => ({ ok: false, problem });

/** Marks a branch that the types exclude. Throws, because reaching it is a bug. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
