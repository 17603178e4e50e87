import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { StoredEvent } from '../../../domain/grants/unreadable/stored-event.ts';
import { problem } from '../../../domain/shared/problem.ts';
import { type Instant, instantSchema, later, toInstant } from '../../../domain/shared/time.ts';
import { type AuditPorts, auditEvents } from '../../../domain/use-cases/reading/audit-events.ts';
import { searchEvents } from '../contract/audit.ts';
import { type CursorPorts, fromCursor, toCursor } from '../cursor-binding.ts';
import type { Route } from '../http-function.ts';
import { headerOf } from '../http-request.ts';
import { ProblemError, unwrap } from '../problem-details.ts';
import { eventResource } from '../resources/event-resource.ts';
import { type RequestTo, route } from '../route.ts';

/** No event is older than the product. */
const FIRST_INSTANT = instantSchema.parse('2026-01-01T00:00:00.000Z');
const DAY_MS = 86_400_000;

/** The route on the audit log. */
export function auditRoutes(ports: AuditPorts & CursorPorts): Route[] {
  async function search({ caller, event, query }: RequestTo<typeof searchEvents>) {
    const { limit, cursor, ...filters } = query;
    const { repository, principal, type, stream } = filters;
    const pages = { route: '/v1/events', filters, caller };
    const after = await fromCursor(ports, pages, cursor);
    const span = spanOf(filters, toInstant(later(ports.clock.now(), DAY_MS)));
    const asked = { ...span, repository, principal, type, stream };
    const page = unwrap(await auditEvents(ports, caller, { ...asked, limit, after }));
    const next = await toCursor(ports, pages, page.next);
    return acceptsLines(event) ? linesOf(page.events, event, next) : pageOf(page.events, next);
  }

  return [route(searchEvents, search)];
}

type Filters = RequestTo<typeof searchEvents>['query'];

/** The time that a search looks through: from the first day of the product to `tomorrow` at most. */
function spanOf({ from, to }: Filters | Omit<Filters, 'limit' | 'cursor'>, tomorrow: Instant) {
  if (from !== undefined && to !== undefined && from >= to) {
    const errors = [{ pointer: '/from', detail: 'must be earlier than to' }];
    throw new ProblemError(problem('REQUEST_INVALID', 'The span of time is empty.', { errors }));
  }
  return {
    from: from !== undefined && from > FIRST_INSTANT ? from : FIRST_INSTANT,
    to: to !== undefined && to < tomorrow ? to : tomorrow,
  };
}

const acceptsLines = (event: APIGatewayProxyEventV2): boolean =>
  (headerOf(event, 'accept') ?? '').toLowerCase().includes('application/x-ndjson');

const pageOf = (events: StoredEvent[], next: string | undefined) => ({
  status: 200 as const,
  body: { items: events.map(eventResource), ...(next ? { cursor: next } : {}) },
});

/** A page as NDJSON, its cursor in the link to the next page. */
function linesOf(events: StoredEvent[], event: APIGatewayProxyEventV2, next: string | undefined) {
  const following = new URLSearchParams(event.rawQueryString);
  if (next) following.set('cursor', next);
  return {
    status: 200 as const,
    headers: {
      'content-type': 'application/x-ndjson',
      ...(next ? { link: `</v1/events?${following}>; rel="next"` } : {}),
    },
    body: events.map((item) => `${JSON.stringify(eventResource(item))}\n`).join(''),
  };
}
