import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Reconciler } from '../../domain/use-cases/drift/reconcile-now.ts';
import { invokeAsynchronously } from './asynchronous-invocation.ts';

/** The reconciler function behind its port, by Lambda's asynchronous invocation. A run that is started twice, or never, does no
 *  harm: the schedule starts one every minute. */
export const lambdaReconciler = (client: LambdaClient, functionName: string): Reconciler => ({
  start: (asked) =>
    invokeAsynchronously(client, {
      functionName,
      payload: asked,
      refusal: 'The reconciler could not be started. Repeat the request; it also runs every minute.',
    }),
});
