import { type FieldError, problem, toPointer } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { parameterTypes } from './parameter-type.ts';
import { singleFault } from './parameter-value.ts';
import type { TemplateParameter } from './schema.ts';
import type { Template } from './template.ts';

/** One value, or the values of a list parameter: each once, sorted. */
export type ParameterValue = string | string[];

/** The parameter values of a grant by name, e.g. `{bucket: 'shop-site', functions: ['shop-a', 'shop-b']}`. */
export type Parameters = Record<string, ParameterValue>;

/** The single values of a parameter: one, or those of a list. */
export const valuesOf = (value: ParameterValue): string[] => (Array.isArray(value) ? value : [value]);

/** Checks what a caller put into `parameters` against a template. Names every faulty one at once; anything wrong here
 *  is `PARAMETERS_INVALID`. The values of a list come back each once and sorted, so that order makes no other grant. */
export function parseParameters(template: Template, given: Record<string, unknown>): Result<Parameters> {
  const faults: FieldError[] = [];
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(template.parameters, name)) continue;
    faults.push({
      pointer: toPointer(['parameters', name]),
      detail: `is not a parameter of ${template.name}`,
    });
  }
  const values: Parameters = {};
  for (const [name, parameter] of Object.entries(template.parameters)) {
    const path = ['parameters', name];
    if (!Object.hasOwn(given, name)) {
      const isFilled = parameter.optional || parameter.default !== undefined;
      const partner = parameter.with;
      if (!isFilled) faults.push({ pointer: toPointer(path), detail: 'is missing' });
      else if (partner !== undefined && Object.hasOwn(given, partner))
        faults.push({ pointer: toPointer(path), detail: `is missing: it is given together with ${partner}` });
      continue;
    }
    const found = valueFaults(parameter, given[name], path);
    faults.push(...found);
    if (found.length === 0) values[name] = normalised(given[name] as ParameterValue);
  }
  if (faults.length === 0) return ok(values);
  const detail = `The parameters do not fit template ${template.name}; GET /v1/templates/${template.name} shows them.`;
  return fail(problem('PARAMETERS_INVALID', detail, { errors: faults }));
}

function valueFaults(parameter: TemplateParameter, given: unknown, path: (string | number)[]): FieldError[] {
  if (!parameter.list) return singleFaults(parameter, given, path);
  const { max } = parameter.list;
  if (!Array.isArray(given) || given.length < 1 || given.length > max) {
    return [{ pointer: toPointer(path), detail: `must be a list of 1–${max} values` }];
  }
  return given.flatMap((value, index) => singleFaults(parameter, value, [...path, index]));
}

function singleFaults(parameter: TemplateParameter, value: unknown, path: (string | number)[]): FieldError[] {
  const pointer = toPointer(path);
  if (typeof value !== 'string') return [{ pointer, detail: 'must be a string' }];
  const fault = singleFault(parameter, value);
  return fault ? [{ pointer, detail: fault }] : [];
}

const normalised = (value: ParameterValue): ParameterValue =>
  Array.isArray(value) ? [...new Set(value)].sort() : value;

/** A value of each parameter that it admits, for the catalogue and the docs. */
export const exampleParameters = (template: Pick<Template, 'parameters'>): Parameters =>
  Object.fromEntries(
    Object.entries(template.parameters).map(([name, { type, list, example, allowed }]) => {
      const value = example ?? allowed?.[0] ?? parameterTypes[type].example;
      return [name, list ? [value] : value];
    }),
  );
