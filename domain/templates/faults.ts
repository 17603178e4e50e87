import { builtInPlaceFault, conditionPlaceFault, namesIn, placeFault } from './arn-position.ts';
import { singleFault } from './parameter-value.ts';
import { hasStrayBraces, isBuiltIn, placeholdersOf } from './placeholder.ts';
import type { TemplateContent, TemplateParameter, TemplateStatement } from './schema.ts';

/** What is wrong with a template, and where in its file, e.g. `['statements', 0, 'resources', 1]`. */
export type TemplateFault = { path: PropertyKey[]; detail: string };

/** The texts of a statement in which placeholders may stand, each with its path in the statement. */
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

/** Every fault of a template that its schema does not see: names that lead nowhere, places where a value would mean
 *  something else, defaults that go in circles. */
export function crossFaults(template: TemplateContent): TemplateFault[] {
  const sids = template.statements.map(({ sid }) => sid);
  const used = new Set([
    ...template.statements.flatMap(({ when }) => when ?? []),
    ...template.statements.flatMap(fillableTexts).flatMap(({ text }) => placeholdersOf(text)),
    ...Object.values(template.parameters).flatMap(defaultTexts).flatMap(placeholdersOf),
  ]);
  return [
    ...template.statements.flatMap((statement, n) => {
      const at = (fault: TemplateFault) => ({ ...fault, path: ['statements', n, ...fault.path] });
      const twice = sids.indexOf(statement.sid) !== n;
      return [
        ...(twice ? [at({ path: ['sid'], detail: `sid stands twice: ${statement.sid}` })] : []),
        ...statementFaults(template, statement).map(at),
      ];
    }),
    ...Object.entries(template.parameters).flatMap(([name, parameter]) => [
      ...parameterFaults(template, name, parameter),
      ...(used.has(name)
        ? []
        : [{ path: ['parameters', name], detail: `parameter ${name} is never used: remove it or name it` }]),
    ]),
  ];
}

function statementFaults(template: TemplateContent, statement: TemplateStatement): TemplateFault[] {
  const faults: TemplateFault[] = [];
  const { when } = statement;
  if (when !== undefined && parameterOf(template, when)?.optional !== true) {
    faults.push({ path: ['when'], detail: `when names ${when}, which is not an optional parameter` });
  }
  for (const { text, path, isResource } of fillableTexts(statement)) {
    if (hasStrayBraces(text)) {
      faults.push({ path, detail: `stray braces in ${text}` });
      continue;
    }
    const lists = namesIn(text).filter((name) => parameterOf(template, name)?.list);
    if (lists.length > 1) {
      faults.push({ path, detail: `${text} holds more than one list: ${lists.join(', ')}` });
    }
    for (const name of namesIn(text)) {
      const detail =
        placeholderFault(template, statement, name) ?? standingFault(template, text, name, isResource);
      if (detail) faults.push({ path, detail });
    }
  }
  return faults;
}

function placeholderFault(
  template: TemplateContent,
  statement: TemplateStatement,
  name: string,
): string | undefined {
  if (isBuiltIn(name)) return scopeFault(template, name);
  const parameter = parameterOf(template, name);
  if (!parameter) return `{{${name}}} is neither a parameter nor a built-in value`;
  return parameter.optional && !isGivenWith(template, name, statement.when)
    ? `{{${name}}} is optional: its statement needs when: ${name}`
    : undefined;
}

/** True where an optional parameter is always there once `given` is: the same, or one that is given with it only. */
export const isGivenWith = (template: TemplateContent, name: string, given: string | undefined): boolean =>
  given !== undefined && (given === name || parameterOf(template, given)?.with === name);

const scopeFault = (template: TemplateContent, name: string): string | undefined =>
  name.startsWith('environment.') && template.scope !== 'environment'
    ? `{{${name}}} needs scope: environment`
    : undefined;

function standingFault(
  template: TemplateContent,
  text: string,
  name: string,
  isResource: boolean,
): string | undefined {
  if (!isResource) return conditionPlaceFault(text, name);
  const type = parameterOf(template, name)?.type;
  return type ? placeFault(text, name, type) : builtInPlaceFault(text, name);
}

const defaultTexts = ({ default: texts }: TemplateParameter): string[] =>
  texts === undefined ? [] : [texts].flat();

function parameterFaults(
  template: TemplateContent,
  name: string,
  parameter: TemplateParameter,
): TemplateFault[] {
  const path = ['parameters', name];
  const faults: TemplateFault[] = [];
  const values = [
    ...(parameter.allowed ?? []).map((value, index) => ({ value, at: ['allowed', index] })),
    ...(parameter.example === undefined ? [] : [{ value: parameter.example, at: ['example'] }]),
    ...defaultTexts(parameter)
      .filter((text) => placeholdersOf(text).length === 0)
      .map((value) => ({ value, at: ['default'] })),
  ];
  for (const { value, at } of values) {
    const fault = singleFault(parameter, value);
    if (fault) faults.push({ path: [...path, ...at], detail: `${value} ${fault}` });
  }
  if (parameter.with !== undefined) {
    const other = parameterOf(template, parameter.with);
    const isPair = parameter.optional && other?.optional === true && other.with === name;
    if (!isPair || parameter.with === name) {
      const detail = `with must name another optional parameter that has with: ${name}`;
      faults.push({ path: [...path, 'with'], detail });
    }
  }
  if (parameter.default === undefined) return faults;
  const at = [...path, 'default'];
  if (parameter.optional) faults.push({ path: at, detail: 'has a default and is optional: choose one' });
  if (Array.isArray(parameter.default) !== (parameter.list !== undefined)) {
    faults.push({
      path: at,
      detail: parameter.list ? 'must be a list, as the parameter' : 'must be one text',
    });
  }
  if (parameter.list && defaultTexts(parameter).length > parameter.list.max) {
    faults.push({ path: at, detail: `must hold no more than ${parameter.list.max} values` });
  }
  for (const text of defaultTexts(parameter)) {
    if (hasStrayBraces(text)) faults.push({ path: at, detail: `stray braces in ${text}` });
    for (const other of namesIn(text)) {
      const detail = defaultPlaceholderFault(template, other);
      if (detail) faults.push({ path: at, detail });
    }
  }
  const cycle = findCycle(template, name);
  if (cycle) faults.push({ path: at, detail: `the default is cyclic: ${cycle.join(' → ')}` });
  return faults;
}

function defaultPlaceholderFault(template: TemplateContent, name: string): string | undefined {
  if (isBuiltIn(name)) return scopeFault(template, name);
  const parameter = parameterOf(template, name);
  if (!parameter) return `{{${name}}} is neither a parameter nor a built-in value`;
  if (parameter.optional) return `{{${name}}} is optional: a default needs a value that is always there`;
  return parameter.list ? `{{${name}}} is a list: a default is one text` : undefined;
}

/** The way from a parameter over defaults back to itself, e.g. `['a', 'b', 'a']`. */
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
