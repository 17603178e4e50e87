import * as z from 'zod';
import { eventTypes } from '../domain/event.ts';
import { problem } from '../domain/problem.ts';
import { toEpoch, toInstant } from '../domain/time.ts';
import { type AuditPorts, auditEvents } from '../domain/use-cases/read-grants.ts';
import { composeAccess, composeCore, composeRecords, composeVerifier } from './compose.ts';
import { fromCursor, toCursor } from './http/cursor.ts';
import type { HttpAnswer } from './http/http-answer.ts';
import { httpFunction, type Route } from './http/http-function.ts';
import { type HttpRequest, headerOf } from './http/http-request.ts';
import { orProblem } from './http/or-problem.ts';
import { ProblemError } from './http/problem-details.ts';
import { limitSchema, queryOf } from './http/query.ts';

/** No event is older than the product: where the walk back through days ends. */
const FIRST_INSTANT = '2026-01-01T00:00:00.000Z';
const DAY_MS = 86_400_000;

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'must be an ISO 8601 time' })
  .transform((text) => toInstant(toEpoch(text)));

const query = z.strictObject({
  from: instant.optional(),
  to: instant.optional(),
  repository: z.string().min(1).max(200).optional(),
  principal: z
    .string()
    .regex(/^(person|service|pipeline|system):.{1,256}$/, 'must be kind:id, such as person:ada@example.com')
    .optional(),
  type: z.enum(eventTypes).optional(),
  limit: limitSchema,
  cursor: z.string().optional(),
});

/** The route on the audit log. */
export function auditRoutes(ports: AuditPorts): Route[] {
  async function search({ caller, event }: HttpRequest): Promise<HttpAnswer> {
    const { limit, cursor, ...filters } = queryOf(event, query);
    const from = filters.from ?? FIRST_INSTANT;
    const tomorrow = toInstant(ports.clock.now() + DAY_MS);
    const to = filters.to !== undefined && filters.to < tomorrow ? filters.to : tomorrow;
    if (from >= to) {
      const errors = [{ pointer: '/from', detail: 'must be earlier than to' }];
      throw new ProblemError(problem('REQUEST_INVALID', 'The span of time is empty.', { errors }));
    }
    const after = fromCursor('/v1/events', filters, cursor);
    const { repository, type } = filters;
    const principal = filters.principal === undefined ? undefined : toPrincipal(filters.principal);
    const asked = {
      from: from < FIRST_INSTANT ? FIRST_INSTANT : from,
      to,
      repository,
      principal,
      type,
      limit,
      after,
    };
    const page = orProblem(await auditEvents(ports, caller, asked));
    const next = page.next && toCursor('/v1/events', filters, page.next);
    if ((headerOf(event, 'accept') ?? '').includes('application/x-ndjson')) {
      const search = new URLSearchParams(event.rawQueryString);
      if (next) search.set('cursor', next);
      return {
        status: 200,
        headers: {
          'content-type': 'application/x-ndjson',
          ...(next ? { link: `</v1/events?${search}>; rel="next"` } : {}),
        },
        body: page.events.map((item) => `${JSON.stringify(item)}\n`).join(''),
      };
    }
    return { status: 200, body: { items: page.events, ...(next ? { cursor: next } : {}) } };
  }

  return [{ method: 'GET', path: '/v1/events', answer: search }];
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
