import type { Evidence } from './evidence.ts';

/** Invariant 7, as far as it can be seen behind the token verifier: a pipeline reaches only its own repository, and whoever
 *  may not ask changes nothing in the log, in the read model or in IAM. For stories in which nobody may. */
export function nothingForRefusedCallers({ events, row, writes }: Evidence): string[] {
  return [
    ...events.map(({ type }) => `${type} was written for a caller who may not ask`),
    ...(row ? ['a row was written for a caller who may not ask'] : []),
    ...writes.map(({ action }) => `${action} was done for a caller who may not ask`),
  ];
}
