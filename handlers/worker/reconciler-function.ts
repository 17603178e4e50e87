import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { StreamId } from '../../domain/shared/identifiers.ts';
import { later } from '../../domain/shared/time.ts';
import { type ReconcilePorts, type Reconciliation, reconcile } from '../../domain/use-cases/reconcile.ts';
import { type Placed, refuseMisplaced } from '../invocation/placed.ts';

/** Milliseconds before the function's end after which no grant is begun: one may take the provisioner's whole time. */
const LAST_GRANT_MS = 30_000;

/** What one pass needs beside the reconciler's own ports. */
export type ReconcilerFunctionPorts = Omit<ReconcilePorts, 'reportFailure' | 'reportStopped'> & {
  logger: Pick<Logger, 'info' | 'error'>;
};

/** One pass over what is due. Runs on a schedule; takes nothing from its event. Never throws: what was not reached stays
 *  due. */
export async function reconcilerFunction(
  ports: ReconcilerFunctionPorts,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'> & Placed,
): Promise<Reconciliation | { error: string }> {
  const { clock, logger } = ports;
  const reportFailure = (grantId: StreamId, error: unknown) =>
    logger.error('a grant could not be reconciled', { grantId, error: error as Error });
  const reportStopped = (grantId: string) => logger.error('UNREADABLE_REVOCATIONS_STOPPED', { grantId });
  try {
    refuseMisplaced(ports, context);
    const deadline = later(clock.now(), context.getRemainingTimeInMillis() - LAST_GRANT_MS);
    const found = await reconcile(
      { ...ports, reportFailure, reportStopped },
      { correlationId: context.awsRequestId, deadline },
    );
    if (found.due > 0) logger.info('reconciled', { ...found });
    return found;
  } catch (error) {
    logger.error('the pass stopped', { error: error as Error });
    return { error: 'the pass stopped; what is due stays due' };
  }
}
