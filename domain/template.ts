import * as z from 'zod';
import { canonicalHash } from './canonical-hash.ts';
import { NAME } from './identifiers.ts';
import { parameterTypeNames } from './parameter-type.ts';
import { hasStrayBraces, isBuiltIn, placeholdersOf } from './placeholder.ts';
import { toFieldErrors } from './problem.ts';

const parameterName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]{0,31}$/, 'must be camelCase, 1–32 letters and digits');

const placeholderFree = z.string().regex(/^[^{}]+$/, 'holds no placeholder: those stand in values only');

/** The most values that a list parameter may take. Our choice: longer lists belong into a narrower design. */
const LONGEST_LIST = 20;

const statementSchema = z.strictObject({
  sid: z.string().regex(/^[A-Za-z0-9]{1,64}$/, 'must be 1–64 letters and digits'),
  when: parameterName.optional(),
  actions: z
    .array(z.string().regex(/^[a-z0-9-]+:[A-Za-z0-9]+$/, 'must be service:Action without wildcards'))
    .min(1),
  resources: z.array(z.string().min(1)).min(1),
  conditions: z
    .record(placeholderFree, z.record(placeholderFree, z.union([z.string(), z.array(z.string()).min(1)])))
    .optional(),
});

const parameterSchema = z.strictObject({
  type: z.enum(parameterTypeNames),
  description: z.string().min(1).max(200),
  optional: z.boolean().default(false),
  list: z.strictObject({ max: z.int().min(1).max(LONGEST_LIST) }).optional(),
});

const templateSchema = z.strictObject({
  name: z.string().regex(NAME, 'must start with a letter, 1–32 lower-case letters, digits and hyphens'),
  description: z.string().min(1).max(200),
  parameters: z.record(parameterName, parameterSchema),
  scope: z.enum(['any', 'environment']).default('any'),
  approval: z.enum(['none', 'required']).default('none'),
  requestableBy: z
    .array(z.enum(['person', 'service', 'pipeline', 'system']))
    .min(1)
    .default(['person', 'service']),
  maxSessionDuration: z.int().min(3600).max(43_200).default(3600),
  statements: z.array(statementSchema).min(1),
});

/** One statement of a template; placeholders stand in `resources` and condition values only. */
export type TemplateStatement = z.infer<typeof statementSchema>;

/** One parameter of a template. With `list` it takes 1 to `max` values, each of the type. */
export type TemplateParameter = z.infer<typeof parameterSchema>;

/** A named, parameterised permissions policy. `version` is the hash of its meaning (16 hex characters): changing a
 *  description keeps it, changing anything that decides who gets what changes it. `maxSessionDuration` in seconds,
 *  3 600–43 200 (source: IAM API Reference, CreateRole). */
export type Template = z.infer<typeof templateSchema> & { version: string };

/** A template from the parsed YAML of its file. Returns every fault as `path: sentence`; an empty template list of
 *  faults means that the template is sound in itself. */
export function parseTemplate(
  fileName: string,
  content: unknown,
): { template: Template } | { faults: string[] } {
  const parsed = templateSchema.safeParse(content);
  if (!parsed.success) {
    return {
      faults: toFieldErrors(parsed.error).map((f) => `templates/${fileName}${f.pointer}: ${f.detail}`),
    };
  }
  const template = { ...parsed.data, version: versionOf(parsed.data) };
  const faults = crossFaults(template).map((fault) => `templates/${fileName}: ${fault}`);
  if (fileName !== `${template.name}.yaml`) {
    faults.push(`templates/${fileName}: must be called ${template.name}.yaml`);
  }
  return faults.length > 0 ? { faults } : { template };
}

function versionOf(template: z.infer<typeof templateSchema>): string {
  const { description: _, parameters, requestableBy, ...meaning } = template;
  const parameterMeaning = Object.entries(parameters).map(([name, { description: __, ...p }]) => [name, p]);
  const body = {
    ...meaning,
    parameters: parameterMeaning.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    requestableBy: [...requestableBy].sort(),
  };
  return canonicalHash(JSON.parse(JSON.stringify(body))).slice(0, 16);
}

/** The texts of a statement in which placeholders may stand. */
export function fillableTexts(statement: TemplateStatement): string[] {
  const blocks = Object.values(statement.conditions ?? {}).flatMap((block) => Object.values(block).flat());
  return [...statement.resources, ...blocks];
}

function crossFaults(template: Template): string[] {
  const faults: string[] = [];
  const used = new Set<string>();
  const sids = new Set<string>();
  for (const statement of template.statements) {
    const where = `statement ${statement.sid}`;
    if (sids.has(statement.sid)) faults.push(`${where}: sid stands twice`);
    sids.add(statement.sid);
    if (statement.when !== undefined) {
      used.add(statement.when);
      if (template.parameters[statement.when]?.optional !== true) {
        faults.push(`${where}: when names ${statement.when}, which is not an optional parameter`);
      }
    }
    for (const text of fillableTexts(statement)) {
      if (hasStrayBraces(text)) faults.push(`${where}: stray braces in ${text}`);
      const lists = new Set(placeholdersOf(text).filter((name) => isList(template, name)));
      if (lists.size > 1) {
        faults.push(`${where}: ${text} holds more than one list: ${[...lists].join(', ')}`);
      }
      for (const name of placeholdersOf(text)) {
        used.add(name);
        faults.push(...placeholderFaults(template, statement, name).map((f) => `${where}: ${f}`));
      }
    }
  }
  for (const name of Object.keys(template.parameters)) {
    if (!used.has(name)) faults.push(`parameter ${name}: is never used`);
  }
  return faults;
}

const isList = ({ parameters }: Template, name: string): boolean =>
  Object.hasOwn(parameters, name) && parameters[name]?.list !== undefined;

function placeholderFaults(template: Template, statement: TemplateStatement, name: string): string[] {
  if (isBuiltIn(name)) {
    return name.startsWith('environment.') && template.scope !== 'environment'
      ? [`{{${name}}} needs scope: environment`]
      : [];
  }
  const parameter = Object.hasOwn(template.parameters, name) ? template.parameters[name] : undefined;
  if (!parameter) return [`{{${name}}} is neither a parameter nor a built-in value`];
  return parameter.optional && statement.when !== name
    ? [`{{${name}}} is optional: its statement needs when: ${name}`]
    : [];
}
