import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';

/** The id by which the work of an event can be followed through functions: that of a delivery, or of a grant. An id is short and
 *  has no spaces; what else an event holds is no id. */
function correlationOf(event: unknown): string | undefined {
  const { deliveryId, grantId } = (event ?? {}) as { deliveryId?: unknown; grantId?: unknown };
  return [deliveryId, grantId].find(
    (id): id is string => typeof id === 'string' && /^[\w:.-]{1,128}$/.test(id),
  );
}

/** A function of two parameters (Lambda's runtime for Node 24 refuses a handler that takes a callback) whose every line of its log names the request and what it belongs to. The request's id is Lambda's, which HTTP
 *  answers hold as `x-request-id` and events as `correlationId`. */
export const observed =
  <E, R>(
    { logger }: { logger: Pick<Logger, 'resetKeys' | 'appendKeys'> },
    act: (event: E, context: Context, callback: () => void) => R,
  ) =>
  (event: E, context: Context): R => {
    const requestId = context.awsRequestId;
    logger.resetKeys();
    logger.appendKeys({ requestId, correlationId: correlationOf(event) ?? requestId });
    return act(event, context, () => {});
  };
