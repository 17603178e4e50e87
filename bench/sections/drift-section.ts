import type { DriftFigures } from '../drift/measure-drift.ts';
import { head, row } from './markdown.ts';

/** Seconds in which a pass must end, calls of IAM in a second that it may make, and how much memory may grow by. Goals of the
 *  house. */
const WITHIN_SECONDS = 3600;
const CALLS_PER_SECOND = 5;

const against = (value: number, most: number, text: string): string =>
  value <= most ? text : `${text} **missed**`;

/** Passes over drift at every size. */
export function driftSection(figures: readonly DriftFigures[]): string[] {
  const atRest = figures.filter(({ altered }) => altered === 0);
  const [first] = atRest;
  const last = atRest.at(-1);
  if (!first || !last) return [];
  return [
    '## Drift',
    '',
    'A pass over one account, whose grants have a role each: the reconciler’s real adapters over the stand-ins, in real time. Altered roles were closed by hand, one in a hundred of the new ones; the provisioner looks at each, freezes its grant and closes the role. IAM calls are all that were sent, the provisioner’s included; a second is the busiest ten seconds’ average. Memory is what was alive at any call of the pass, garbage collected first, less what was alive before. Goals: 5,000 grants within an hour, at most 5 calls of IAM a second, memory flat.',
    '',
    ...head(
      'grants',
      'altered',
      'seconds',
      'runs',
      'IAM calls',
      'a run',
      'a second, at most',
      'DynamoDB calls a grant',
      'live memory, MB',
    ),
    ...figures.map((one) =>
      row(
        one.grants.toLocaleString('en'),
        one.altered.toLocaleString('en'),
        against(one.seconds, WITHIN_SECONDS, one.seconds.toFixed(1)),
        String(one.runs),
        String(one.iamCalls),
        (one.iamCalls / one.runs).toFixed(0),
        against(one.perSecond, CALLS_PER_SECOND, one.perSecond.toFixed(1)),
        (one.dynamodbCalls / one.grants).toFixed(2),
        one.liveMegabytes.toFixed(1),
      ),
    ),
    '',
    `From ${first.grants.toLocaleString('en')} to ${last.grants.toLocaleString('en')} grants the memory of a pass grows from ${first.liveMegabytes.toFixed(1)} to ${last.liveMegabytes.toFixed(1)} MB, by ${((1000 * (last.liveMegabytes - first.liveMegabytes)) / (last.grants - first.grants)).toFixed(2)} kB for each grant more: the ids that were seen.`,
    '',
  ];
}
