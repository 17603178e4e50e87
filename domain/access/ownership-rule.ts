import * as z from 'zod';
import { pinnedUuid, projectSchema, slugSchema } from '../bitbucket/settings.ts';
import { parameterTypeNames } from '../templates/parameters/parameter-types.ts';

const pattern = z
  .string()
  .regex(/^[A-Za-z0-9._*/-]+$/, 'may hold letters, digits, . _ - / and * only')
  .refine((text) => /[A-Za-z0-9]/.test(text), 'must hold more than wildcards');

const patternsByType = z.strictObject(
  Object.fromEntries(
    ['any', ...parameterTypeNames].map((type) => [type, z.array(pattern).min(1).optional()]),
  ),
);

/** One entry of `ownership`. */
export const ownershipRuleSchema = z.union(
  [
    z.strictObject({ project: projectSchema, owns: patternsByType }),
    z.strictObject({
      repository: z.strictObject({ workspace: slugSchema, slug: slugSchema, uuid: pinnedUuid }),
      owns: patternsByType,
    }),
  ],
  {
    error:
      'must be {project: {workspace, key, uuid}, owns} or {repository: {workspace, slug, uuid}, owns}; npm run config:pin fills in the uuid',
  },
);

/** Which resource names a project or a repository may put into a template's parameters. Bound to a UUID; the key and
 *  the slug are there for people. */
export type OwnershipRule = z.infer<typeof ownershipRuleSchema>;
