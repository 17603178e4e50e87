import { problem } from '../../../domain/shared/problem.ts';
import { didYouMean } from '../../../domain/shared/suggestion.ts';
import type { Template } from '../../../domain/templates/template.ts';
import { listTemplates, showTemplate } from '../contract/catalogue.ts';
import type { Route } from '../http-function.ts';
import { ProblemError } from '../problem-details.ts';
import { templateResource } from '../resources/template-resource.ts';
import { route } from '../route.ts';
import { fromTemplateCursor, toTemplateCursor } from './template-cursor.ts';

/** The routes on templates. Every authenticated caller may read them: they are files of an open repository. */
export function catalogueRoutes(templates: ReadonlyMap<string, Template>): Route[] {
  const byName = [...templates.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    route(listTemplates, async ({ query: { limit, cursor } }) => {
      const after = fromTemplateCursor(cursor) ?? '';
      const rest = byName.filter(({ name }) => name > after);
      const page = rest.slice(0, limit);
      const last = page.at(-1);
      const next = rest.length > limit && last ? { cursor: toTemplateCursor(last.name) } : {};
      return { status: 200 as const, body: { items: page.map(templateResource), ...next } };
    }),
    route(showTemplate, async ({ path }) => {
      const template = templates.get(path.name ?? '');
      if (template) return { status: 200 as const, body: templateResource(template) };
      const see = { of: 'templates' as const };
      const detail = `There is no template of that name.${didYouMean(path.name ?? '', [...templates.keys()])}`;
      throw new ProblemError(problem('TEMPLATE_NOT_FOUND', detail, { see }));
    }),
  ];
}
