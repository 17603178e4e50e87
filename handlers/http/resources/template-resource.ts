import * as z from 'zod';
import { parameterTypes } from '../../../domain/templates/parameters/parameter-types.ts';
import { exampleParameters } from '../../../domain/templates/parameters.ts';
import { type TemplateParameter, templateSchema } from '../../../domain/templates/schema.ts';
import type { Template } from '../../../domain/templates/template.ts';
import { pageOf } from './grant-schema.ts';
import { templateStepOf, templateStepShape } from './template-step.ts';

/** The fields of a template's file that the catalogue shows as they are. */
const shownFields = templateSchema.pick({
  name: true,
  description: true,
  actsThrough: true,
  scope: true,
  approval: true,
  lifetime: true,
  reason: true,
  requestableBy: true,
  maxSessionDuration: true,
}).shape;

/** A template as the catalogue shows it. */
export const templateResourceSchema = z
  .strictObject({
    ...shownFields,
    version: z.string().describe('Hash of its meaning'),
    parameters: z
      .looseObject({ type: z.literal('object'), additionalProperties: z.literal(false) })
      .describe('JSON Schema of a request’s `parameters`'),
    example: z.strictObject({ parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])) }),
    ...templateStepShape,
  })
  .meta({ id: 'Template' });

/** A page of the catalogue. */
export const templatePageSchema = pageOf('TemplatePage', templateResourceSchema);

/** A template as the catalogue shows it; `parameters` is a JSON Schema of what a request puts there. `actsThrough` only
 *  where its role lets others act for it. */
export function templateResource(template: Template): z.infer<typeof templateResourceSchema> {
  const { name, version, description, actsThrough, scope, approval, requestableBy, maxSessionDuration } =
    template;
  const { lifetime, reason } = template;
  return {
    name,
    version,
    description,
    ...(actsThrough === undefined ? {} : { actsThrough }),
    scope,
    approval,
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(reason === undefined ? {} : { reason }),
    requestableBy,
    maxSessionDuration,
    parameters: parametersSchema(template),
    example: { parameters: exampleParameters(template) },
    ...templateStepOf(template),
  };
}

/** The JSON Schema of a template's parameters. A default may hold placeholders, e.g. `{{repository.slug}}`: they are filled
 *  when the grant is planned. */
function parametersSchema(template: Template) {
  const parameters = Object.entries(template.parameters);
  const together = parameters.flatMap(([name, { with: other }]) =>
    other === undefined ? [] : [[name, [other]]],
  );
  return {
    type: 'object' as const,
    properties: Object.fromEntries(parameters.map(([name, parameter]) => [name, parameterSchema(parameter)])),
    required: parameters
      .filter(([, { optional, default: filled }]) => !optional && filled === undefined)
      .map(([name]) => name),
    ...(together.length > 0 ? { dependentRequired: Object.fromEntries(together) } : {}),
    additionalProperties: false as const,
  };
}

function parameterSchema(parameter: TemplateParameter): Record<string, unknown> {
  const { type, list, description, allowed, pattern, default: filled } = parameter;
  const single = {
    type: 'string',
    pattern: parameterTypes[type].pattern.source,
    ...(allowed ? { enum: allowed } : {}),
    ...(pattern ? { allOf: [{ pattern: expressionOf(pattern) }] } : {}),
  };
  const many = list && { type: 'array', items: single, minItems: 1, maxItems: list.max };
  return { ...(many ?? single), description, ...(filled === undefined ? {} : { default: filled }) };
}

/** A naming rule as JSON Schema's regular expression. */
const expressionOf = (pattern: string): string =>
  `^${pattern.replaceAll('.', '\\.').replaceAll(/\*+/g, '[^/]*')}$`;
