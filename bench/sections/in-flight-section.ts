import type { LoadFigures } from '../in-flight/measure-in-flight.ts';
import { type ScriptFigures, scriptCounts } from '../scripts/measure-scripts.ts';
import { head, row } from './markdown.ts';

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

/** Callers at once, with and without faults. */
export function inFlightSection(figures: readonly LoadFigures[]): string[] {
  return [
    '## Callers at once',
    '',
    'Each caller makes a grant in a repository of its own and ends every other one, one caller after the other in each of the lanes; an answer that is no success is repeated after its `Retry-After`. Seconds from the first request until the grant is so. With faults, one in ten IAM calls is throttled and one in twenty DynamoDB calls fails. Afterwards every grant must be as its caller wanted, its log must say so once in an unbroken chain, and IAM must hold the roles of the active grants and no other. The local gateway is one process, and so is everything that it calls.',
    '',
    ...head(
      'in flight',
      'grants',
      'faults',
      'operations a second',
      'new: p50',
      'p95',
      'p99',
      'revoke: p50',
      'p95',
      'p99',
      'answers to repeat',
      'without `Retry-After`',
      'lost or wrong',
    ),
    ...figures.map(({ inFlight, grants, faults, perSecond, request, revoke, answers, ...rest }) =>
      row(
        ...[inFlight, grants, faults ? 'yes' : 'no', perSecond.toFixed(1)],
        ...[request.p50, request.p95, request.p99, revoke.p50, revoke.p95, revoke.p99].map(seconds),
        Object.entries(answers)
          .map(([status, count]) => `${count} × ${status}`)
          .join(', ') || '0',
        rest.withoutRetryAfter,
        rest.wrong.length === 0 ? '0' : `**${rest.wrong.length}**: ${rest.wrong.slice(0, 3).join('; ')}`,
      ),
    ),
    '',
    ...faultGoal(figures),
    '',
  ];
}

/** Throughput with faults against that without, at the highest level. Goal: within a factor of two. */
function faultGoal(figures: readonly LoadFigures[]): string[] {
  const faulty = figures.findLast(({ faults }) => faults);
  const plain = faulty && figures.findLast(({ faults, inFlight }) => !faults && inFlight === faulty.inFlight);
  if (!faulty || !plain) return [];
  const factor = plain.perSecond / faulty.perSecond;
  return [
    `At ${faulty.inFlight} in flight the run without faults does ${factor.toFixed(2)} times the operations of the run with faults. Goal: at most 2${factor <= 2 ? '' : ', **missed**'}.`,
  ];
}

/** Scripts that only make roles. */
export function scriptSection(figures: readonly ScriptFigures[]): string[] {
  return [
    '## Against a script',
    '',
    'Seconds until so many roles exist, one after the other. The scripts (`bench/scripts/`) make a role and put its policy, and do nothing else: no check, no approval, no log. AWS CLI and boto3 come from `npm run jobs:install`. The product’s part creates the repositories, too.',
    '',
    ...head('way', ...scriptCounts.map((count) => `${count} ${count === 1 ? 'grant' : 'grants'}`)),
    ...figures.map(({ way, seconds: taken }) =>
      row(way, ...taken.map((one) => (one === undefined ? 'not installed' : one.toFixed(2)))),
    ),
    '',
  ];
}
