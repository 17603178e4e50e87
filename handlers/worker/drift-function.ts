import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { later } from '../../domain/shared/time.ts';
import { type AccountPass, passOverAccounts } from '../../domain/use-cases/drift/drift-pass.ts';
import type { DriftPorts } from '../../domain/use-cases/drift/running-pass.ts';
import type { Reconciliation } from '../../domain/use-cases/reconcile.ts';
import { reconcilerCause } from '../../domain/use-cases/revoke-due.ts';
import { askForSweeps } from '../../domain/use-cases/sweeping/ask-for-sweeps.ts';
import { recordRules } from '../../domain/use-cases/sweeping/rules-in-force.ts';
import { type ReconcilerFunctionPorts, reconcilerFunction } from './reconciler-function.ts';

/** Milliseconds before the function's end after which a pass begins nothing: a look of the provisioner may take its whole
 *  time. */
const LAST_LOOK_MS = 35_000;

/** What the reconciler's event may ask for: a pass over drift now, whenever the last one was. The schedule's event asks for
 *  nothing. */
const askedSchema = z.object({ drift: z.literal(true) });

/** What the reconciler function needs. */
export type DriftFunctionPorts = ReconcilerFunctionPorts &
  Omit<DriftPorts, 'reportFailure' | 'reportOrphan'> & {
    configuration: Configuration;
    logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  };

/** What the reconciler answers: what was due, and the passes over drift that it made or went on with. */
export type ReconcilerAnswer = (Reconciliation | { error: string }) & { drift: AccountPass[] };

/** One run of the reconciler: what is due first, then drift with the time that is left. Throws, after both, on Lambda alone,
 *  where a pass over what is due has stopped. */
export async function reconcileAll(
  ports: DriftFunctionPorts,
  event: unknown,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
): Promise<ReconcilerAnswer> {
  const [found] = await Promise.allSettled([reconcilerFunction(ports, context)]);
  const drift = await driftFunction(ports, event, context);
  await sweepsFunction(ports, { isForced: isForcedBy(event), drift }, context);
  if (found.status === 'rejected') throw found.reason;
  return { ...found.value, drift };
}

const isForcedBy = (event: unknown): boolean => askedSchema.safeParse(event).success;

/** The configurations whose rules this process has seen recorded: they change with a deployment only. */
const recorded = new WeakSet<Configuration>();

/** Has the worker sweep the workspaces where a pass over drift has begun, and records since when the rules are in force that sweeps act by.
 *  Never throws: a later run does what this one could not. */
async function sweepsFunction(
  ports: DriftFunctionPorts,
  { isForced, drift }: { isForced: boolean; drift: readonly AccountPass[] },
  { awsRequestId: correlationId }: Pick<Context, 'awsRequestId'>,
): Promise<void> {
  const { configuration, logger } = ports;
  const reportSweepFailure = (about: string, error: unknown) =>
    logger.error('a sweep could not be asked for', { about, error: error as Error });
  try {
    if (!recorded.has(configuration)) await recordRules(ports, reconcilerCause({ correlationId }));
    recorded.add(configuration);
  } catch (error) {
    reportSweepFailure('the rules in force', error);
  }
  if (isForced || drift.some(({ hasBegun }) => hasBegun)) {
    await askForSweeps({ ...ports, reportSweepFailure }, isForced);
  }
}

/** The passes over drift of one run. Reports each in a line; that of a pass that has come to its end makes metrics of its numbers. Never throws: an
 *  interrupted pass goes on in the next run. */
async function driftFunction(
  ports: DriftFunctionPorts,
  event: unknown,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
): Promise<AccountPass[]> {
  const { clock, logger } = ports;
  try {
    const passes = await passOverAccounts(
      {
        ...ports,
        reportOrphan: (orphan) => logger.warn('ORPHAN', { orphan }),
        reportFailure: (about, error) =>
          logger.error('drift could not be looked for', { about, error: error as Error }),
      },
      {
        owner: context.awsRequestId,
        deadline: later(clock.now(), context.getRemainingTimeInMillis() - LAST_LOOK_MS),
        isForced: isForcedBy(event),
      },
    );
    for (const pass of passes) {
      logger.info('drift pass', pass.isDone ? metricsOf(pass, clock.now()) : lineOf(pass));
    }
    return passes;
  } catch (error) {
    logger.error('the pass over drift stopped', { error: error as Error });
    return [];
  }
}

const lineOf = ({ account, isDone, found }: AccountPass) => ({ account, isDone, ...found });

/** A pass in CloudWatch's embedded metric format. Source: CloudWatch User Guide, "Specification: Embedded metric format". An
 *  interrupted pass is measured at its end only, because its numbers go on. */
function metricsOf(pass: AccountPass, now: number) {
  const names = Object.keys(pass.found);
  return {
    ...lineOf(pass),
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: 'Rolewright/Drift',
          Dimensions: [['account']],
          Metrics: names.map((name) => ({ Name: name, Unit: 'Count' })),
        },
      ],
    },
  };
}
