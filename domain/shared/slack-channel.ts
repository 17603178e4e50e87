import * as z from 'zod';

/** The id of a Slack channel in the configuration, e.g. `C024BE91L`. */
export const slackChannelSchema = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,20}$/, 'must be the id of a channel, such as C024BE91L, not its name');
