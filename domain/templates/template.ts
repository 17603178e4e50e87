import type * as z from 'zod';
import { canonicalHash } from '../shared/canonical-hash.ts';
import { fieldRule } from '../shared/field-messages.ts';
import { toPointer } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { actsThroughErrors } from './acts-through.ts';
import { crossErrors, type FieldErrorAtPath } from './field-errors.ts';
import { type TemplateContent, templateSchema } from './schema.ts';
import { stepErrors } from './step/step-errors.ts';

/** A named, parameterised permissions policy. `version` is the hash of its meaning (16 hex characters): changing a
 *  description keeps it, changing anything that decides who gets what changes it. */
export type Template = TemplateContent & { version: string };

/** A template from the parsed YAML of its file, or every error of it, each with its path in the file. */
export function readTemplate(fileName: string, content: unknown): Result<Template, FieldErrorAtPath[]> {
  // A file is read once in the life of a process: compiling a parser first would take longer than it saves.
  const parsed = templateSchema.safeParse(content, { jitless: true, error: fieldRule });
  if (!parsed.success) return fail(parsed.error.issues.flatMap(schemaErrors));
  const template = { ...parsed.data, version: versionOf(parsed.data) };
  const errors = [...crossErrors(parsed.data), ...stepErrors(parsed.data), ...actsThroughErrors(parsed.data)];
  if (fileName !== `${template.name}.yaml`) {
    errors.push({ path: ['name'], detail: `the file must be called ${template.name}.yaml` });
  }
  return errors.length > 0 ? fail(errors) : ok(template);
}

function schemaErrors(issue: z.core.$ZodIssue): FieldErrorAtPath[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], detail: 'is not a known field' }));
  }
  const detail = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return [{ path: issue.path, detail: detail ?? issue.message }];
}

/** As `readTemplate`, with each error as `templates/file.yaml/path: sentence`. */
export function parseTemplate(fileName: string, content: unknown): Result<Template, string[]> {
  const read = readTemplate(fileName, content);
  if (read.ok) return read;
  return fail(read.problem.map(({ path, detail }) => `templates/${fileName}${toPointer(path)}: ${detail}`));
}

function versionOf(template: TemplateContent): string {
  const { description, actsThrough, image, services, setup, usage, pipes, notes, ...others } = template;
  // An intent records the longest lifetime by itself, so that another limit is no other version.
  const { lifetime, reason, ...decisive } = others;
  const { parameters, requestableBy, accounts, ...meaning } = decisive;
  const parameterMeaning = Object.entries(parameters).map(([name, parameter]) => {
    const { description: ___, example: ____, ...rest } = parameter;
    return [name, rest];
  });
  const body = {
    ...meaning,
    parameters: parameterMeaning.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    requestableBy: [...requestableBy].sort(),
    ...(accounts ? { accounts: [...accounts].sort() } : {}),
  };
  return canonicalHash(JSON.parse(JSON.stringify(body))).slice(0, 16);
}
