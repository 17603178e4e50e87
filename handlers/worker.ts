import { workerMessageSchema } from '../domain/messaging/worker-message.ts';
import { assertNever } from '../domain/shared/result.ts';
import { followDelivery } from '../domain/use-cases/following/follow-delivery.ts';
import type { FollowPorts } from '../domain/use-cases/following/follow-repository.ts';
import { composeConversations, composeCore } from './compose.ts';
import { converse } from './slack/conversation.ts';
import { tell } from './slack/messages/notifications.ts';
import { asynchronousFunction } from './worker/asynchronous-function.ts';

const core = composeCore();
const { logger, environment } = core;
const slack = composeConversations(core);
const ports: FollowPorts = {
  ...slack,
  reportProblem: (about, problem) =>
    logger.error('what a delivery asks for is refused', { ...about, problem }),
};

/** Does what a function at the edge has handed on; every message may come more than once. Only functions of this stack
 *  may invoke it, so a message that is none is a bug: it is logged and not tried again. */
export const handler = asynchronousFunction({ logger, isOnLambda: environment.isOnLambda }, async (event) => {
  const parsed = workerMessageSchema.safeParse(event);
  if (!parsed.success) {
    logger.error('the worker was handed something that is no message', { error: parsed.error });
    return;
  }
  const message = parsed.data;
  switch (message.source) {
    case 'bitbucket':
      await followDelivery(ports, message);
      logger.info('delivery followed', { message });
      return;
    case 'slack':
      return converse(slack, message);
    case 'notify':
      return tell(slack, message);
    default:
      assertNever(message);
  }
});
