import type { Context } from 'aws-lambda';
import { type Reconciliation, reconcile } from '../domain/use-cases/reconcile.ts';
import { composeCore, composeProvisionerClient, composeStreams } from './compose.ts';

/** Milliseconds before the function's end after which no grant is begun: one may take the provisioner's whole time. */
const LAST_GRANT_MS = 30_000;

const core = composeCore();
const ports = {
  ...composeStreams(core),
  provisioner: composeProvisionerClient(core),
  reportFailure: (grantId: string, error: unknown) =>
    core.logger.error('a grant could not be looked after', { grantId, error: error as Error }),
};

/** One pass over what is due. Runs on a schedule; takes nothing from its event. Never throws: what was not reached stays
 *  due. */
export async function handler(
  _event: unknown,
  context: Context,
): Promise<Reconciliation | { error: string }> {
  try {
    const deadline = core.clock.now() + context.getRemainingTimeInMillis() - LAST_GRANT_MS;
    const found = await reconcile(ports, { correlationId: context.awsRequestId, deadline });
    if (found.due > 0) core.logger.info('reconciled', { ...found });
    return found;
  } catch (error) {
    core.logger.error('the pass stopped', { error: error as Error });
    return { error: 'the pass stopped; what is due stays due' };
  }
}
