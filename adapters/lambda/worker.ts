import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Worker } from '../../domain/messaging/ports.ts';
import { invokeAsynchronously } from './asynchronous-invocation.ts';

/** The worker function behind its port, by Lambda's asynchronous invocation. Lambda keeps the message, retries when the
 *  worker throws, and moves a message that failed at every attempt to the on-failure queue. The worker is idempotent,
 *  so a caller may repeat the call and the client should retry. */
export const lambdaWorker = (client: LambdaClient, functionName: string): Worker => ({
  handOn: (message) =>
    invokeAsynchronously(client, {
      functionName,
      payload: message,
      refusal: 'The message could not be passed to the worker. Send it again.',
    }),
});
