import * as z from 'zod';
import { aliasSchema } from '../shared/account.ts';
import { NAME } from '../shared/identifiers.ts';

/** A request that the canary prepares at each of its runs, and never makes: of one fixed repository. Absent: it prepares none. */
export const canarySchema = z.strictObject({
  repository: z.string().min(1).max(128),
  environment: z.string().min(1).max(255).optional(),
  account: aliasSchema.optional(),
  template: z.string().regex(NAME, 'must be the name of a template'),
  parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
});

/** See `canarySchema`. */
export type CanaryRequest = z.infer<typeof canarySchema>;
