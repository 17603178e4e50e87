import { type Problem, problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { durationText, type Seconds } from '../shared/time.ts';
import type { LifetimeRule } from './lifetime-rule.ts';

/** The lifetime of a request. `asked` is its `expiresIn`; `begins` says that it begins a grant, which then gets the default
 *  where nothing was asked for. A request on a live grant that asks for nothing leaves its end as it is. `LIFETIME_TOO_LONG`
 *  beyond the maximum. */
export function requestedLifetime(
  { initial, max }: LifetimeRule,
  { asked, begins }: { asked: Seconds | undefined; begins: boolean },
): Result<Seconds | undefined> {
  if (asked === undefined) return ok(begins ? initial : undefined);
  if (max === undefined || asked <= max) return ok(asked);
  const longest = durationText(max);
  const detail = `A grant of this template lasts ${longest} at most here. Ask for ${longest} or less in expiresIn.`;
  return fail(
    problem('LIFETIME_TOO_LONG', detail, {
      errors: [{ pointer: '/expiresIn', detail: `must be ${longest} or less` }],
    }),
  );
}

/** What a request that changes something lacks: `REASON_REQUIRED` without its reason, `LIFETIME_REQUIRED` where the grant
 *  would have no end. */
export function missingFrom(
  { isRequired, needsReason }: LifetimeRule,
  { hasEnd, reason }: { hasEnd: boolean; reason: string | undefined },
): Problem | undefined {
  if (isRequired && !hasEnd) {
    const detail =
      'Grants of this template must end. Say in expiresIn how long it is needed, as P30D or PT12H.';
    return problem('LIFETIME_REQUIRED', detail, {
      errors: [{ pointer: '/expiresIn', detail: 'is missing' }],
    });
  }
  if (needsReason && reason === undefined) {
    const detail =
      'Requests for this template must say why. Give the reason in reason, in 1 to 500 characters.';
    return problem('REASON_REQUIRED', detail, { errors: [{ pointer: '/reason', detail: 'is missing' }] });
  }
  return undefined;
}
