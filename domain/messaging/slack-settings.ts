import * as z from 'zod';
import { userGroupsSchema } from '../access/derived-groups/settings.ts';
import { projectSchema } from '../bitbucket/settings.ts';
import { slackChannelSchema } from '../shared/identifiers.ts';

/** The `slack` part of the configuration. */
export const slackSettingsSchema = z.strictObject({
  team: z.string().regex(/^T[A-Z0-9]{2,20}$/, 'must be the id of a Slack workspace, such as T024BE7LD'),
  approversChannel: slackChannelSchema,
  channels: z
    .array(
      z.strictObject({
        project: projectSchema,
        channel: slackChannelSchema,
      }),
    )
    .default([]),
  emailLookup: z.boolean().default(false),
  userGroups: userGroupsSchema,
  grantLink: z
    .string()
    .max(1000)
    .refine(
      (text) =>
        /^https:\/\/|^http:\/\/127\.0\.0\.1[:/]/.test(text) && text.includes('{id}') && URL.canParse(text),
      'must be an https URL that holds {id}',
    )
    .optional(),
});

/** The Slack workspace that the app is installed in. Only users of `team` are accepted. `approversChannel` gets the
 *  requests that wait for approval, and `channels` the changes of a project's grants. With `emailLookup` a user
 *  without an entry is found by the email that Slack has verified. `userGroups` gives groups to users of Slack user
 *  groups. `grantLink` is the page of a grant, e.g.
 *  `https://rolewright.acme.example/v1/grants/{id}`. */
export type SlackSettings = z.infer<typeof slackSettingsSchema>;
