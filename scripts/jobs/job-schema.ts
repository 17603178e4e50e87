import * as z from 'zod';

const callSchema = z.strictObject({
  call: z.string().regex(/^[a-z0-9-]+\.[a-z_0-9]+$/, 'must be service.operation as boto3 names them'),
  with: z.record(z.string(), z.unknown()).default({}),
});

const allowedSchema = z.union([
  z.strictObject({ run: z.string().min(1), tool: z.string().optional() }),
  callSchema.extend({ tool: z.string().optional() }),
]);

const refusedSchema = z.union([
  z.strictObject({ why: z.string().min(1), run: z.string().min(1) }),
  callSchema.extend({ why: z.string().min(1) }),
]);

/** The job of one template, `templates/jobs/<template>.yaml`: a grant, what the account has, what the ordinary tools do
 *  with the role, and at least three neighbouring calls that must be refused. */
export const jobSchema = z.strictObject({
  parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** Roles that the boundary lets the role pass or assume. */
  passable: z.array(z.string()).default([]),
  assumable: z.array(z.string()).default([]),
  /** Customer-managed keys by what they encrypt: a bucket, `sns:<topic>`, `sqs:<queue>`, `secret:<name>`, `ssm:<name>`. */
  keys: z.record(z.string(), z.string()).default({}),
  /** Buckets of another account. */
  foreign: z.array(z.string()).default([]),
  /** Files of the step's folder, by path. */
  files: z.record(z.string(), z.string()).default({}),
  /** Calls that an administrator has made before. */
  seed: z.array(callSchema).default([]),
  /** What the ordinary tools do. */
  allowed: z.array(allowedSchema).min(1),
  refused: z.array(refusedSchema).min(3),
});

/** See `jobSchema`. */
export type Job = z.infer<typeof jobSchema>;

/** One call of boto3. */
export type BotoCall = z.infer<typeof callSchema>;
