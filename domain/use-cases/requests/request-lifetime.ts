import { isEarlyRenewal } from '../../grants/deciders/decide-request.ts';
import { changeOf, type Grant, isLive, type RequestInForce } from '../../grants/grant.ts';
import { requestedLifetime } from '../../lifetimes/asked-lifetime.ts';
import type { LifetimeRule } from '../../lifetimes/lifetime-rule.ts';
import type { AskedLifetime } from '../../planning/plan.ts';
import { ok, type Result } from '../../shared/result.ts';
import { type Instant, plusSeconds, type Seconds } from '../../shared/time.ts';

/** The lifetime of a request on a grant as it is. `lifetime` is what the command asks for. `planned` is what the plan shows:
 *  nothing where the request renews so early that the end stays. `hasEnd`: the grant would end. */
export type RequestLifetime = {
  lifetime: AskedLifetime | undefined;
  planned: AskedLifetime | undefined;
  hasEnd: boolean;
};

/** See `RequestLifetime`. `asked` is the request's `expiresIn`. `LIFETIME_TOO_LONG` beyond the maximum. */
export function lifetimeOfRequest(
  rule: LifetimeRule,
  { grant, asked, now }: { grant: Grant | undefined; asked: Seconds | undefined; now: Instant },
): Result<RequestLifetime> {
  const wanted = requestedLifetime(rule, { asked, begins: begins(grant) });
  if (!wanted.ok) return wanted;
  const inSeconds = wanted.value;
  const liveEnd = grant?.state === 'active' ? grant.expiresAt : undefined;
  if (inSeconds === undefined) {
    return ok({ lifetime: undefined, planned: undefined, hasEnd: liveEnd !== undefined });
  }
  const lifetime = { inSeconds, at: plusSeconds(now, inSeconds) };
  const isEarly =
    grant?.state === 'active' &&
    isEarlyRenewal(grant, { expiresInSeconds: inSeconds, expiresAt: lifetime.at });
  return ok({ lifetime, planned: isEarly ? undefined : lifetime, hasEnd: true });
}

/** True where a request begins a grant, or takes the place of one that waits. */
const begins = (grant: Grant | undefined): boolean =>
  grant === undefined || grant.state === 'pending' || !isLive(grant.state);

/** True where a request in force or in progress lasts for as long as a repeated one asks for. Without `asked` a request that
 *  began the grant got what the rule gives. */
export const lastsAsAsked = (
  { expiresInSeconds }: RequestInForce,
  asked: Seconds | undefined,
  { initial }: LifetimeRule,
): boolean => expiresInSeconds === asked || (asked === undefined && expiresInSeconds === initial);

/** True when a request adds no lifetime to the one that is under way: it asks for none, or for as long. */
export function asksForAsLong(grant: Grant | undefined, asked: Seconds | undefined): boolean {
  const underWay = grant && (changeOf(grant) ?? grant.request);
  return asked === undefined || asked === underWay?.expiresInSeconds;
}
