import { problem } from '../domain/shared/problem.ts';
import type { Template } from '../domain/templates/template.ts';
import { composeCore, composeTemplates, composeVerifier } from './compose.ts';
import { listTemplates, showTemplate } from './http/contract/catalogue.ts';
import { fromCursor, toCursor } from './http/cursor.ts';
import { httpFunction, type Route } from './http/http-function.ts';
import { ProblemError } from './http/problem-details.ts';
import { templateResource } from './http/resources/template-resource.ts';
import { route } from './http/route.ts';

/** The routes on templates. Every authenticated caller may read them: they are files of an open repository. */
export function catalogueRoutes(templates: ReadonlyMap<string, Template>): Route[] {
  const byName = [...templates.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    route(listTemplates, async ({ query: { limit, cursor } }) => {
      const after = fromCursor('/v1/templates', {}, cursor) ?? '';
      const rest = byName.filter(({ name }) => name > after);
      const page = rest.slice(0, limit);
      const last = page.at(-1);
      const next = rest.length > limit && last ? { cursor: toCursor('/v1/templates', {}, last.name) } : {};
      return { status: 200 as const, body: { items: page.map(templateResource), ...next } };
    }),
    route(showTemplate, async ({ path }) => {
      const template = templates.get(path.name ?? '');
      if (template) return { status: 200 as const, body: templateResource(template) };
      const detail = 'There is no template of that name; GET /v1/templates lists them.';
      throw new ProblemError(problem('TEMPLATE_NOT_FOUND', detail));
    }),
  ];
}

const core = composeCore();

/** Shows what can be asked for. */
export const handler = httpFunction(
  core.logger,
  composeVerifier(core),
  catalogueRoutes(composeTemplates(core)),
);
