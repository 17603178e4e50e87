import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import { type SettingsSource, sourceFromEnvironment } from '../../adapters/settings/source.ts';
import { violationsOf } from '../../domain/guardrails/guardrails.ts';
import { INLINE_POLICY_LIMIT, policyText } from '../../domain/policy/document.ts';
import { fieldRule } from '../../domain/shared/field-messages.ts';
import { toPointer } from '../../domain/shared/problem.ts';
import type { FieldErrorAtPath } from '../../domain/templates/field-errors.ts';
import { exampleParameters } from '../../domain/templates/parameters.ts';
import { templateSchema } from '../../domain/templates/schema.ts';
import { readTemplate, type Template } from '../../domain/templates/template.ts';
import { readJobs } from '../jobs/jobs.ts';
import { generatedFiles } from './docs.ts';
import { largestPolicy, SAMPLE_ACCOUNT, samplePolicy } from './sample.ts';
import { type TemplateSource, templateSources } from './source.ts';
import { referenceErrors } from './statement-references.ts';

/** The result of the check: `errors` fail it; `warnings` are violations of guardrails in audit mode. Each is
 *  `templates/x.yaml:LINE: what: fix`. */
export type CheckResult = { errors: string[]; warnings: string[]; templates: number };

/** Checks every template beside the settings: its schema, names and positions; that every action exists and fits each of its
 *  resources; condition operators and keys; the size of the largest rendering; the guardrails on a rendering with and
 *  without its optional parts; and that the generated files are current. Returns all errors of all files. */
export async function checkTemplates(settings: SettingsSource): Promise<CheckResult> {
  const { root } = settings;
  const { guardrails } = readConfiguration(settings);
  const sources = templateSources(root);
  const checked: CheckedFile[] = [];
  for (const source of sources) checked.push(await checkFile(source, guardrails));
  const errors = checked.flatMap((file) => file.errors);
  if (sources.length === 0) errors.push('templates/: holds no template');
  const templates = checked.flatMap(({ template }) => template ?? []);
  if (errors.length === 0) errors.push(...staleFiles(root, templates));
  return { errors, warnings: checked.flatMap(({ warnings }) => warnings), templates: sources.length };
}

type Guardrails = ReturnType<typeof readConfiguration>['guardrails'];
type CheckedFile = { errors: string[]; warnings: string[]; template?: Template };

async function checkFile(source: TemplateSource, { deny, audit }: Guardrails): Promise<CheckedFile> {
  const at = (line: number, detail: string) => `templates/${source.name}:${line}: ${detail}`;
  const said = ({ path, detail }: FieldErrorAtPath) => at(source.lineOf(path), detail);
  if (source.errors.length > 0) {
    return { errors: source.errors.map(({ line, detail }) => at(line, detail)), warnings: [] };
  }
  const read = readTemplate(source.name, source.content);
  const shaped = templateSchema.safeParse(source.content, { error: fieldRule });
  const errors = [
    ...(NAMES_SCHEMA.test(source.text) ? [] : [at(1, `names no schema; begin it with ${SCHEMA_LINE}`)]),
    ...(read.ok ? [] : read.problem.map(withPointer).map(said)),
    ...(shaped.success ? await referenceErrors(shaped.data) : []).map(said),
  ];
  if (!read.ok) return { errors, warnings: [] };
  const isAudited = ({ rule }: { rule: string }) => audit.some((id) => id === rule);
  const violations = guardrailErrors(read.value, deny);
  const denied = violations.filter((violation) => !isAudited(violation));
  return {
    errors: [...errors, ...[...sizeErrors(read.value), ...denied].map(said)],
    warnings: violations.filter(isAudited).map(said),
    template: read.value,
  };
}

const SCHEMA_LINE = '# yaml-language-server: $schema=./schema.json';
const NAMES_SCHEMA = /^# yaml-language-server: \$schema=\.\/schema\.json$/m;

/** A field error that names its field too: the line alone would not show which field is missing or meant. */
const withPointer = ({ path, detail }: FieldErrorAtPath): FieldErrorAtPath => ({
  path,
  detail: `${toPointer(path)}: ${detail}`,
});

function sizeErrors(template: Template): FieldErrorAtPath[] {
  const { length } = policyText(largestPolicy(template));
  if (length <= INLINE_POLICY_LIMIT) return [];
  return [
    {
      path: ['statements'],
      detail: `the largest rendering has ${length} characters, and IAM allows ${INLINE_POLICY_LIMIT}: shorten its lists or statements`,
    },
  ];
}

function guardrailErrors(
  template: Template,
  deny: readonly string[],
): (FieldErrorAtPath & { rule: string })[] {
  const all = exampleParameters(template);
  const needed = Object.fromEntries(
    Object.entries(all).filter(([name]) => !template.parameters[name]?.optional),
  );
  const found = new Map<string, FieldErrorAtPath & { rule: string }>();
  for (const parameters of [all, needed]) {
    const policy = samplePolicy(template, parameters);
    for (const { rule, statement, detail } of violationsOf(policy, {
      accountId: SAMPLE_ACCOUNT.id,
      deny,
      service: undefined,
    })) {
      const n = template.statements.findIndex(({ sid }) => sid === statement);
      const fieldError = { rule, path: ['statements', n, 'sid'], detail: `guardrail ${rule}: ${detail}` };
      found.set(`${statement} ${fieldError.detail}`, fieldError);
    }
  }
  return [...found.values()];
}

function staleFiles(root: string, templates: readonly Template[]): string[] {
  const { jobs } = readJobs(
    root,
    templates.map(({ name }) => name),
  );
  return Object.entries(generatedFiles(templates, jobs))
    .filter(
      ([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text,
    )
    .map(([path]) => `${path}:1: differs from the templates: run npm run templates:docs`);
}

/** `npm run templates:check`. */
async function main(): Promise<void> {
  const root = join(import.meta.dirname, '..', '..');
  const { errors, warnings, templates } = await checkTemplates(sourceFromEnvironment(root, process.env));
  if (errors.length === 0) errors.push(...readJobs(root, [...readTemplates(root).keys()]).errors);
  for (const warning of warnings) console.warn(`${warning} (in audit mode)`);
  if (errors.length > 0) {
    console.error(errors.join('\n'));
    process.exit(1);
  }
  console.log(`${templates} templates have no problems.`);
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
