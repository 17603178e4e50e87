import * as z from 'zod';
import { projectSchema } from '../bitbucket/settings.ts';
import { durationSchema } from '../lifetimes/schema.ts';
import { aliasSchema } from '../shared/account.ts';
import { NAME } from '../shared/identifiers.ts';
import { hasStrayBraces, placeholdersOf } from '../templates/placeholder.ts';

/** What a rule's parameters may say of the new repository, as `{{repository.slug}}`. UUIDs have no braces. */
const ruleBuiltIns: readonly string[] = ['repository.slug', 'repository.uuid', 'project.key'];

const parameterText = z
  .string()
  .min(1)
  .refine((text) => !hasStrayBraces(text), 'has braces that do not form a placeholder')
  .refine(
    (text) => placeholdersOf(text).every((name) => ruleBuiltIns.includes(name)),
    `may hold ${ruleBuiltIns.map((name) => `{{${name}}}`).join(', ')} only`,
  );

/** One entry of `onRepositoryCreated`. The project's UUID decides; its key is for readers only. */
export const repositoryRuleSchema = z.strictObject({
  project: projectSchema,
  slug: z.string().regex(/^[a-z0-9._*-]{1,62}$/, 'may hold lower-case letters, digits, . _ - and * only'),
  grant: z.strictObject({
    template: z.string().regex(NAME, 'must be the name of a template'),
    parameters: z.record(z.string(), z.union([parameterText, z.array(parameterText).min(1)])).default({}),
    account: aliasSchema.optional(),
    environment: z.string().min(1).max(255).optional(),
    name: z.string().regex(NAME, 'must be a lower-case name').optional(),
    expiresIn: durationSchema.optional(),
  }),
  approved: z.boolean().default(false),
  sweep: z.boolean().default(false),
});

/** What each new repository of a project, whose slug fits a pattern, is granted automatically. `approved`: the rule
 *  itself is the approval, where the template requires one. `sweep`: also repositories get it whose webhook was lost. */
export type RepositoryRule = z.infer<typeof repositoryRuleSchema>;
