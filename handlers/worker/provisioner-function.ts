import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { unreadableStreamSchema } from '../../domain/grants/unreadable/revocation.ts';
import { grantIdSchema } from '../../domain/shared/identifiers.ts';
import { later } from '../../domain/shared/time.ts';
import type { ProvisionerAnswer } from '../../domain/use-cases/provisioner.ts';
import { provisionGrant } from '../../domain/use-cases/provisioning/invocation/provision-grant.ts';
import type { ProvisionerPorts } from '../../domain/use-cases/provisioning/run.ts';
import { refuseMisplaced } from '../invocation/placed.ts';

/** Milliseconds before the function's end after which no call begins any more. */
const LAST_CALL_MS = 3000;
/** Milliseconds by which the lease outlives the function: clocks differ, and a call may still be on its way. */
const LEASE_MARGIN_MS = 60_000;

const invocation = z.strictObject({ grantId: z.union([grantIdSchema, unreadableStreamSchema]) });

/** What one invocation needs beside the provisioner's own ports. */
export type ProvisionerFunctionPorts = ProvisionerPorts & {
  logger: Pick<Logger, 'error'>;
  isOnLambda: boolean;
};

/** Works on one grant. Takes `{grantId}` and nothing else, is reachable by `Invoke` only, and answers how it ended;
 *  whatever fails is logged, because the read model knows that the grant is due. On Lambda it is thrown as well, so that
 *  Lambda counts it: its callers take a failed invocation for `unfinished`. A local gateway would die of it. */
export async function provisionerFunction(
  ports: ProvisionerFunctionPorts,
  event: unknown,
  context: Pick<Context, 'awsRequestId' | 'invokedFunctionArn' | 'getRemainingTimeInMillis'>,
): Promise<ProvisionerAnswer> {
  const { clock, logger } = ports;
  try {
    const { grantId } = invocation.parse(event);
    refuseMisplaced(ports, context);
    const ends = later(clock.now(), context.getRemainingTimeInMillis());
    return await provisionGrant(ports, {
      grantId,
      owner: context.awsRequestId,
      deadline: later(ends, -LAST_CALL_MS),
      leaseUntil: later(ends, LEASE_MARGIN_MS),
    });
  } catch (error) {
    logger.error('provisioning stopped', { error: error as Error });
    if (ports.isOnLambda) throw error;
    return { outcome: 'unfinished' };
  }
}
