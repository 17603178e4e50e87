import { patternsOverlap } from '../shared/patterns.ts';
import {
  handsAccessOn,
  IDENTITY,
  KEYS,
  ORGANISATION_AND_BILLING,
  onlyReads,
  TAGS_AT_CREATION,
} from './dangerous-actions.ts';
import { ESCALATION } from './escalation-table.ts';
import { HANDING_ON } from './handing-on-table.ts';
import { LOG_TAMPERING } from './log-tampering-table.ts';
import { isJudgedSafe, reviewedServices } from './reviewed-services.ts';

const lower = (text: string): string => text.toLowerCase();

const isPattern = (text: string): boolean => /[*?]/.test(text);

/** Returns the pattern of a list that overlaps an action of a policy; undefined if none does. IAM compares actions
 *  case-insensitively. */
export function hitOf(patterns: readonly string[]): (action: string) => string | undefined {
  const known = patterns.map(lower);
  const names = new Set(known.filter((one) => !isPattern(one)));
  const wildcards = known.filter(isPattern);
  return (action) => {
    const asked = lower(action);
    // An action without wildcards is the usual case, and has most of a list in common with nothing.
    if (isPattern(asked)) return known.find((pattern) => patternsOverlap(asked, pattern));
    return names.has(asked) ? asked : wildcards.find((pattern) => patternsOverlap(asked, pattern));
  };
}

const serviceOf = (action: string): string => lower(action.split(':')[0] ?? '');

const handingOn = hitOf(HANDING_ON);

/** True for an action that gives access to others. A name that says that it only reads is trusted for reviewed
 *  services alone. */
export const handsOn = (action: string): boolean =>
  (handsAccessOn(lower(action)) && !TAGS_AT_CREATION.includes(lower(action))) ||
  (handingOn(action) !== undefined && !(onlyReads(lower(action)) && reviewedServices.has(serviceOf(action))));

const listed = hitOf([...IDENTITY, ...ORGANISATION_AND_BILLING, ...LOG_TAMPERING, ...KEYS, ...ESCALATION]);

/** True for an action that another rule refuses by name and reports. */
const isListed = (action: string): boolean => listed(action) !== undefined || handsOn(action);

/** True for an action of a service that was not reviewed, unless a list contains it. */
export const isUnknown = (action: string): boolean =>
  !reviewedServices.has(serviceOf(action)) && listed(action) === undefined && handingOn(action) === undefined;

/** True for an action of a reviewed service that is not among those judged safe: refused there, or newer than the
 *  judgements. A wildcard is always more than what was judged. */
export const isUnjudged = (action: string): boolean =>
  reviewedServices.has(serviceOf(action)) &&
  !isJudgedSafe(lower(action)) &&
  (isPattern(action) || !isListed(action));
