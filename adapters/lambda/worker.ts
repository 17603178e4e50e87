import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Worker } from '../../domain/messaging/ports.ts';
import { PortError } from '../../domain/shared/port-error.ts';

/** Milliseconds for passing on a message, retries included. Slack waits 3 seconds, Bitbucket 10. */
const INVOCATION_WAIT_MS = 2000;

/** The worker function behind its port, by Lambda's asynchronous invocation. Lambda keeps the message, retries when the
 *  worker throws, and moves a message that failed at every attempt to the on-failure queue. The worker is idempotent,
 *  so a caller may repeat the call and the client should retry. */
export function lambdaWorker(client: LambdaClient, functionName: string): Worker {
  return {
    async handOn(message) {
      const command = new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'Event',
        Payload: new TextEncoder().encode(JSON.stringify(message)),
      });
      const sent = await client
        .send(command, { abortSignal: AbortSignal.timeout(INVOCATION_WAIT_MS) })
        .catch((cause: unknown) => {
          throw notHandedOn(cause);
        });
      if (sent.StatusCode !== 202) throw notHandedOn(new Error(`Lambda answered ${sent.StatusCode}`));
    },
  };
}

const notHandedOn = (cause: unknown) =>
  new PortError('Lambda', 'UNAVAILABLE', 'The message could not be passed to the worker. Send it again.', {
    cause,
  });
