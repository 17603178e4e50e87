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

const text = (longest: number) => z.string().min(1).max(longest);

/** A request as somebody in Slack has given it; it is checked like any other. */
const slackRequest = z.strictObject({
  repository: text(200),
  template: text(64),
  parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  environment: text(255).optional(),
  account: text(64).optional(),
  name: text(64).optional(),
  expiresIn: text(16).optional(),
  reason: text(500).optional(),
});

const grantId = text(64);
const planHash = text(64);

/** What somebody in Slack wants done. */
const slackAct = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('request'), request: slackRequest }),
  z.strictObject({ verb: z.literal('list'), repository: text(200).optional() }),
  z.strictObject({ verb: z.literal('show'), grantId }),
  z.strictObject({ verb: z.literal('explain'), grantId }),
  z.strictObject({ verb: z.literal('revoke'), grantId }),
  z.strictObject({ verb: z.literal('approve'), grantId, planHash }),
  z.strictObject({ verb: z.literal('reject'), grantId, planHash, reason: text(500) }),
]);

const slackAsk = z.strictObject({
  source: z.literal('slack'),
  /** The correlation id of what comes of it. */
  deliveryId: text(64),
  /** From the signed body. */
  team: text(32),
  user: text(32),
  /** Where the answer goes: a response URL, which works for 30 minutes without a token and is never logged, an open
   *  modal, or the user's direct messages. */
  answerTo: z.union([
    z.strictObject({ responseUrl: z.url().max(500) }),
    z.strictObject({ viewId: text(64) }),
    z.strictObject({ user: text(32) }),
  ]),
  act: slackAct,
});

const notification = z.strictObject({
  source: z.literal('notify'),
  grantId,
  /** The event that is news. */
  seq: z.int().min(1),
});

/** What a function hands on to the worker: what to look at, and nothing secret but a response URL. */
export const workerMessageSchema = z.discriminatedUnion('source', [
  bitbucketDelivery,
  slackAsk,
  notification,
]);

/** See `slackRequest`. */
export type SlackRequest = z.infer<typeof slackRequest>;

/** What somebody in Slack wants done, and where the answer goes. */
export type SlackAsk = z.infer<typeof slackAsk>;

/** An event that somebody may want to be told of. */
export type Notification = z.infer<typeof notification>;

/** See `workerMessageSchema`. */
export type WorkerMessage = z.infer<typeof workerMessageSchema>;

/** A verified webhook of Bitbucket, as the worker gets it. */
export type BitbucketDelivery = z.infer<typeof bitbucketDelivery>;
