import * as z from 'zod';
import {
  environmentUuidSchema,
  parseUuid,
  projectUuidSchema,
  repositoryUuidSchema,
  workspaceUuidSchema,
} from '../shared/identifiers.ts';

/** A UUID in the configuration: in braces, case-insensitive, normalised to lower case. */
const pinnedUuid = z
  .string({
    error: ({ input }) => (input === undefined ? 'is missing; npm run config:pin fills it in' : undefined),
  })
  .refine((text) => parseUuid(text) !== undefined, 'must be a UUID in braces; npm run config:pin finds it')
  .transform((text) => text.toLowerCase());

/** The UUID of a repository in the configuration. */
export const pinnedRepositoryUuid = pinnedUuid.pipe(repositoryUuidSchema);

/** The UUID of a deployment environment in the configuration. */
export const pinnedEnvironmentUuid = pinnedUuid.pipe(environmentUuidSchema);

/** A slug in the configuration, as Bitbucket writes it in URLs. */
export const slugSchema = z
  .string()
  .regex(/^[a-z0-9_][a-z0-9._-]*$/, 'must be a Bitbucket slug in lower case');

/** A configured workspace. */
export const workspaceSchema = z.strictObject({
  slug: slugSchema,
  uuid: pinnedUuid.pipe(workspaceUuidSchema),
});

/** A project in the configuration. The UUID decides; the key is there for people. */
export const projectSchema = z.strictObject({
  workspace: slugSchema,
  key: z.string().min(1),
  uuid: pinnedUuid.pipe(projectUuidSchema),
});
