import * as z from 'zod';
import { sha256Schema } from '../shared/canonical-hash.ts';
import {
  accountIdSchema,
  grantIdSchema,
  repositoryUuidSchema,
  workspaceUuidSchema,
} from '../shared/identifiers.ts';
import { instantSchema } from '../shared/time.ts';

const repository = z.strictObject({ uuid: repositoryUuidSchema, fullName: z.string().min(3) });
const workspace = z.strictObject({ slug: z.string().min(1), uuid: workspaceUuidSchema });

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
  /** The rules with `sweep: true` that are in force from now on, each by its hash. */
  InstallationRulesChanged: { rules: z.array(sha256Schema) },
  /** A sweep announces that it requests what these rules, by their places in `onRepositoryCreated`, give a repository. */
  InstallationRepositoryFound: { repository, workspace, rules: z.array(z.int().min(0)).min(1) },
  /** A sweep found that a repository is gone, and announces the revokes of these grants. */
  InstallationRepositoryLost: { repository, workspace, grants: z.array(grantIdSchema).min(1) },
  /** A sweep of one workspace came to its end, and something was renamed, revoked or requested. `found` are counts. */
  InstallationSwept: {
    workspace,
    startedAt: instantSchema,
    found: z.strictObject({
      repositories: z.int(),
      grants: z.int(),
      renamed: z.int(),
      gone: z.int(),
      revoked: z.int(),
      kept: z.int(),
      requested: z.int(),
      without: z.int(),
      failed: z.int(),
    }),
  },
} as const;
