import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';

/** A function that is invoked without anybody waiting for its answer. */
export type AsynchronousHandler = (event: unknown, context: Context) => Promise<void>;

/** Milliseconds before the function's end at which an attempt counts as failed. */
const EARLY_MS = 1000;
/** Attempts on a developer's machine, and milliseconds between them, where no Lambda repeats a failed invocation. */
const LOCAL_ATTEMPTS = 3;
const LOCAL_WAIT_MS = 500;

/** Builds a function that is invoked asynchronously. What `act` throws is a failed attempt: Lambda repeats it
 *  and keeps the event after the last attempt. A local gateway does neither and crashes when a handler
 *  throws, so the attempts are made here and nothing is thrown. */
export function asynchronousFunction(
  { logger, isOnLambda }: { logger: Logger; isOnLambda: boolean },
  act: AsynchronousHandler,
): AsynchronousHandler {
  const attempt = async (event: unknown, context: Context): Promise<void> => {
    const timer = new AbortController();
    try {
      await Promise.race([act(event, context), endOf(context, timer.signal)]);
    } finally {
      timer.abort();
    }
  };
  if (isOnLambda) {
    return async (event, context) => {
      try {
        await attempt(event, context);
      } catch (error) {
        logger.error('an attempt failed; Lambda repeats it', { error: error as Error });
        throw error;
      }
    };
  }
  return async (event, context) => {
    for (let count = 1; count <= LOCAL_ATTEMPTS; count += 1) {
      try {
        return await attempt(event, context);
      } catch (error) {
        logger.error('an attempt failed', { count, error: error as Error });
        if (context.getRemainingTimeInMillis() < LOCAL_WAIT_MS + EARLY_MS) return;
        if (count < LOCAL_ATTEMPTS) await wait(LOCAL_WAIT_MS * count);
      }
    }
  };
}

async function endOf(context: Context, signal: AbortSignal): Promise<void> {
  const left = Math.max(0, context.getRemainingTimeInMillis() - EARLY_MS);
  await wait(left, undefined, { signal, ref: false }).catch(() => {});
  if (!signal.aborted) throw new Error('the attempt took too long');
}
