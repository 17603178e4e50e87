import type { Logger } from '@aws-lambda-powertools/logger';
import type { EventLog } from '../../domain/grants/stores.ts';
import type { AuditPort } from '../../domain/guardrails/guardrails.ts';
import { type Metrics, measuresOf } from '../../domain/messaging/metrics.ts';
import type { AccessPorts } from '../../domain/use-cases/access.ts';
import type { FollowPorts } from '../../domain/use-cases/following/follow-repository.ts';

/** Where reports go: to the log as structured lines, and to the metrics that alarms look at. */
export type Reported = { logger: Logger; metrics: Metrics };

/** A log whose appended events are counted. An event whose reply was lost may be counted by no function. */
export const measuredLog = (log: EventLog, metrics: Metrics): EventLog => ({
  ...log,
  async append(event) {
    const outcome = await log.append(event);
    if (outcome === 'appended') metrics.put(measuresOf(event));
    return outcome;
  },
});

/** Reports of refusals and of what cannot be read: one line for each. The messages `denied` and `UNREADABLE` are stable, so that
 *  they can be searched for. */
export const accessReports = ({
  logger,
  metrics,
}: Reported): Pick<AccessPorts, 'reportDenied' | 'reportUnreadable'> => ({
  reportDenied: (denial) => {
    if (denial.action === 'approve') metrics.put({ ApprovalsDenied: 1 });
    logger.warn('denied', { denial });
  },
  reportUnreadable: (grantId, cause) => {
    metrics.put({ Unreadable: 1 });
    logger.error('UNREADABLE', { grantId, error: cause as Error });
  },
});

/** The report that no more unreadable grants are revoked in this run. */
export const stoppedReport = ({ logger, metrics }: Reported): Pick<FollowPorts, 'reportStopped'> => ({
  reportStopped: (grantId) => {
    metrics.put({ UnreadableRevocationsStopped: 1 });
    logger.error('UNREADABLE_REVOCATIONS_STOPPED', { grantId });
  },
});

/** The report of plans that break an audited guardrail: one structured line for each. */
export const auditReport = ({ logger }: Pick<Reported, 'logger'>): AuditPort => ({
  reportAudited: (audited) => logger.warn('guardrail audited', { audited }),
});
