import { matchesPattern } from '../shared/patterns.ts';
import { type FieldError, problem, toPointer } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { didYouMean } from '../shared/suggestion.ts';
import { parameterError, parameterTypes } from './parameters/parameter-types.ts';
import { pastedNameRemedy } from './parameters/pasted-name.ts';
import { isSegments } from './placeholder.ts';
import type { TemplateContent, TemplateParameter } from './schema.ts';

/** One value, or the values of a list parameter: each once, sorted. */
export type ParameterValue = string | string[];

/** The parameter values of a grant by name, e.g. `{bucket: 'shop-site', functions: ['shop-a', 'shop-b']}`. */
export type Parameters = Record<string, ParameterValue>;

/** The single values of a parameter: one, or those of a list. */
export const valuesOf = (value: ParameterValue): string[] => (Array.isArray(value) ? value : [value]);

/** Checks what a caller put into `parameters` against a template. `PARAMETERS_INVALID` names every faulty one at
 *  once. The values of a list are returned sorted and without duplicates, so their order does not change the grant. */
export function parseParameters(
  template: Pick<TemplateContent, 'name' | 'parameters'>,
  given: Record<string, unknown>,
): Result<Parameters> {
  const errors: FieldError[] = [];
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(template.parameters, name)) continue;
    errors.push({
      pointer: toPointer(['parameters', name]),
      detail: unknownParameter(name, template),
    });
  }
  const values: Parameters = {};
  for (const [name, parameter] of Object.entries(template.parameters)) {
    const path = ['parameters', name];
    if (!Object.hasOwn(given, name)) {
      const absence = absenceError(parameter, given);
      if (absence) errors.push({ pointer: toPointer(path), detail: absence });
      continue;
    }
    const found = valueErrors(parameter, given[name], path);
    errors.push(...found);
    if (found.length === 0) values[name] = normalised(given[name] as ParameterValue);
  }
  if (errors.length === 0) return ok(values);
  const detail = `The parameters do not fit template ${template.name}.`;
  const see = { of: 'template' as const, name: template.name };
  return fail(problem('PARAMETERS_INVALID', detail, { errors, see }));
}

/** What an unknown parameter is refused with, and the one that was probably meant. */
function unknownParameter(
  name: string,
  { name: template, parameters }: Pick<TemplateContent, 'name' | 'parameters'>,
): string {
  const meant = didYouMean(name, Object.keys(parameters));
  return meant === '' ? `is not a parameter of ${template}` : `is not a parameter of ${template}.${meant}`;
}

/** Why a missing parameter is required; undefined if it may be absent. */
function absenceError(
  { optional, default: filled, with: partner }: TemplateParameter,
  given: Record<string, unknown>,
): string | undefined {
  if (!optional && filled === undefined) return 'is missing';
  return partner !== undefined && Object.hasOwn(given, partner)
    ? `is missing: it is given together with ${partner}`
    : undefined;
}

function valueErrors(parameter: TemplateParameter, given: unknown, path: (string | number)[]): FieldError[] {
  if (!parameter.list) return singleErrors(parameter, given, path);
  const { max } = parameter.list;
  if (!Array.isArray(given) || given.length < 1 || given.length > max) {
    return [{ pointer: toPointer(path), detail: `must be a list of 1–${max} values` }];
  }
  return given.flatMap((value, index) => singleErrors(parameter, value, [...path, index]));
}

function singleErrors(parameter: TemplateParameter, value: unknown, path: (string | number)[]): FieldError[] {
  const pointer = toPointer(path);
  if (typeof value !== 'string') return [{ pointer, detail: 'must be a string' }];
  const fieldError = valueError(parameter, value);
  return fieldError ? [{ pointer, detail: fieldError }] : [];
}

const normalised = (value: ParameterValue): ParameterValue =>
  Array.isArray(value) ? [...new Set(value)].sort() : value;

/** A value of each parameter that it admits, for the catalogue and the docs. */
export const exampleParameters = (template: Pick<TemplateContent, 'parameters'>): Parameters =>
  Object.fromEntries(
    Object.entries(template.parameters).map(([name, { type, list, example, allowed }]) => {
      const value = example ?? allowed?.[0] ?? parameterTypes[type].example;
      return [name, list ? [value] : value];
    }),
  );

/** Why a parameter does not accept a value: its type's grammar, the template's naming rule, or the allowed values. */
export function valueError(
  { type, pattern, allowed }: Pick<TemplateParameter, 'type' | 'pattern' | 'allowed'>,
  value: string,
): string | undefined {
  const fieldError = parameterError(type, value);
  if (fieldError) {
    const remedy = pastedNameRemedy(type, value);
    return remedy ? `${fieldError}; ${remedy}` : fieldError;
  }
  if (!isSegments(value)) return 'must be segments separated by single slashes';
  if (pattern !== undefined && !matchesPattern(value, pattern))
    return `must follow the naming rule ${pattern}`;
  if (allowed && !allowed.includes(value)) return `must be one of ${allowed.join(', ')}`;
  return undefined;
}
