import { problem } from '../domain/shared/problem.ts';
import { toInstant } from '../domain/shared/time.ts';
import { type AuditPorts, auditEvents } from '../domain/use-cases/reading/read-grants.ts';
import { composeAccess, composeCore, composeRecords, composeVerifier } from './compose.ts';
import { searchEvents } from './http/contract/audit.ts';
import { fromCursor, toCursor } from './http/cursor.ts';
import { httpFunction, type Route } from './http/http-function.ts';
import { headerOf } from './http/http-request.ts';
import { ProblemError, unwrap } from './http/problem-details.ts';
import { type RequestTo, route } from './http/route.ts';

/** No event is older than the product: where the walk back through days ends. */
const FIRST_INSTANT = '2026-01-01T00:00:00.000Z';
const DAY_MS = 86_400_000;

/** The route on the audit log. */
export function auditRoutes(ports: AuditPorts): Route[] {
  async function search({ caller, event, query }: RequestTo<typeof searchEvents>) {
    const { limit, cursor, ...filters } = query;
    const isBackward = filters.from !== undefined && filters.to !== undefined && filters.from >= filters.to;
    if (isBackward) {
      const errors = [{ pointer: '/from', detail: 'must be earlier than to' }];
      throw new ProblemError(problem('REQUEST_INVALID', 'The time range is empty.', { errors }));
    }
    const tomorrow = toInstant(ports.clock.now() + DAY_MS);
    const from = filters.from !== undefined && filters.from > FIRST_INSTANT ? filters.from : FIRST_INSTANT;
    const to = filters.to !== undefined && filters.to < tomorrow ? filters.to : tomorrow;
    const after = fromCursor('/v1/events', filters, cursor);
    const { repository, type } = filters;
    const principal = filters.principal === undefined ? undefined : toPrincipal(filters.principal);
    const asked = {
      from,
      to,
      repository,
      principal,
      type,
      limit,
      after,
    };
    const page = unwrap(await auditEvents(ports, caller, asked));
    const next = page.next && toCursor('/v1/events', filters, page.next);
    if ((headerOf(event, 'accept') ?? '').toLowerCase().includes('application/x-ndjson')) {
      const search = new URLSearchParams(event.rawQueryString);
      if (next) search.set('cursor', next);
      return {
        status: 200 as const,
        headers: {
          'content-type': 'application/x-ndjson',
          ...(next ? { link: `</v1/events?${search}>; rel="next"` } : {}),
        },
        body: page.events.map((item) => `${JSON.stringify(item)}\n`).join(''),
      };
    }
    return { status: 200 as const, body: { items: page.events, ...(next ? { cursor: next } : {}) } };
  }

  return [route(searchEvents, search)];
}

function toPrincipal(text: string): { kind: string; id: string } {
  const colon = text.indexOf(':');
  return { kind: text.slice(0, colon), id: text.slice(colon + 1) };
}

const core = composeCore();

/** Searches the audit log. */
export const handler = httpFunction(
  core.logger,
  composeVerifier(core),
  auditRoutes({ ...composeRecords(core), ...composeAccess(core) }),
);
