import * as z from 'zod';
import { templateLifetimeSchema } from '../lifetimes/schema.ts';
import { aliasesSchema } from '../shared/account.ts';
import { NAME } from '../shared/identifiers.ts';
import { principalKinds } from '../shared/principal.ts';
import { parameterTypeNames } from './parameters/parameter-types.ts';
import { stepFields } from './step/step-schema.ts';

/** Whether a person must approve. */
export const approvals = ['none', 'required'] as const;

/** See `approvals`. */
export type Approval = (typeof approvals)[number];

const parameterName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]{0,31}$/, 'must be camelCase, 1–32 letters and digits');

const placeholderFree = z
  .string()
  .regex(/^[^{}]+$/, 'must hold no placeholder: placeholders are allowed in values only');

/** The most values that a list parameter may take. Our choice: a longer list calls for a narrower design. */
const LONGEST_LIST = 20;

const statementSchema = z.strictObject({
  sid: z
    .string()
    .regex(/^[A-Za-z0-9]{1,64}$/, 'must be 1–64 letters and digits')
    .describe('Names the statement; unique in the template'),
  when: parameterName
    .optional()
    .describe('An optional parameter: without it the statement is left out of the policy'),
  actions: z
    .array(z.string().regex(/^[a-z0-9-]+:[A-Za-z0-9]+$/, 'must be service:Action without wildcards'))
    .min(1)
    .describe('IAM actions, one by one, e.g. s3:PutObject'),
  resources: z
    .array(z.string().min(1))
    .min(1)
    .describe('ARNs with {{placeholders}}; * only for actions without resources'),
  conditions: z
    .record(placeholderFree, z.record(placeholderFree, z.union([z.string(), z.array(z.string()).min(1)])))
    .optional()
    .describe("IAM's condition block: operator, key, value or values, which may hold {{placeholders}}"),
});

const glob = z
  .string()
  .regex(
    /^[A-Za-z0-9._*/-]{1,128}$/,
    'may hold letters, digits, . _ - / and * (any run without a slash) only',
  );

const parameterSchema = z.strictObject({
  type: z.enum(parameterTypeNames).describe('The type whose grammar every value must follow'),
  description: z.string().min(1).max(200),
  optional: z.boolean().default(false).describe('May be omitted, together with the statements that name it'),
  with: parameterName
    .optional()
    .describe('Another optional parameter, which names this one in turn: given both or neither'),
  list: z
    .strictObject({ max: z.int().min(1).max(LONGEST_LIST) })
    .optional()
    .describe(
      'Takes a list of up to max values instead of one; a resource that names it is repeated for each',
    ),
  default: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(
      'The value if none is given; may hold built-in values and other parameters as {{placeholders}}',
    ),
  pattern: glob.optional().describe('Naming rule that every value must follow, e.g. shop-*'),
  allowed: z.array(z.string().min(1)).min(1).optional().describe('The only values that are accepted'),
  exclusive: z
    .union([z.literal(true), z.strictObject({ apart: parameterName })])
    .optional()
    .describe(
      'The resource is used by one repository: a request of another that reaches it waits for approval. apart names the parameter that keeps repositories apart within it',
    ),
  example: z.string().min(1).optional().describe("Shown in the catalogue instead of the type's own example"),
});

/** What a template's file must look like; unknown fields are refused. */
export const templateSchema = z.strictObject({
  name: z
    .string()
    .regex(NAME, 'must start with a letter, 1–32 lower-case letters, digits and hyphens')
    .describe("The file's name without .yaml"),
  description: z.string().min(1).max(200),
  actsThrough: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('For a role that lets others act for it: what the grant amounts to, shown in plans and docs'),
  parameters: z.record(parameterName, parameterSchema),
  scope: z
    .enum(['any', 'environment'])
    .default('any')
    .describe('environment: granted to a deployment environment only'),
  approval: z.enum(approvals).default('none'),
  ownership: z
    .enum(['any', 'named'])
    .default('any')
    .describe('named: its resources are owned only where an ownership rule names the template'),
  accounts: aliasesSchema
    .optional()
    .describe('The accounts, by alias, in which it is offered; every account unless given'),
  lifetime: templateLifetimeSchema.optional().describe('How long its grants last'),
  reason: z
    .enum(['optional', 'required'])
    .optional()
    .describe('Whether a request must say why; optional unless given'),
  requestableBy: z.array(z.enum(principalKinds)).min(1).default(['person', 'service']),
  maxSessionDuration: z.int().min(3600).max(43_200).default(3600).describe('Seconds'),
  ...stepFields,
  statements: z.array(statementSchema).min(1),
});

/** One statement of a template; placeholders are allowed in `resources` and condition values only. */
export type TemplateStatement = z.infer<typeof statementSchema>;

/** One parameter of a template. With `list` it takes 1 to `max` values, each of the type. */
export type TemplateParameter = z.infer<typeof parameterSchema>;

/** A template's file after its shape was checked. `maxSessionDuration` in seconds, 3 600–43 200 (source: IAM API
 *  Reference, CreateRole). */
export type TemplateContent = z.infer<typeof templateSchema>;

/** The schema of a template's file as JSON Schema, for editors. */
export const templateJsonSchema = (): Record<string, unknown> =>
  z.toJSONSchema(templateSchema, { io: 'input' });
