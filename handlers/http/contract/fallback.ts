import * as z from 'zod';
import type { Operation } from './operation.ts';

export const checkHealth = {
  id: 'checkHealth',
  method: 'GET',
  path: '/healthz',
  summary: 'Check that the API is up',
  access: 'open',
  successes: { 200: { description: 'The API is up', schema: z.strictObject({ status: z.literal('ok') }) } },
  problems: [],
  example: { status: 200 },
} as const satisfies Operation;

export const readApiDocument = {
  id: 'readApiDocument',
  method: 'GET',
  path: '/openapi.json',
  summary: 'Read this document',
  access: 'open',
  isConditional: true,
  successes: {
    200: {
      description: 'This document',
      schema: z.looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) }),
    },
  },
  problems: [],
  example: { status: 200 },
} as const satisfies Operation;
