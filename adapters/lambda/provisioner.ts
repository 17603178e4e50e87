import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import {
  type Provisioner,
  type ProvisionerAnswer,
  provisionerOutcomes,
} from '../../domain/use-cases/provisioner.ts';
import { type Outgoing, passThrough, watchClient } from '../outgoing.ts';

/** A Lambda client that makes `maxAttempts` attempts, by default one: a repeated synchronous invocation would be a
 *  second run. */
export function lambdaClient(outgoing: Outgoing = passThrough, maxAttempts = 1): LambdaClient {
  return watchClient(new LambdaClient({ maxAttempts }), 'Lambda', outgoing);
}

const answerShape = z.object({ outcome: z.enum(provisionerOutcomes) });

/** The provisioner function behind its port. Sends only `{grantId}`. A failed, late or unreadable invocation is
 *  `unfinished`: the log says what it did, and the read model that the grant is due. */
export function lambdaProvisioner(
  client: LambdaClient,
  functionName: string,
  report: (error: unknown) => void,
): Provisioner {
  return {
    async run(grantId, waitMs): Promise<ProvisionerAnswer> {
      if (waitMs <= 0) return { outcome: 'unfinished' };
      const command = new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'RequestResponse',
        Payload: new TextEncoder().encode(JSON.stringify({ grantId })),
      });
      try {
        const { Payload: payload, FunctionError: functionError } = await client.send(command, {
          abortSignal: AbortSignal.timeout(waitMs),
        });
        if (functionError || !payload)
          throw new Error(`the provisioner failed: ${functionError ?? 'no answer'}`);
        return answerShape.parse(JSON.parse(new TextDecoder().decode(payload)));
      } catch (error) {
        report(error);
        return { outcome: 'unfinished' };
      }
    },
  };
}
