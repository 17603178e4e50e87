import * as z from 'zod';
import { pinnedUuid } from '../shared/pinned-uuid.ts';

/** A slug in the configuration, as Bitbucket writes it in URLs. */
export const slugSchema = z
  .string()
  .regex(/^[a-z0-9_][a-z0-9._-]*$/, 'must be a Bitbucket slug in lower case');

/** A configured workspace. */
export const workspaceSchema = z.strictObject({ slug: slugSchema, uuid: pinnedUuid });

/** A project in the configuration. The UUID decides; the key is there for people. */
export const projectSchema = z.strictObject({
  workspace: slugSchema,
  key: z.string().min(1),
  uuid: pinnedUuid,
});
