import * as z from 'zod';
import { pinnedEnvironmentUuid, projectSchema } from '../../bitbucket/settings.ts';
import { lifetimeSchema, reasonSchema } from '../../lifetimes/schema.ts';
import { aliasesSchema, aliasSchema } from '../../shared/account.ts';
import { slackChannelSchema } from '../../shared/identifiers.ts';
import { ownershipScope, patternsByType } from '../ownership-schema.ts';

/** Groups of the company's tokens, or of entries of `people`. */
const groupsSchema = z
  .array(z.string().regex(/^\S(?:.{0,254}\S)?$/u, 'must be the name of a group, without blanks at its ends'))
  .min(1);

const { templates, accounts, pipeline } = ownershipScope;

/** What a project owns: patterns by type, or rules like those of `ownership`, with the patterns under `names`. */
const ownsSchema = z.union(
  [patternsByType, z.array(z.strictObject({ names: patternsByType, templates, accounts, pipeline })).min(1)],
  {
    error:
      'must be patterns by type, such as {any: ["shop-*"]}, or a list of {names, templates, accounts, pipeline}',
  },
);

/** One entry of `projects`: a team's block, which says everything about a Bitbucket project. `accounts` are the accounts that
 *  are open to its repositories, only the hub where none is listed; `environments` opens an account to these deployment
 *  environments only, by its alias. `owns` becomes rules of ownership. `requesters`, `approvers` and `auditors` are groups.
 *  `channel` is notified of its grants, `approversChannel` of what waits for its approvers. */
export const projectSettingsSchema = z
  .strictObject({
    ...projectSchema.shape,
    owns: ownsSchema.optional(),
    requesters: groupsSchema.optional(),
    approvers: groupsSchema.optional(),
    auditors: groupsSchema.optional(),
    channel: slackChannelSchema.optional(),
    approversChannel: slackChannelSchema.optional(),
    accounts: aliasesSchema.optional(),
    environments: z.record(aliasSchema, z.array(pinnedEnvironmentUuid).min(1)).optional(),
    defaults: z.strictObject({ account: aliasSchema }).optional(),
    lifetime: lifetimeSchema.optional(),
    reason: reasonSchema.optional(),
  })
  .superRefine((settings, context) => {
    const { accounts: open, environments = {}, defaults } = settings;
    const issue = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const unlisted = (alias: string) => `${alias} is not in accounts of this project: list it there as well`;
    for (const alias of Object.keys(environments)) {
      if (!open?.includes(alias)) issue(['environments', alias], unlisted(alias));
    }
    if (defaults && !open?.includes(defaults.account)) {
      issue(['defaults', 'account'], unlisted(defaults.account));
    }
    for (const [n, rule] of (Array.isArray(settings.owns) ? settings.owns : []).entries()) {
      for (const [at, alias] of (rule.accounts ?? []).entries()) {
        if (!open?.includes(alias)) issue(['owns', n, 'accounts', at], unlisted(alias));
      }
    }
  });

/** See `projectSettingsSchema`. */
export type ProjectSettings = z.infer<typeof projectSettingsSchema>;
