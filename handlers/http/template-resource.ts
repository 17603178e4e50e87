import { parameterTypes } from '../../domain/parameter-type.ts';
import { exampleParameters } from '../../domain/parameters.ts';
import type { Template } from '../../domain/template.ts';

/** A template as the catalogue shows it; `parameters` is a JSON Schema of what a request puts there. */
export function templateResource(template: Template): Record<string, unknown> {
  const { name, version, description, scope, approval, requestableBy, maxSessionDuration } = template;
  const parameters = Object.entries(template.parameters);
  return {
    name,
    version,
    description,
    scope,
    approval,
    requestableBy,
    maxSessionDuration,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(
        parameters.map(([parameter, { type, list, description: text }]) => {
          const single = { type: 'string', pattern: parameterTypes[type].pattern.source };
          const many = list && { type: 'array', items: single, minItems: 1, maxItems: list.max };
          return [parameter, { ...(many ?? single), description: text }];
        }),
      ),
      required: parameters.filter(([, { optional }]) => !optional).map(([parameter]) => parameter),
      additionalProperties: false,
    },
    example: { parameters: exampleParameters(template) },
  };
}
