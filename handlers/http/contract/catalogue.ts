import { templatePageSchema, templateResourceSchema } from '../resources/template-resource.ts';
import type { Operation } from './operation.ts';
import { pageQuery } from './query-schema.ts';

export const listTemplates = {
  id: 'listTemplates',
  method: 'GET',
  path: '/v1/templates',
  summary: 'List the templates',
  access: 'caller',
  query: pageQuery,
  isConditional: true,
  successes: { 200: { description: 'A page of templates, by name', schema: templatePageSchema } },
  problems: [],
  example: { query: { limit: '100' }, status: 200 },
} as const satisfies Operation;

export const showTemplate = {
  id: 'showTemplate',
  method: 'GET',
  path: '/v1/templates/{name}',
  summary: 'Show a template',
  access: 'caller',
  isConditional: true,
  successes: { 200: { description: 'The template', schema: templateResourceSchema } },
  problems: ['TEMPLATE_NOT_FOUND'],
  example: { path: { name: 's3-static-site' }, status: 200 },
} as const satisfies Operation;
