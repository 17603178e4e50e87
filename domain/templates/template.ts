import type * as z from 'zod';
import { canonicalHash } from '../shared/canonical-hash.ts';
import { fieldRule } from '../shared/field-messages.ts';
import { toPointer } from '../shared/problem.ts';
import { actsThroughFaults } from './acts-through.ts';
import { crossFaults, type TemplateFault } from './faults.ts';
import { type TemplateContent, templateSchema } from './schema.ts';
import { stepFaults } from './step/step-faults.ts';

/** A named, parameterised permissions policy. `version` is the hash of its meaning (16 hex characters): changing a
 *  description keeps it, changing anything that decides who gets what changes it. */
export type Template = TemplateContent & { version: string };

/** A template from the parsed YAML of its file, or every fault of it, each with its path in the file. */
export function readTemplate(
  fileName: string,
  content: unknown,
): { template: Template } | { faults: TemplateFault[] } {
  // A file is read once in the life of a process: compiling a parser first would take longer than it saves.
  const parsed = templateSchema.safeParse(content, { jitless: true, error: fieldRule });
  if (!parsed.success) return { faults: parsed.error.issues.flatMap(schemaFaults) };
  const template = { ...parsed.data, version: versionOf(parsed.data) };
  const faults = [...crossFaults(parsed.data), ...stepFaults(parsed.data), ...actsThroughFaults(parsed.data)];
  if (fileName !== `${template.name}.yaml`) {
    faults.push({ path: ['name'], detail: `the file must be called ${template.name}.yaml` });
  }
  return faults.length > 0 ? { faults } : { template };
}

function schemaFaults(issue: z.core.$ZodIssue): TemplateFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], detail: 'is not a known field' }));
  }
  const detail = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return [{ path: issue.path, detail: detail ?? issue.message }];
}

/** As `readTemplate`, with each fault as `templates/file.yaml/path: sentence`. */
export function parseTemplate(
  fileName: string,
  content: unknown,
): { template: Template } | { faults: string[] } {
  const read = readTemplate(fileName, content);
  if ('template' in read) return read;
  return {
    faults: read.faults.map(({ path, detail }) => `templates/${fileName}${toPointer(path)}: ${detail}`),
  };
}

function versionOf(template: TemplateContent): string {
  const { description, actsThrough, image, services, setup, usage, pipes, notes, ...decisive } = template;
  const { parameters, requestableBy, ...meaning } = decisive;
  const parameterMeaning = Object.entries(parameters).map(([name, parameter]) => {
    const { description: ___, example: ____, ...rest } = parameter;
    return [name, rest];
  });
  const body = {
    ...meaning,
    parameters: parameterMeaning.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    requestableBy: [...requestableBy].sort(),
  };
  return canonicalHash(JSON.parse(JSON.stringify(body))).slice(0, 16);
}
