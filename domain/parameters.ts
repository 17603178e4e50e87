import { parameterFault, parameterTypes } from './parameter-type.ts';
import { isOneSegment } from './placeholder.ts';
import { type FieldError, problem, toPointer } from './problem.ts';
import { fail, ok, type Result } from './result.ts';
import type { Template } from './template.ts';

/** The parameter values of a grant by name, as the caller gave them, e.g. `{bucket: 'shop-site'}`. */
export type Parameters = Record<string, string>;

/** Checks what a caller put into `parameters` against a template. Names every faulty one at once; anything wrong here
 *  is `PARAMETERS_INVALID`. */
export function parseParameters(template: Template, given: Record<string, unknown>): Result<Parameters> {
  const faults: FieldError[] = [];
  const add = (name: string, detail: string) =>
    faults.push({ pointer: toPointer(['parameters', name]), detail });
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(template.parameters, name)) add(name, `is not a parameter of ${template.name}`);
  }
  const values: Parameters = {};
  for (const [name, { type, optional }] of Object.entries(template.parameters)) {
    if (!Object.hasOwn(given, name)) {
      if (!optional) add(name, 'is missing');
      continue;
    }
    const value = given[name];
    if (typeof value !== 'string') {
      add(name, 'must be a string');
      continue;
    }
    const fault = parameterFault(type, value) ?? (isOneSegment(value) ? undefined : 'must be one segment');
    if (fault) add(name, fault);
    else values[name] = value;
  }
  if (faults.length === 0) return ok(values);
  const detail = `The parameters do not fit template ${template.name}; GET /v1/templates/${template.name} shows them.`;
  return fail(problem('PARAMETERS_INVALID', detail, { errors: faults }));
}

/** A value of each parameter that its type admits, for the catalogue's example. */
export const exampleParameters = (template: Template): Parameters =>
  Object.fromEntries(
    Object.entries(template.parameters).map(([name, { type }]) => [name, parameterTypes[type].example]),
  );
