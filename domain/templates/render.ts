import type { ConditionBlock, PermissionsPolicy } from '../policy/document.ts';
import { type FieldError, problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { type BuiltInContext, builtInValue } from './built-ins.ts';
import { fillableTexts } from './field-errors.ts';
import type { Parameters, ParameterValue } from './parameters.ts';
import { type BuiltInName, fillPlaceholders, isOneSegment, placeholdersOf } from './placeholder.ts';
import type { TemplateStatement } from './schema.ts';
import type { Template } from './template.ts';

/** What a template is rendered with; everything but the parameters comes from Bitbucket and the configuration. */
export type RenderingContext = BuiltInContext & { parameters: Parameters };

/** The permissions policy of a grant. Placeholders are filled on the parsed structure, statements whose `when`
 *  parameter is absent are left out. `REQUEST_INVALID` where a built-in value that the template uses is absent or could
 *  be read as IAM syntax; parameters have passed `parseParameters` before. */
export function renderPermissionsPolicy(
  template: Template,
  context: RenderingContext,
): Result<PermissionsPolicy> {
  const values = new Map<string, ParameterValue>(Object.entries(context.parameters));
  const errors = new Map<string, FieldError>();
  const statements = template.statements.filter(({ when }) => when === undefined || values.has(when));
  for (const name of statements.flatMap(fillableTexts).flatMap(({ text }) => placeholdersOf(text))) {
    if (Object.hasOwn(template.parameters, name)) continue;
    const value = builtInValue(name as BuiltInName, context);
    if (value !== undefined && isOneSegment(value)) values.set(name, value);
    else errors.set(name, builtInError(name, template.name, value));
  }
  if (errors.size > 0) {
    const detail = `Template ${template.name} cannot be rendered safely for this repository.`;
    return fail(problem('REQUEST_INVALID', detail, { errors: [...errors.values()] }));
  }
  return ok({
    Version: '2012-10-17',
    Statement: statements.map((statement) => renderStatement(statement, values)),
  });
}

function builtInError(name: string, template: string, value: string | undefined): FieldError {
  return {
    pointer: name.startsWith('environment.') ? '/environment' : '/repository',
    detail:
      value === undefined
        ? `has no ${name}, which ${template} needs`
        : `its ${name} holds characters with a meaning in IAM policies`,
  };
}

function renderStatement(
  statement: TemplateStatement,
  values: ReadonlyMap<string, ParameterValue>,
): PermissionsPolicy['Statement'][number] {
  const fillText = (text: string) => fillPlaceholders(text, values);
  const rendered = {
    Sid: statement.sid,
    Effect: 'Allow' as const,
    Action: [...statement.actions],
    Resource: statement.resources.flatMap(fillText),
  };
  if (!statement.conditions) return rendered;
  const condition: ConditionBlock = {};
  for (const [operator, block] of Object.entries(statement.conditions)) {
    condition[operator] = Object.fromEntries(
      Object.entries(block).map(([key, text]) => [
        key,
        Array.isArray(text) ? text.flatMap(fillText) : oneOrMany(fillText(text)),
      ]),
    );
  }
  return { ...rendered, Condition: condition };
}

const oneOrMany = (texts: string[]): string | string[] => {
  const [only, ...more] = texts;
  return only !== undefined && more.length === 0 ? only : texts;
};
