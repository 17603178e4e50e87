import * as z from 'zod';
import { bitbucketDeliverySchema } from '../bitbucket/delivery-message.ts';
import { sweepMessageSchema } from '../drift/sweeps.ts';
import { owedMessageSchema } from './owed-message.ts';

const text = (longest: number) => z.string().min(1).max(longest);

/** A request as entered in Slack. It is validated like any other. */
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

/** The action that a Slack user asks for. */
const slackAct = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('request'), request: slackRequest }),
  z.strictObject({ verb: z.literal('list'), repository: text(200).optional() }),
  z.strictObject({ verb: z.literal('show'), grantId }),
  z.strictObject({ verb: z.literal('explain'), grantId }),
  z.strictObject({ verb: z.literal('confirm-revoke'), grantId, reason: text(500).optional() }),
  z.strictObject({ verb: z.literal('revoke'), grantId, reason: text(500).optional() }),
  z.strictObject({ verb: z.literal('renew'), grantId }),
  z.strictObject({ verb: z.literal('approve'), grantId, planHash }),
  z.strictObject({ verb: z.literal('reject'), grantId, planHash, reason: text(500) }),
]);

const slackAsk = z.strictObject({
  source: z.literal('slack'),
  /** The correlation id of everything that it causes. */
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

/** A message to the worker. It holds no secret but a response URL. */
export const workerMessageSchema = z.discriminatedUnion('source', [
  bitbucketDeliverySchema,
  slackAsk,
  owedMessageSchema,
  sweepMessageSchema,
]);

/** See `slackRequest`. */
export type SlackRequest = z.infer<typeof slackRequest>;

/** The action that a Slack user asks for, and where the answer goes. */
export type SlackAsk = z.infer<typeof slackAsk>;

/** See `workerMessageSchema`. */
export type WorkerMessage = z.infer<typeof workerMessageSchema>;
