import * as z from 'zod';
import { problem } from '../domain/problem.ts';
import type { Template } from '../domain/template.ts';
import { composeCore, composeTemplates, composeVerifier } from './compose.ts';
import { fromCursor, toCursor } from './http/cursor.ts';
import { httpFunction, type Route } from './http/http-function.ts';
import { ProblemError } from './http/problem-details.ts';
import { limitSchema, queryOf } from './http/query.ts';
import { templateResource } from './http/template-resource.ts';

const listQuery = z.strictObject({ limit: limitSchema, cursor: z.string().optional() });
const noQuery = z.strictObject({});

/** The routes on templates. Every authenticated caller may read them: they are files of an open repository. */
export function catalogueRoutes(templates: ReadonlyMap<string, Template>): Route[] {
  const byName = [...templates.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    {
      method: 'GET',
      path: '/v1/templates',
      async answer({ event }) {
        const { limit, cursor } = queryOf(event, listQuery);
        const after = fromCursor('/v1/templates', {}, cursor) ?? '';
        const rest = byName.filter(({ name }) => name > after);
        const page = rest.slice(0, limit);
        const last = page.at(-1);
        const next = rest.length > limit && last ? { cursor: toCursor('/v1/templates', {}, last.name) } : {};
        return { status: 200, body: { items: page.map(templateResource), ...next } };
      },
    },
    {
      method: 'GET',
      path: '/v1/templates/{name}',
      async answer({ event }) {
        queryOf(event, noQuery);
        const template = templates.get(event.pathParameters?.name ?? '');
        if (template) return { status: 200, body: templateResource(template) };
        const detail = 'There is no template of that name; GET /v1/templates lists all.';
        throw new ProblemError(problem('TEMPLATE_NOT_FOUND', detail));
      },
    },
  ];
}

const core = composeCore();

/** Shows what can be asked for. */
export const handler = httpFunction(
  core.logger,
  composeVerifier(core),
  catalogueRoutes(composeTemplates(core)),
);
