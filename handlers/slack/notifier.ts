import type { Logger } from '@aws-lambda-powertools/logger';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Notifier } from '../../domain/messaging/ports.ts';
import { type NotifierPorts, rowNotifier } from '../../domain/use-cases/messages/notifier.ts';

/** Has the worker notify people in Slack. Undefined where Slack is not configured. */
export function slackNotifier({
  configuration,
  logger,
  grants,
  worker,
}: Pick<NotifierPorts, 'grants' | 'worker'> & {
  configuration: Configuration;
  logger: Pick<Logger, 'warn'>;
}): Notifier | undefined {
  const { slack, approvals } = configuration;
  if (!slack) return undefined;
  return rowNotifier({
    grants,
    worker,
    settings: { slack, directory: configuration, approvals },
    reportLate: (message, error) =>
      logger.warn('a notification is late', { ...message, error: error as Error }),
  });
}
