import * as z from 'zod';
import { eventTypes } from '../../../domain/grants/event.ts';
import { repositoryNameSchema } from '../../../domain/grants/request.ts';
import { streamIdSchema } from '../../../domain/shared/identifiers.ts';
import { eventItemSchema, eventPageSchema } from '../resources/grant-schema.ts';
import type { Operation } from './operation.ts';
import { cursorSchema, instantSchema, limitSchema, principalQuery } from './query-schema.ts';

export const searchEvents = {
  id: 'searchEvents',
  method: 'GET',
  path: '/v1/events',
  summary: 'Search the audit log',
  description:
    'Newest first. The indexes are eventually consistent: a page is complete for times older than 60 seconds. An event that cannot be read is a marker with `unreadable: true`, for those who may audit everything.',
  access: 'caller',
  query: z.strictObject({
    from: instantSchema.optional().describe('Inclusive'),
    to: instantSchema.optional().describe('Exclusive'),
    repository: repositoryNameSchema.optional().describe('workspace/slug (current or former), or UUID'),
    principal: principalQuery.optional().describe('Who acted, as kind:id'),
    type: z.enum(eventTypes).optional().describe('The type of an event'),
    stream: streamIdSchema.optional().describe('The id of one stream: a grant’s, or one that is no grant’s'),
    limit: limitSchema,
    cursor: cursorSchema,
  }),
  successes: {
    200: {
      description: 'A page of events; as NDJSON with `Accept: application/x-ndjson`',
      schema: eventPageSchema,
      lines: eventItemSchema,
      headers: { Link: 'With NDJSON: the next page, `rel="next"`' },
    },
  },
  problems: ['DENIED'],
  example: { query: { from: '2026-11-01', principal: 'person:ada@acme.example' }, status: 200 },
} as const satisfies Operation;
