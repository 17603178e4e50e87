import * as z from 'zod';
import { grantStates } from '../../../domain/grants/grant.ts';
import { grantIdSchema } from '../../../domain/shared/identifiers.ts';
import { instantSchema } from '../../../domain/shared/time.ts';

/** The grants of a repository that is held or released. */
export const heldGrantsSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        id: grantIdSchema,
        state: z.enum(grantStates).optional().describe('Absent where the caller may not read the grant'),
        refused: z.literal(true).optional().describe('The caller may not revoke the grant; it is as it was'),
        unreadable: z
          .literal(true)
          .optional()
          .describe('Its events cannot be read: its role is closed, or being closed'),
      }),
    ),
  })
  .meta({ id: 'HeldGrants' });

/** Why the whole installation is frozen. */
export const installationFreezeSchema = z
  .strictObject({
    frozen: z.strictObject({
      by: z.string().optional().describe('kind:id'),
      at: instantSchema.optional(),
      reason: z.string().optional(),
    }),
  })
  .meta({ id: 'InstallationFreeze' });
