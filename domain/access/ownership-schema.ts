import * as z from 'zod';
import { pinnedRepositoryUuid, projectSchema, slugSchema } from '../bitbucket/settings.ts';
import { aliasesSchema } from '../shared/account.ts';
import { NAME } from '../shared/identifiers.ts';
import { parameterTypeNames } from '../templates/parameters/parameter-types.ts';

const pattern = z
  .string()
  .regex(/^[A-Za-z0-9._*/-]+$/, 'may hold letters, digits, . _ - / and * only')
  .refine((text) => /[A-Za-z0-9]/.test(text), 'must hold more than wildcards');

/** Patterns of names, by parameter type. */
export const patternsByType = z.strictObject(
  Object.fromEntries(
    ['any', ...parameterTypeNames].map((type) => [type, z.array(pattern).min(1).optional()]),
  ),
);

/** The fields that limit a rule. */
export const ownershipScope = {
  /** The templates for which the rule holds; all but those with `ownership: named` where it names none. */
  templates: z.array(z.string().regex(NAME, 'must be the name of a template')).min(1).optional(),
  /** The accounts, by alias, in which the names are owned; only the hub where it lists none. */
  accounts: aliasesSchema.optional(),
  /** Which of the owned names a pipeline may ask for: anyone who can push a branch is one. None unless said. */
  pipeline: z.array(pattern).min(1).optional(),
};

/** One entry of `ownership`. */
export const ownershipRuleSchema = z.union(
  [
    z.strictObject({ project: projectSchema, owns: patternsByType, ...ownershipScope }),
    z.strictObject({
      repository: z.strictObject({ workspace: slugSchema, slug: slugSchema, uuid: pinnedRepositoryUuid }),
      owns: patternsByType,
      ...ownershipScope,
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
