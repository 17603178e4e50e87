import type { Instant } from '../shared/time.ts';
import type { NewEvent } from './event.ts';
import { type Grant, type RequestInForce, waitingRequest } from './grant.ts';

/** True if a request has lapsed at an instant. `lapsesAt` itself is still in time. A request that needs no decision
 *  never lapses. `approvals.lapseAfterHours` of the configuration sets `lapsesAt` when the request is made. */
export const hasLapsed = ({ proposal }: Pick<RequestInForce, 'proposal'>, at: Instant): boolean =>
  proposal !== undefined && proposal.lapsesAt < at;

/** The event that ends a request that was not decided in time; undefined without such a request. */
export function decideLapse(grant: Grant, now: Instant): NewEvent | undefined {
  const waiting = waitingRequest(grant);
  if (!waiting || !hasLapsed(waiting, now)) return undefined;
  const { repository, account } = grant.request.intent;
  return { type: 'RequestLapsed', data: { repository, account, planHash: waiting.planHash } };
}
