import { valueError } from './parameters.ts';
import { hasStrayBraces, isBuiltIn, placeholdersOf } from './placeholder.ts';
import {
  builtInPositionError,
  conditionPositionError,
  namesIn,
  positionError,
} from './placeholder-position.ts';
import type { TemplateContent, TemplateParameter, TemplateStatement } from './schema.ts';

/** What is wrong with a template, and where in its file, e.g. `['statements', 0, 'resources', 1]`. */
export type FieldErrorAtPath = { path: PropertyKey[]; detail: string };

/** The texts of a statement in which placeholders are allowed, each with its path in the statement. */
export function fillableTexts(
  statement: TemplateStatement,
): { text: string; path: PropertyKey[]; isResource: boolean }[] {
  const conditions = Object.entries(statement.conditions ?? {}).flatMap(([operator, block]) =>
    Object.entries(block).flatMap(([key, texts]) => {
      const path = ['conditions', operator, key];
      return Array.isArray(texts)
        ? texts.map((text, index) => ({ text, path: [...path, index], isResource: false }))
        : [{ text: texts, path, isResource: false }];
    }),
  );
  const resources = statement.resources.map((text, index) => ({
    text,
    path: ['resources', index],
    isResource: true,
  }));
  return [...resources, ...conditions];
}

const parameterOf = ({ parameters }: TemplateContent, name: string): TemplateParameter | undefined =>
  Object.hasOwn(parameters, name) ? parameters[name] : undefined;

/** Every error of a template that its schema cannot find: unknown names, positions where a value would mean something
 *  else, cyclic defaults. */
export function crossErrors(template: TemplateContent): FieldErrorAtPath[] {
  const sids = template.statements.map(({ sid }) => sid);
  const used = new Set([
    ...template.statements.flatMap(({ when }) => when ?? []),
    ...template.statements.flatMap(fillableTexts).flatMap(({ text }) => placeholdersOf(text)),
    ...Object.values(template.parameters).flatMap(defaultTexts).flatMap(placeholdersOf),
  ]);
  return [
    ...template.statements.flatMap((statement, n) => {
      const at = (fieldError: FieldErrorAtPath) => ({
        ...fieldError,
        path: ['statements', n, ...fieldError.path],
      });
      const twice = sids.indexOf(statement.sid) !== n;
      return [
        ...(twice ? [at({ path: ['sid'], detail: `sid is given more than once: ${statement.sid}` })] : []),
        ...statementErrors(template, statement).map(at),
      ];
    }),
    ...Object.entries(template.parameters).flatMap(([name, parameter]) => [
      ...parameterErrors(template, name, parameter),
      ...(used.has(name)
        ? []
        : [{ path: ['parameters', name], detail: `parameter ${name} is never used: use it or remove it` }]),
    ]),
  ];
}

function statementErrors(template: TemplateContent, statement: TemplateStatement): FieldErrorAtPath[] {
  const errors: FieldErrorAtPath[] = [];
  const { when } = statement;
  if (when !== undefined && parameterOf(template, when)?.optional !== true) {
    errors.push({ path: ['when'], detail: `when names ${when}, which is not an optional parameter` });
  }
  for (const { text, path, isResource } of fillableTexts(statement)) {
    if (hasStrayBraces(text)) {
      errors.push({ path, detail: `stray braces in ${text}` });
      continue;
    }
    const lists = namesIn(text).filter((name) => parameterOf(template, name)?.list);
    if (lists.length > 1) {
      errors.push({ path, detail: `${text} holds more than one list: ${lists.join(', ')}` });
    }
    for (const name of namesIn(text)) {
      const detail =
        placeholderError(template, statement, name) ?? standingError(template, name, { text, isResource });
      if (detail) errors.push({ path, detail });
    }
  }
  return errors;
}

function placeholderError(
  template: TemplateContent,
  statement: TemplateStatement,
  name: string,
): string | undefined {
  if (isBuiltIn(name)) return scopeError(template, name);
  const parameter = parameterOf(template, name);
  if (!parameter) return `{{${name}}} is neither a parameter nor a built-in value`;
  return parameter.optional && !isGivenWith(template, name, statement.when)
    ? `{{${name}}} is optional: its statement needs when: ${name}`
    : undefined;
}

/** True if an optional parameter is present whenever `given` is: the same one, or one that must be given together
 *  with it. */
export const isGivenWith = (template: TemplateContent, name: string, given: string | undefined): boolean =>
  given !== undefined && (given === name || parameterOf(template, given)?.with === name);

const scopeError = (template: TemplateContent, name: string): string | undefined =>
  name.startsWith('environment.') && template.scope !== 'environment'
    ? `{{${name}}} needs scope: environment`
    : undefined;

