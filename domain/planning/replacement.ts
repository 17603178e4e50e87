import { canonicalJson } from '../shared/canonical-hash.ts';
import type { Parameters, ParameterValue } from '../templates/parameters.ts';
import { type NowThen, nowThen } from './now-then.ts';

/** A parameter that a request changes: its value `now`, absent where it is added, and `then`, absent where it is removed. */
export type Replacement = { parameter: string } & NowThen<ParameterValue>;

/** What a request's parameters replace of those that are live, by name; empty where nothing is live. The order of a list
 *  means nothing to a policy, so a list in another order is the same. */
export function replacementsOf(now: Parameters | undefined, then: Parameters): Replacement[] {
  if (now === undefined) return [];
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])].sort();
  return names.flatMap((parameter) => {
    const [before, after] = [now[parameter], then[parameter]];
    if (asSet(before) === asSet(after)) return [];
    return [{ parameter, ...nowThen(before, after) }];
  });
}

const asSet = (value: ParameterValue | undefined): string | undefined =>
  value === undefined ? undefined : canonicalJson([value].flat().sort());

/** A replacement in words, e.g. `bucket shop-old → shop-new`. */
export const replacementText = ({ parameter, now, then }: Replacement): string =>
  `${parameter} ${valueText(now)} → ${valueText(then)}`;

const valueText = (value: ParameterValue | undefined): string =>
  value === undefined ? 'none' : [value].flat().join(', ');
