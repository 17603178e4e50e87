import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { fieldRule } from '../../domain/shared/field-messages.ts';
import { problem, toFieldErrors, withMeantFields } from '../../domain/shared/problem.ts';
import { ProblemError } from './problem-details.ts';

/** The query by a strict schema: a misspelt filter must not widen the answer, nor a misspelt `dryRun` write. Throws
 *  `REQUEST_INVALID` with every faulty one. */
export function queryOf<T>(event: APIGatewayProxyEventV2, schema: z.ZodType<T>): T {
  const given: Record<string, string> = {};
  const errors: { pointer: string; detail: string }[] = [];
  for (const [name, value] of new URLSearchParams(event.rawQueryString ?? '')) {
    if (Object.hasOwn(given, name)) errors.push({ pointer: `/${name}`, detail: 'is given more than once' });
    // Assigning to this name would set the prototype instead of a field.
    if (name === '__proto__') errors.push({ pointer: `/${name}`, detail: 'is not a known field' });
    else given[name] = value;
  }
  const parsed = schema.safeParse(given, { error: fieldRule });
  if (!parsed.success) {
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    errors.push(...withMeantFields(toFieldErrors(parsed.error), known));
  }
  if (parsed.success && errors.length === 0) return parsed.data;
  throw new ProblemError(problem('REQUEST_INVALID', 'The query is not valid.', { errors: errors }));
}
