import * as z from 'zod';
import { eventTypes } from '../../../domain/grants/event.ts';
import { repositoryNameSchema } from '../../../domain/grants/request.ts';
import { epochOf, toInstant } from '../../../domain/shared/time.ts';
import { eventPageSchema, eventSchema } from '../resources/grant-schema.ts';
import type { Operation } from './operation.ts';
import { cursorSchema, limitSchema } from './query-schema.ts';

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'must be an ISO 8601 time' })
  .transform((text) => toInstant(epochOf(text)));

export const searchEvents = {
  id: 'searchEvents',
  method: 'GET',
  path: '/v1/events',
  summary: 'Search the audit log',
  description:
    'Newest first. The indexes are eventually consistent: a page is complete for times older than 60 seconds.',
  access: 'caller',
  query: z.strictObject({
    from: instant.optional().describe('Inclusive'),
    to: instant.optional().describe('Exclusive'),
    repository: repositoryNameSchema.optional().describe('workspace/slug (current or former), or UUID'),
    principal: z
      .string()
      .regex(/^(person|service|pipeline|system):.{1,256}$/, 'must be kind:id, such as person:ada@example.com')
      .optional(),
    type: z.enum(eventTypes).optional(),
    limit: limitSchema,
    cursor: cursorSchema,
  }),
  successes: {
    200: {
      description: 'A page of events; as NDJSON with `Accept: application/x-ndjson`',
      schema: eventPageSchema,
      lines: eventSchema,
      headers: { Link: 'With NDJSON: the next page, `rel="next"`' },
    },
  },
  problems: ['DENIED'],
  example: { query: { from: '2026-11-01', principal: 'person:ada@acme.example' }, status: 200 },
} as const satisfies Operation;
