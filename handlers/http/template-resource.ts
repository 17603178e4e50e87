import { parameterTypes } from '../../domain/parameter-type.ts';
import { exampleParameters } from '../../domain/parameters.ts';
import type { Template } from '../../domain/template.ts';
import type { TemplateParameter } from '../../domain/template-schema.ts';

/** A template as the catalogue shows it; `parameters` is a JSON Schema of what a request puts there. `actsThrough` only
 *  where its role lets others act for it. */
export function templateResource(template: Template): Record<string, unknown> {
  const { name, version, description, actsThrough, scope, approval, requestableBy, maxSessionDuration } =
    template;
  return {
    name,
    version,
    description,
    ...(actsThrough === undefined ? {} : { actsThrough }),
    scope,
    approval,
    requestableBy,
    maxSessionDuration,
    parameters: parametersSchema(template),
    example: { parameters: exampleParameters(template) },
  };
}

/** The JSON Schema of a template's parameters. A default may hold placeholders, e.g. `{{repository.slug}}`: they are filled
 *  when the grant is planned. */
function parametersSchema(template: Template): Record<string, unknown> {
  const parameters = Object.entries(template.parameters);
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(([name, parameter]) => [name, parameterSchema(parameter)])),
    required: parameters
      .filter(([, { optional, default: filled }]) => !optional && filled === undefined)
      .map(([name]) => name),
    additionalProperties: false,
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
