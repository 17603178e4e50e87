import { type Instant, plusSeconds, type Seconds } from '../shared/time.ts';

/** A term of a grant: when it began, which is with the grant or with its last approval, and how long it may last. */
export type Term = { since: Instant; max: Seconds | undefined };

/** The latest end of a term; undefined where it has none. */
const latestEndOf = ({ since, max }: Term): Instant | undefined =>
  max === undefined ? undefined : plusSeconds(since, max);

/** The end that holds: what was set, or the latest end of the term where that is earlier. So an end that the log sets
 *  beyond it, by whatever event, has no effect. */
export function endWithin(end: Instant | undefined, term: Term): Instant | undefined {
  const latest = latestEndOf(term);
  return latest !== undefined && (end === undefined || end > latest) ? latest : end;
}
