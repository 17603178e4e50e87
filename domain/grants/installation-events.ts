import * as z from 'zod';
import { accountIdSchema } from '../shared/identifiers.ts';
import { instantSchema } from '../shared/time.ts';

/** What the events of the installation's own stream hold. */
export const installationShapes = {
  /** In the stream of the installation: announces the parameter whose presence freezes everything. */
  InstallationFreezeRequested: { reason: z.string() },
  /** The parameter is there: nothing is granted, widened or renewed. */
  InstallationFrozen: {},
  /** The parameter is gone. */
  InstallationThawed: { reason: z.string().exactOptional() },
  /** A pass over drift in one account came to its end, and something was reported, repaired or frozen. `found` are counts. */
  InstallationCompared: {
    account: accountIdSchema,
    startedAt: instantSchema,
    found: z.strictObject({
      grants: z.int(),
      reported: z.int(),
      repaired: z.int(),
      frozen: z.int(),
      failed: z.int(),
      orphans: z.int(),
    }),
  },
} as const;
