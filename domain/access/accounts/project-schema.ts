import * as z from 'zod';
import { pinnedEnvironmentUuid, projectSchema } from '../../bitbucket/settings.ts';
import { lifetimeSchema, reasonSchema } from '../../lifetimes/schema.ts';
import { aliasesSchema, aliasSchema } from '../../shared/account.ts';

/** One entry of `projects`: what a project may do. `accounts` are the accounts that are open to its repositories, only the
 *  hub where none is listed. `environments` opens an account to these deployment environments only, by its alias. */
export const projectSettingsSchema = z
  .strictObject({
    ...projectSchema.shape,
    accounts: aliasesSchema.optional(),
    lifetime: lifetimeSchema.optional(),
    reason: reasonSchema.optional(),
    environments: z.record(aliasSchema, z.array(pinnedEnvironmentUuid).min(1)).optional(),
  })
  .superRefine(({ accounts, environments = {} }, context) => {
    for (const name of Object.keys(environments)) {
      if (accounts?.includes(name)) continue;
      context.addIssue({
        code: 'custom',
        path: ['environments', name],
        message: `${name} is not in accounts of this project: list it there as well`,
      });
    }
  });

/** See `projectSettingsSchema`. */
export type ProjectSettings = z.infer<typeof projectSettingsSchema>;
