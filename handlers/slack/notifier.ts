import type { Logger } from '@aws-lambda-powertools/logger';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { isNotifiable } from '../../domain/messaging/notifications.ts';
import type { Worker } from '../../domain/messaging/ports.ts';
import { parseGrantId } from '../../domain/shared/identifiers.ts';
import type { StreamPorts } from '../../domain/use-cases/grant-stream.ts';

type NotifierPorts = {
  configuration: Configuration;
  worker: Worker;
  logger: Pick<Logger, 'error'>;
};

/** Has the worker announce notifiable events in Slack. One that cannot be handed on is logged and lost. */
export function slackNotifier({ configuration, worker, logger }: NotifierPorts): StreamPorts['notify'] {
  const { slack } = configuration;
  if (!slack) return undefined;
  const settings = { slack, directory: configuration };
  return async (stream) => {
    const last = stream.events.at(-1);
    const grantId = last && parseGrantId(last.grantId);
    if (!grantId || !isNotifiable(settings, stream)) return;
    const { seq } = last;
    await worker.handOn({ source: 'notify', grantId, seq }).catch((error: unknown) => {
      logger.error('a notification was lost', { grantId, seq, error: error as Error });
    });
  };
}
