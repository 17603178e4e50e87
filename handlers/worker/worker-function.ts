import type { Context } from 'aws-lambda';
import type { BitbucketDelivery } from '../../domain/bitbucket/delivery-message.ts';
import type { Metrics } from '../../domain/messaging/metrics.ts';
import { workerMessageSchema } from '../../domain/messaging/worker-message.ts';
import { assertNever } from '../../domain/shared/result.ts';
import { later } from '../../domain/shared/time.ts';
import { followDelivery } from '../../domain/use-cases/following/follow-delivery.ts';
import { DeliveryGivenUp, doOrPostpone } from '../../domain/use-cases/postponed-delivery.ts';
import { type Placed, refuseMisplaced } from '../invocation/placed.ts';
import { type ConversationPorts, converse } from '../slack/conversation.ts';
import type { NotificationPorts } from '../slack/notifications/sending.ts';
import { takeOwed } from '../slack/notifications/take-owed.ts';
import { type SweepFunctionPorts, takeSweep } from './sweep-function.ts';

/** Milliseconds before the function's end after which no further page of a project's grants is begun. */
const LAST_PAGE_MS = 60_000;

/** What the worker needs for all that it is handed. */
export type WorkerPorts = ConversationPorts & NotificationPorts & SweepFunctionPorts & { metrics: Metrics };

/** Processes a message from a function at the edge; every message may be redelivered. Only functions of this
 *  stack may invoke it, so a malformed message is a bug: it is logged and not retried. */
export async function takeMessage(
  ports: WorkerPorts,
  event: unknown,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'> & Placed,
): Promise<void> {
  const { logger } = ports;
  refuseMisplaced(ports, context);
  const parsed = workerMessageSchema.safeParse(event);
  if (!parsed.success) {
    logger.error('the worker was handed something that is no message', { error: parsed.error });
    return;
  }
  const message = parsed.data;
  switch (message.source) {
    case 'bitbucket':
      return takeDelivery(ports, message, context);
    case 'slack':
      return converse(ports, message);
    case 'notify':
    case 'remind':
      return takeOwed(ports, message);
    case 'sweep':
      return takeSweep(ports, message, context);
    default:
      assertNever(message);
  }
}

async function takeDelivery(
  ports: WorkerPorts,
  delivery: BitbucketDelivery,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<void> {
  const deadline = later(ports.clock.now(), context.getRemainingTimeInMillis() - LAST_PAGE_MS);
  const outcome = await doOrPostpone(ports, delivery, () =>
    followDelivery(ports, delivery, deadline).catch((error: unknown) => {
      ports.logger.error('a delivery could not be followed', { delivery, error: error as Error });
      throw error;
    }),
  ).catch((error: unknown) => {
    // Lambda repeats the message, then keeps it in the queue.
    if (error instanceof DeliveryGivenUp) {
      ports.metrics.put({ DeliveriesGivenUp: 1 });
      ports.logger.error('DELIVERY_GIVEN_UP', { delivery, error });
    }
    throw error;
  });
  ports.logger.info(outcome === 'done' ? 'delivery followed' : 'delivery postponed', { delivery });
}
