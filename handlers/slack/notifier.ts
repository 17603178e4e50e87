import type { Logger } from '@aws-lambda-powertools/logger';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Metrics } from '../../domain/messaging/metrics.ts';
import type { Notifier } from '../../domain/messaging/ports.ts';
import { type NotifierPorts, rowNotifier } from '../../domain/use-cases/messages/notifier.ts';

/** Has the worker notify people in Slack. Undefined where Slack is not configured. */
export function slackNotifier({
  configuration,
  logger,
  metrics,
  grants,
  worker,
}: Pick<NotifierPorts, 'grants' | 'worker'> & {
  configuration: Configuration;
  logger: Pick<Logger, 'warn'>;
  metrics: Metrics;
}): Notifier | undefined {
  const { slack, approvals } = configuration;
  if (!slack) return undefined;
  return rowNotifier({
    grants,
    worker,
    settings: { slack, directory: configuration, approvals },
    reportLate: (message, error) => {
      metrics.put({ NotificationsLate: 1 });
      logger.warn('a notification is late', { ...message, error: error as Error });
    },
  });
}
