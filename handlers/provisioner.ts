import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { grantIdSchema } from '../domain/grants/intent.ts';
import type { ProvisionerAnswer } from '../domain/use-cases/provisioner.ts';
import { provisionGrant } from '../domain/use-cases/provisioning/provision-grant.ts';
import { composeCore, composeProvisioner } from './compose.ts';

/** Milliseconds before the function's end after which no call begins any more. */
const LAST_CALL_MS = 3000;
/** Milliseconds by which the lease outlives the function: clocks differ, and a call may still be on its way. */
const LEASE_MARGIN_MS = 60_000;

const invocation = z.strictObject({ grantId: grantIdSchema });

/** The account in a function's ARN; undefined for the names that local gateways make up. */
const accountOf = (functionArn: string): string | undefined =>
  /^arn:[a-z-]+:lambda:[a-z0-9-]+:(\d{12}):/.exec(functionArn)?.[1];

const core = composeCore();
const ports = composeProvisioner(core);

/** Works on one grant. Takes `{grantId}` and nothing else, is reachable by `Invoke` only, and answers how it ended;
 *  whatever fails is logged and answered as `unfinished`, because the read model knows that the grant is due. */
export async function handler(event: unknown, context: Context): Promise<ProvisionerAnswer> {
  try {
    const { grantId } = invocation.parse(event);
    const account = accountOf(context.invokedFunctionArn);
    if (account !== undefined && !core.configuration.accounts.some(({ id }) => id === account)) {
      throw new Error(`this function runs in account ${account}, which is not configured`);
    }
    const ends = core.clock.now() + context.getRemainingTimeInMillis();
    return await provisionGrant(ports, {
      grantId,
      owner: context.awsRequestId,
      deadline: ends - LAST_CALL_MS,
      leaseUntil: ends + LEASE_MARGIN_MS,
    });
  } catch (error) {
    core.logger.error('provisioning stopped', { error: error as Error });
    return { outcome: 'unfinished' };
  }
}
