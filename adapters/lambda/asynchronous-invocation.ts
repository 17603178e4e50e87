import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { PortError } from '../../domain/shared/port-error.ts';

/** Milliseconds for passing on a message, retries included. Slack waits 3 seconds, Bitbucket 10. */
const INVOCATION_WAIT_MS = 2000;

/** Hands a payload to a function by Lambda's asynchronous invocation, and returns once Lambda has it. What the function does with
 *  it must be idempotent: the client retries, and so may the caller. Throws `UNAVAILABLE` with `refusal` where it is uncertain
 *  that Lambda has it. */
export async function invokeAsynchronously(
  client: LambdaClient,
  { functionName, payload, refusal }: { functionName: string; payload: object; refusal: string },
): Promise<void> {
  const notHandedOn = (cause: unknown) => new PortError('Lambda', 'UNAVAILABLE', refusal, { cause });
  const command = new InvokeCommand({
    FunctionName: functionName,
    InvocationType: 'Event',
    Payload: new TextEncoder().encode(JSON.stringify(payload)),
  });
  const sent = await client
    .send(command, { abortSignal: AbortSignal.timeout(INVOCATION_WAIT_MS) })
    .catch((cause: unknown) => {
      throw notHandedOn(cause);
    });
  if (sent.StatusCode !== 202) throw notHandedOn(new Error(`Lambda answered ${sent.StatusCode}`));
}
