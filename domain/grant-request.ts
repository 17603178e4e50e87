import * as z from 'zod';
import { NAME } from './identifiers.ts';
import { problem, toFieldErrors } from './problem.ts';
import { parseRepositoryName } from './repository.ts';
import { fail, ok, type Result } from './result.ts';
import { parseDuration } from './time.ts';

/** Text without halves of surrogate pairs: JSON can carry them, RFC 8785 has no canonical form for them. */
const wellFormed = z.string().refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

/** The shape of a request's body; unknown fields are refused. */
export const grantRequestSchema = z.strictObject({
  repository: z
    .string()
    .refine(
      (text) => parseRepositoryName(text) !== undefined,
      'must be "workspace/repository" or a UUID in braces',
    ),
  template: z.string().regex(NAME, 'must be a template name: lower-case letters, digits and hyphens'),
  parameters: z.record(z.string(), z.unknown()),
  environment: wellFormed.min(1).max(255).optional(),
  account: wellFormed.min(1).max(64).optional(),
  name: z
    .string()
    .regex(NAME, 'must start with a letter, 1–32 lower-case letters, digits and hyphens')
    .default('default'),
  expiresIn: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, 'must be days as PnD or hours as PTnH, up to P3650D')
    .optional(),
  reason: wellFormed.min(1).max(500).optional(),
});

/** A request's body after its shape was checked. */
export type GrantRequest = z.infer<typeof grantRequestSchema>;

/** Checks the shape of a body. `REQUEST_INVALID` names every faulty field at once. */
export function parseGrantRequest(body: unknown): Result<GrantRequest> {
  const parsed = grantRequestSchema.safeParse(body);
  // Zod leaves `__proto__` out of a record; like any other name it must be told to be unknown.
  if (parsed.success) return ok({ ...parsed.data, parameters: (body as GrantRequest).parameters });
  return fail(
    problem('REQUEST_INVALID', 'The request is not a grant request.', {
      errors: toFieldErrors(parsed.error),
    }),
  );
}
