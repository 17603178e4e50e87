import { type FieldError, problem, toPointer } from '../shared/problem.ts';
import { fail, type Result } from '../shared/result.ts';
import { type BuiltInContext, builtInValue } from './built-ins.ts';
import { type Parameters, parseParameters } from './parameters.ts';
import { fillPlaceholders, isBuiltIn, isOneSegment, placeholdersOf } from './placeholder.ts';
import type { TemplateParameter } from './schema.ts';
import type { Template } from './template.ts';

/** The parameters of a grant with every default filled in. A filled value has passed the type, the naming rule and the
 *  allow-list like a given one (`PARAMETERS_INVALID` names what to give instead). What comes out goes into the intent, so
 *  a later rename of the repository changes no grant. */
export function fillDefaults(
  template: Template,
  given: Parameters,
  context: BuiltInContext,
): Result<Parameters> {
  const filled: Parameters = { ...given };
  const errors: FieldError[] = [];
  const waiting = Object.keys(template.parameters).filter(
    (name) => !Object.hasOwn(filled, name) && template.parameters[name]?.default !== undefined,
  );
  // A template has no cyclic default, so each round fills at least one.
  for (let left = waiting; left.length > 0; ) {
    const later: string[] = [];
    for (const name of left) {
      const texts = [template.parameters[name]?.default ?? []].flat();
      const others = texts.flatMap(placeholdersOf).filter((other) => !isBuiltIn(other));
      if (others.some((other) => left.includes(other))) {
        later.push(name);
        continue;
      }
      const values = valuesFor(texts, filled, context);
      if ('missing' in values) errors.push(missing(name, values.missing));
      else filled[name] = defaultWith(template.parameters[name], texts, values.found);
    }
    if (later.length === left.length) throw new Error(`template ${template.name} has a cyclic default`);
    left = later;
  }
  if (errors.length === 0) return parseParameters(template, filled);
  const detail = `A default of template ${template.name} cannot be used here; give these parameters.`;
  return fail(problem('PARAMETERS_INVALID', detail, { errors: errors }));
}

function defaultWith(
  parameter: TemplateParameter | undefined,
  texts: readonly string[],
  found: ReadonlyMap<string, string>,
): string | string[] {
  const full = texts.map((text) => fillPlaceholders(text, found).join());
  return parameter?.list ? full : full.join();
}

const missing = (name: string, of: string): FieldError => ({
  pointer: toPointer(['parameters', name]),
  detail: `must be given: its default needs ${of}, which is absent or holds characters with a meaning in IAM`,
});

function valuesFor(
  texts: readonly string[],
  filled: Parameters,
  context: BuiltInContext,
): { found: Map<string, string> } | { missing: string } {
  const found = new Map<string, string>();
  for (const name of texts.flatMap(placeholdersOf)) {
    const value = isBuiltIn(name) ? builtInValue(name, context) : filled[name];
    if (typeof value !== 'string' || (isBuiltIn(name) && !isOneSegment(value))) return { missing: name };
    found.set(name, value);
  }
  return { found };
}
