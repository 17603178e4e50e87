import * as z from 'zod';
import { projectUuidSchema, repositoryUuidSchema } from '../shared/identifiers.ts';
import { instantSchema } from '../shared/time.ts';

/** Where a run over a project's grants goes on: at a position of the read model's index, in which of its walks; and where to
 *  look for the project's key. */
const walk = z.strictObject({
  after: z.string().min(1).max(200).optional(),
  round: z.int().min(1).max(9),
  /** This walk has renamed a grant. */
  hasRenamed: z.boolean(),
  shownBy: repositoryUuidSchema.optional(),
});

/** A verified webhook of Bitbucket, as the worker gets it. */
export const bitbucketDeliverySchema = z.strictObject({
  source: z.literal('bitbucket'),
  /** Slug of the configured workspace whose secret signed the delivery. */
  workspace: z.string().min(1),
  /** The same for every attempt of one delivery; the correlation id of everything that it causes. */
  deliveryId: z.string().min(1).max(64),
  /** Bitbucket's event key, e.g. `repo:created`. Not signed: it triggers a look-up, and is never evidence. */
  event: z.string().min(1).max(64),
  repository: z
    .union([z.strictObject({ uuid: repositoryUuidSchema }), z.strictObject({ fullName: z.string() })])
    .optional(),
  project: z.strictObject({ uuid: projectUuidSchema, walk: walk.optional() }).optional(),
  /** For a delivery that was postponed: which resumption it is, from 1, and when its row is due again. */
  resumption: z.strictObject({ dueAt: instantSchema, number: z.int().min(1) }).optional(),
});

/** See `bitbucketDeliverySchema`. */
export type BitbucketDelivery = z.infer<typeof bitbucketDeliverySchema>;
