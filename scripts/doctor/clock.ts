import { bad, type Finding, good } from '../finding.ts';

/** Seconds by which a clock may be wrong. AWS refuses requests that are signed more than five minutes off, and tokens begin and end
 *  by the clock. Our choice. */
const SKEW_SECONDS = 60;

/** Compares this computer's clock with the time that an answer says (RFC 9110, `Date`, in whole seconds). */
export function clockFinding(date: string | null, now: number): Finding {
  const about = 'the clock of this computer is right';
  const said = Date.parse(date ?? '');
  if (Number.isNaN(said))
    return { ...good(about), isWarning: true, remedy: 'Not checked: no answer said the time.' };
  const off = Math.round((now - said) / 1000);
  return Math.abs(off) <= SKEW_SECONDS
    ? good(about)
    : bad(
        about,
        `It is ${Math.abs(off)} seconds ${off > 0 ? 'ahead' : 'behind'}. Synchronise it: tokens and AWS's signatures go by it.`,
      );
}
