import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import { actionsWithoutResource } from '../../domain/guardrails/actions-without-resource.ts';
import { violationsOf } from '../../domain/guardrails/guardrails.ts';
import { INLINE_POLICY_LIMIT, policyText } from '../../domain/policy/document.ts';
import { fieldRule } from '../../domain/shared/field-messages.ts';
import { toPointer } from '../../domain/shared/problem.ts';
import type { FieldErrorAtPath } from '../../domain/templates/field-errors.ts';
import { exampleParameters } from '../../domain/templates/parameters.ts';
import { fillPlaceholders, placeholdersOf } from '../../domain/templates/placeholder.ts';
import { type TemplateContent, templateSchema } from '../../domain/templates/schema.ts';
import { readTemplate, type Template } from '../../domain/templates/template.ts';
import { readJobs } from '../jobs/jobs.ts';
import { generatedFiles } from './docs.ts';
import { type ActionReference, actionReference, conditionKeyError, fitsArn } from './iam-reference.ts';
import { largestPolicy, SAMPLE_ACCOUNT, samplePolicy } from './sample.ts';
import { templateSources } from './source.ts';

/** The result of the check: `errors` fail it; `warnings` are violations of guardrails in audit mode. Each is
 *  `templates/x.yaml:LINE: what: fix`. */
export type CheckResult = { errors: string[]; warnings: string[]; templates: number };

/** Checks every template below `root`: its schema, names and positions; that every action exists and fits each of its
 *  resources; condition operators and keys; the size of the largest rendering; the guardrails on a rendering with and
 *  without its optional parts; and that the generated files are current. Returns all errors of all files. */
export async function checkTemplates(root: string): Promise<CheckResult> {
  const result: CheckResult = { errors: [], warnings: [], templates: 0 };
  const { guardrails } = readConfiguration(root);
  const good: Template[] = [];
  const sources = templateSources(root);
  for (const source of sources) {
    const say = (list: string[], { path, detail }: FieldErrorAtPath) =>
      list.push(`templates/${source.name}:${source.lineOf(path)}: ${detail}`);
    for (const { line, detail } of source.errors) {
      result.errors.push(`templates/${source.name}:${line}: ${detail}`);
    }
    if (source.errors.length > 0) continue;
    if (!/^# yaml-language-server: \$schema=\.\/schema\.json$/m.test(source.text)) {
      result.errors.push(
        `templates/${source.name}:1: names no schema; begin it with # yaml-language-server: $schema=./schema.json`,
      );
    }
    const read = readTemplate(source.name, source.content);
    for (const { path, detail } of read.ok ? [] : read.problem) {
      // The line alone would not show which of its fields is missing or meant.
      say(result.errors, { path, detail: `${toPointer(path)}: ${detail}` });
    }
    const shaped = templateSchema.safeParse(source.content, { error: fieldRule });
    for (const fieldError of shaped.success ? await referenceErrors(shaped.data) : [])
      say(result.errors, fieldError);
    if (!read.ok) continue;
    good.push(read.value);
    for (const fieldError of sizeErrors(read.value)) say(result.errors, fieldError);
    for (const { rule, ...fieldError } of guardrailErrors(read.value, guardrails.deny)) {
      const isAudited = guardrails.audit.some((id) => id === rule);
      say(isAudited ? result.warnings : result.errors, fieldError);
    }
  }
  if (sources.length === 0) result.errors.push('templates/: holds no template');
  if (result.errors.length === 0) result.errors.push(...staleFiles(root, good));
  return { ...result, templates: sources.length };
}

async function referenceErrors(template: TemplateContent): Promise<FieldErrorAtPath[]> {
  const errors: FieldErrorAtPath[] = [];
  for (const [n, statement] of template.statements.entries()) {
    const path = ['statements', n];
    const known = new Map<string, ActionReference>();
    for (const [index, action] of statement.actions.entries()) {
      const reference = await actionReference(action);
      const at = [...path, 'actions', index];
      if (!reference)
        errors.push({
          path: at,
          detail: `there is no action ${action}: see AWS's Service Authorization Reference`,
        });
      else known.set(action, reference);
      if (reference && /permissions management/i.test(reference.level)) {
        errors.push({
          path: at,
          detail: `${action} manages permissions: leave it to the administrators of the account`,
        });
      }
    }
    for (const [action, { arns }] of known) {
      const at = [...path, 'actions', statement.actions.indexOf(action)];
      for (const resource of statement.resources) {
        const fieldError = pairError(action, arns, sampled(template, resource));
        if (fieldError) errors.push({ path: at, detail: fieldError });
      }
    }
    for (const [operator, block] of Object.entries(statement.conditions ?? {})) {
      const at = [...path, 'conditions', operator];
      if (!OPERATOR.test(operator)) {
        errors.push({ path: at, detail: `there is no condition operator ${operator}` });
      }
      for (const key of Object.keys(block)) {
        const fieldError = await conditionKeyError(key, known);
        if (fieldError) errors.push({ path: [...at, key], detail: fieldError });
      }
    }
  }
  return errors;
}

/** Source: IAM User Guide, IAM JSON policy elements: Condition operators. */
const OPERATOR =
  /^(?:ForAllValues:|ForAnyValue:)?(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Numeric(?:Not)?Equals|Numeric(?:Less|Greater)Than(?:Equals)?|Date(?:Not)?Equals|Date(?:Less|Greater)Than(?:Equals)?|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?$|^Null$/;

function pairError(action: string, arns: readonly string[], resource: string): string | undefined {
  if (arns.length === 0) {
    if (resource !== '*') return `${action} supports no resources: give it * in a statement of its own`;
    return actionsWithoutResource.has(action.toLowerCase())
      ? undefined
      : `${action} supports no resources: add it to domain/guardrails/actions-without-resource.ts`;
  }
  if (resource === '*') return `${action} supports resources: name one, as ${arns.join(' or ')}`;
  return arns.some((arn) => fitsArn(resource, arn))
    ? undefined
    : `${action} does not fit ${resource}: it acts on ${arns.join(' or ')}`;
}

/** A resource's text with its example values. */
function sampled(template: TemplateContent, text: string): string {
  const parameters = exampleParameters(template);
  const values = new Map<string, string>();
  for (const name of placeholdersOf(text)) {
    const builtIns: Record<string, string> = {
      'aws.partition': SAMPLE_ACCOUNT.partition,
      'aws.region': SAMPLE_ACCOUNT.region,
      'aws.accountId': SAMPLE_ACCOUNT.id,
    };
    values.set(name, builtIns[name] ?? [parameters[name] ?? 'x'].flat()[0] ?? 'x');
  }
  return fillPlaceholders(text, values).join();
}

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
    for (const { rule, statement, detail } of violationsOf(policy, { accountId: SAMPLE_ACCOUNT.id, deny })) {
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
  const { errors, warnings, templates } = await checkTemplates(root);
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
