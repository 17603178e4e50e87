import * as z from 'zod';
import { parseRepositoryName } from '../bitbucket/repository.ts';
import { durationSchema } from '../lifetimes/schema.ts';
import { fieldRule } from '../shared/field-messages.ts';
import { NAME } from '../shared/identifiers.ts';
import { problem, toFieldErrors, withMeantFields } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';

/** Text without halves of surrogate pairs: JSON can carry them, RFC 8785 has no canonical form for them. */
const wellFormed = z.string().refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

/** Why something is asked for or decided: 1–500 characters. */
const reasonSchema = wellFormed.min(1).max(500).describe('Why, in 1–500 characters; kept in the log');

/** True for a text that the log takes as a reason. */
export const isReason = (text: string): boolean => reasonSchema.safeParse(text).success;

/** The hash of a plan, as a dry run or a waiting grant shows it. */
export const planHashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be the hash of a plan: 64 hex digits')
  .describe('The `hash` of the plan that this is about; refused where the plan is another by now');

/** Any object, taken as it is: `z.record` would leave `__proto__` out, which must be named as unknown like any other name. */
const parameters = z
  .unknown()
  .refine((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    error: ({ input }) => (input === undefined ? 'is missing' : 'must be an object'),
  })
  .transform((value) => value as Record<string, unknown>)
  .meta({
    type: 'object',
    additionalProperties: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    description:
      'What the template asks for, by the names of its parameters; the template says which take a list',
  });

/** How callers name a repository. */
export const repositoryNameSchema = z
  .string()
  .refine(
    (text) => parseRepositoryName(text) !== undefined,
    'must be "workspace/repository" or a UUID in braces',
  )
  .meta({
    pattern: '^(?:\\{[0-9A-Fa-f-]{36}\\}|[A-Za-z0-9_][A-Za-z0-9._-]{0,61}/[A-Za-z0-9_.-]{1,62})$',
    description: 'workspace/slug, or the UUID in braces',
  });

/** The shape of a request's body; unknown fields are refused. */
export const grantRequestSchema = z
  .strictObject({
    repository: repositoryNameSchema,
    template: z
      .string()
      .regex(NAME, 'must be a template name: lower-case letters, digits and hyphens')
      .describe('The name of a template of the catalogue'),
    parameters,
    environment: wellFormed
      .min(1)
      .max(255)
      .optional()
      .describe('A deployment environment: its name, case-sensitive, or its UUID in braces'),
    account: wellFormed.min(1).max(64).optional().describe('Alias or id'),
    name: z
      .string()
      .regex(NAME, 'must start with a letter, 1–32 lower-case letters, digits and hyphens')
      .default('default')
      .describe('Distinguishes several grants of one template'),
    expiresIn: durationSchema.optional(),
    reason: reasonSchema.optional(),
    planHash: planHashSchema.optional(),
  })
  .meta({ id: 'GrantRequest' });

/** The shape of an approval's body. */
export const approvalSchema = z
  .strictObject({ planHash: planHashSchema, reason: reasonSchema.optional() })
  .meta({ id: 'Approval' });

/** The shape of a rejection's body: the requester learns the reason. */
export const rejectionSchema = z
  .strictObject({ planHash: planHashSchema, reason: reasonSchema })
  .meta({ id: 'Rejection' });

/** The shape of an upgrade's body. */
export const upgradeSchema = z
  .strictObject({
    planHash: planHashSchema.optional(),
    reason: reasonSchema.optional(),
  })
  .meta({ id: 'Upgrade' });

/** The shape of a body that says why something is closed, or opened again. */
export const containmentSchema = z.strictObject({ reason: reasonSchema }).meta({ id: 'Containment' });

/** The shape of a revoke's body. */
export const revocationRequestSchema = z
  .strictObject({
    reason: reasonSchema.optional(),
    hold: z
      .boolean()
      .optional()
      .describe('false: machines may request the grant again; a person’s revoke holds it otherwise'),
  })
  .meta({ id: 'Revocation' });

/** The shape of the body that ends all grants of a repository. */
export const incidentSchema = z
  .strictObject({
    reason: reasonSchema,
    confirm: z
      .int()
      .min(0)
      .optional()
      .describe('The number of live grants of the repository; required where there are more than five'),
  })
  .meta({ id: 'Incident' });

/** Checks the shape of a body. `REQUEST_INVALID` names every faulty field at once. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): Result<T> {
  const parsed = schema.safeParse(body, { error: fieldRule });
  if (parsed.success) return ok(parsed.data);
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const errors = withMeantFields(toFieldErrors(parsed.error), known);
  return fail(
    problem('REQUEST_INVALID', 'The body does not fit this route; "errors" lists every field error.', {
      errors,
    }),
  );
}

/** A request's body after its shape was checked. */
export type GrantRequest = z.infer<typeof grantRequestSchema>;

/** Checks the shape of a request for a grant. */
export const parseGrantRequest = (body: unknown): Result<GrantRequest> => parseBody(grantRequestSchema, body);