function standingError(
  template: TemplateContent,
  name: string,
  { text, isResource }: { text: string; isResource: boolean },
): string | undefined {
  if (!isResource) return conditionPositionError(text, name);
  const type = parameterOf(template, name)?.type;
  return type ? positionError(text, name, type) : builtInPositionError(text, name);
}

const defaultTexts = ({ default: texts }: TemplateParameter): string[] =>
  texts === undefined ? [] : [texts].flat();

function parameterErrors(
  template: TemplateContent,
  name: string,
  parameter: TemplateParameter,
): FieldErrorAtPath[] {
  const path = ['parameters', name];
  const at = [...path, 'default'];
  const cycle = parameter.default === undefined ? undefined : findCycle(template, name);
  return [
    ...valueErrors(parameter).map((found) => ({ ...found, path: [...path, ...found.path] })),
    ...partnerErrors(template, name, parameter).map((detail) => ({ path: [...path, 'with'], detail })),
    ...apartErrors(template, name, parameter).map((detail) => ({
      path: [...path, 'exclusive', 'apart'],
      detail,
    })),
    ...defaultErrors(template, parameter).map((detail) => ({ path: at, detail })),
    ...(cycle ? [{ path: at, detail: `the default is cyclic: ${cycle.join(' → ')}` }] : []),
  ];
}

/** What is wrong with the parameter that is given together with this one. */
function partnerErrors(template: TemplateContent, name: string, parameter: TemplateParameter): string[] {
  if (parameter.with === undefined) return [];
  const other = parameterOf(template, parameter.with);
  const isPair = parameter.optional && other?.optional === true && other.with === name;
  return isPair && parameter.with !== name
    ? []
    : [`with must name another optional parameter that has with: ${name}`];
}

/** What is wrong with the `apart` parameter of an exclusive one: without a value it would separate no users. */
function apartErrors(template: TemplateContent, name: string, { exclusive }: TemplateParameter): string[] {
  if (typeof exclusive !== 'object') return [];
  const other = parameterOf(template, exclusive.apart);
  const isSound = other && exclusive.apart !== name && !other.optional && !other.list;
  return isSound
    ? []
    : [`apart names ${exclusive.apart}, which is not another required parameter with one value`];
}

/** What is wrong with the values that a parameter itself names, each with its path in the parameter. */
function valueErrors(parameter: TemplateParameter): FieldErrorAtPath[] {
  const values = [
    ...(parameter.allowed ?? []).map((value, index) => ({ value, path: ['allowed', index] })),
    ...(parameter.example === undefined ? [] : [{ value: parameter.example, path: ['example'] }]),
    ...defaultTexts(parameter)
      .filter((text) => placeholdersOf(text).length === 0)
      .map((value) => ({ value, path: ['default'] })),
  ];
  return values.flatMap(({ value, path }) => {
    const fieldError = valueError(parameter, value);
    return fieldError ? [{ path, detail: `${value} ${fieldError}` }] : [];
  });
}

/** What is wrong with the form of a parameter's default, and with the placeholders in it. */
function defaultErrors(template: TemplateContent, parameter: TemplateParameter): string[] {
  if (parameter.default === undefined) return [];
  const errors: string[] = [];
  if (parameter.optional) errors.push('has a default and is optional: choose one');
  if (Array.isArray(parameter.default) !== (parameter.list !== undefined)) {
    errors.push(parameter.list ? 'must be a list, as the parameter' : 'must be one text');
  }
  const texts = defaultTexts(parameter);
  if (parameter.list && texts.length > parameter.list.max) {
    errors.push(`must hold no more than ${parameter.list.max} values`);
  }
  const inTexts = texts.flatMap((text) => [
    ...(hasStrayBraces(text) ? [`stray braces in ${text}`] : []),
    ...namesIn(text).flatMap((other) => defaultPlaceholderError(template, other) ?? []),
  ]);
  return [...errors, ...inTexts];
}

function defaultPlaceholderError(template: TemplateContent, name: string): string | undefined {
  if (isBuiltIn(name)) return scopeError(template, name);
  const parameter = parameterOf(template, name);
  if (!parameter) return `{{${name}}} is neither a parameter nor a built-in value`;
  if (parameter.optional) return `{{${name}}} is optional: a default needs a value that is always present`;
  return parameter.list ? `{{${name}}} is a list: a default is one text` : undefined;
}

/** The cycle from a parameter through defaults back to itself, e.g. `['a', 'b', 'a']`. */
function findCycle(template: TemplateContent, start: string, way: string[] = [start]): string[] | undefined {
  const parameter = parameterOf(template, way.at(-1) ?? '');
  for (const next of parameter ? defaultTexts(parameter).flatMap(namesIn) : []) {
    if (next === start) return [...way, next];
    if (way.includes(next)) continue;
    const found = findCycle(template, start, [...way, next]);
    if (found) return found;
  }
  return undefined;
}
