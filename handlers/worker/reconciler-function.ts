import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { DueRow } from '../../domain/grants/stores.ts';
import type { Metrics } from '../../domain/messaging/metrics.ts';
import type { StreamId } from '../../domain/shared/identifiers.ts';
import { later, toEpoch } from '../../domain/shared/time.ts';
import { type ReconcilePorts, type Reconciliation, reconcile } from '../../domain/use-cases/reconcile.ts';
import { type Placed, refuseMisplaced } from '../invocation/placed.ts';

/** Milliseconds before the function's end after which no grant is begun: one may take the provisioner's whole time. */
const LAST_GRANT_MS = 30_000;

/** What one pass needs beside the reconciler's own ports. */
export type ReconcilerFunctionPorts = Omit<
  ReconcilePorts,
  'reportFailure' | 'reportStopped' | 'reportDue'
> & {
  logger: Pick<Logger, 'info' | 'error'>;
  metrics: Metrics;
  isOnLambda: boolean;
};

/** One pass over what is due. Runs on a schedule; takes nothing from its event. What was not reached stays due.
 *  A pass that stops is thrown on Lambda, so that Lambda counts it; a local gateway would die of it. */
export async function reconcilerFunction(
  ports: ReconcilerFunctionPorts,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'> & Placed,
): Promise<Reconciliation | { error: string }> {
  const { clock, logger, metrics } = ports;
  const reportFailure = (grantId: StreamId, error: unknown) =>
    logger.error('a grant could not be reconciled', { grantId, error: error as Error });
  const reportStopped = (grantId: string) => {
    metrics.put({ UnreadableRevocationsStopped: 1 });
    logger.error('UNREADABLE_REVOCATIONS_STOPPED', { grantId });
  };
  let oldestDue = 0;
  let mostAttempts = 0;
  const reportDue = ({ dueAt, attempts }: DueRow) => {
    oldestDue = Math.max(oldestDue, (clock.now() - toEpoch(dueAt)) / 1000);
    mostAttempts = Math.max(mostAttempts, attempts);
  };
  try {
    refuseMisplaced(ports, context);
    const deadline = later(clock.now(), context.getRemainingTimeInMillis() - LAST_GRANT_MS);
    const found = await reconcile(
      { ...ports, reportFailure, reportStopped, reportDue },
      { correlationId: context.awsRequestId, deadline },
    );
    metrics.put({
      Due: found.due,
      Settled: found.settled,
      Unfinished: found.unfinished,
      OldestDue: oldestDue,
      MostAttempts: mostAttempts,
      ...(found.unreadable > 0 ? { Unreadable: found.unreadable } : {}),
    });
    if (found.due > 0) logger.info('reconciled', { ...found });
    return found;
  } catch (error) {
    logger.error('the pass stopped', { error: error as Error });
    if (ports.isOnLambda) throw error;
    return { error: 'the pass stopped; what is due stays due' };
  }
}
