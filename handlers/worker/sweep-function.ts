import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { type SweepFound, type SweepMessage, sweepId } from '../../domain/drift/sweeps.ts';
import type { Metrics } from '../../domain/messaging/metrics.ts';
import { later, plusSeconds, seconds, toInstant } from '../../domain/shared/time.ts';
import type { SweepPorts } from '../../domain/use-cases/sweeping/running-sweep.ts';
import { sweepWorkspace } from '../../domain/use-cases/sweeping/sweep.ts';

/** Milliseconds before the function's end after which a sweep begins nothing: a request may take the provisioner's whole time. */
const LAST_STEP_MS = 60_000;

/** Seconds until a sweep that is not over goes on. */
const NEXT_RUN_SECONDS = seconds(60);

/** What sweeping needs of the worker. */
export type SweepFunctionPorts = Omit<SweepPorts, 'reportSweep' | 'reportSweepFailure'> & {
  metrics: Metrics;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
};

/** One run of the sweep of a workspace. Its row is taken away once the sweep is over, and is due in a minute while it is not; after a failure
 *  the row stays as it is, due later each time. A sweep that has come to its end is reported in a line whose `_aws` member makes metrics of its
 *  numbers. */
export async function takeSweep(
  ports: SweepFunctionPorts,
  { workspace: slug, isForced = false, resumption }: SweepMessage,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
): Promise<void> {
  const { clock, grants, logger, metrics } = ports;
  const row = resumption && {
    grantId: sweepId(slug),
    dueSeq: 0,
    dueAt: resumption.dueAt,
    attempts: resumption.number,
  };
  const workspace = ports.configuration.workspaces.find((one) => one.slug === slug);
  const outcome = workspace
    ? await sweepWorkspace(
        {
          ...ports,
          reportSweep: (finding) => {
            if (finding.why === 'brake') metrics.put({ SweepsBraked: 1 });
            logger.warn('SWEEP', { finding });
          },
          reportSweepFailure: (about, error) =>
            logger.error('a sweep could not look at everything', { about, error: error as Error }),
        },
        {
          workspace,
          owner: context.awsRequestId,
          deadline: later(clock.now(), context.getRemainingTimeInMillis() - LAST_STEP_MS),
          isForced,
        },
      )
    : ({ is: 'over' } as const);
  if ('found' in outcome && outcome.found) logger.info('sweep', metricsOf(slug, outcome.found, clock.now()));
  if (!row || outcome.is === 'failed') return;
  if (outcome.is === 'over') return grants.removeRow(row);
  const next = plusSeconds(toInstant(clock.now()), NEXT_RUN_SECONDS);
  await grants.postpone({ ...row, attempts: -1 }, next);
}

/** A sweep in CloudWatch's embedded metric format. Source: CloudWatch User Guide, "Specification: Embedded metric format". */
const metricsOf = (workspace: string, found: SweepFound, now: number) => ({
  workspace,
  ...found,
  _aws: {
    Timestamp: now,
    CloudWatchMetrics: [
      {
        Namespace: 'Rolewright/Sweeps',
        Dimensions: [['workspace']],
        Metrics: Object.keys(found).map((name) => ({ Name: name, Unit: 'Count' })),
      },
    ],
  },
});
