import * as z from 'zod';

const bitbucketDelivery = z.strictObject({
  source: z.literal('bitbucket'),
  /** Slug of the configured workspace whose secret signed the delivery. */
  workspace: z.string().min(1),
  /** The same for every attempt of one delivery; the correlation id of what comes of it. */
  deliveryId: z.string().min(1).max(64),
  /** Bitbucket's event key, e.g. `repo:created`. Not signed: it says when to look, never what is so. */
  event: z.string().min(1).max(64),
  repository: z
    .union([z.strictObject({ uuid: z.string() }), z.strictObject({ fullName: z.string() })])
    .optional(),
  project: z.strictObject({ uuid: z.string() }).optional(),
});

/** What a function hands on to the worker: what to look at, and nothing secret. */
export const workerMessageSchema = z.discriminatedUnion('source', [bitbucketDelivery]);

/** See `workerMessageSchema`. */
export type WorkerMessage = z.infer<typeof workerMessageSchema>;

/** A verified webhook of Bitbucket, as the worker gets it. */
export type BitbucketDelivery = z.infer<typeof bitbucketDelivery>;
