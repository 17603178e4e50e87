import type { Logger } from '@aws-lambda-powertools/logger';
import { bitbucketApi } from '../../adapters/bitbucket/api.ts';
import type { CedarAccess } from '../../adapters/cedar/access.ts';
import { embeddedMetrics, noMetrics } from '../../adapters/cloudwatch/embedded-metrics.ts';
import { dynamodbCheckpointStore } from '../../adapters/dynamodb/checkpoint-store.ts';
import { dynamodbClient } from '../../adapters/dynamodb/client.ts';
import { dynamodbEventLog } from '../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../adapters/dynamodb/grant-table.ts';
import { type Outgoing, passThrough } from '../../adapters/outgoing.ts';
import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import {
  fixedCredentials,
  fixedSecret,
  type SecretParameter,
  ssmCredentials,
  ssmSecret,
} from '../../adapters/settings/secrets.ts';
import { type SettingsSource, sourceFromEnvironment } from '../../adapters/settings/source.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import type { Bitbucket } from '../../domain/bitbucket/port.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Metrics } from '../../domain/messaging/metrics.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import type { Template } from '../../domain/templates/template.ts';
import type { StreamPorts } from '../../domain/use-cases/grant-stream.ts';
import { type Environment, readEnvironment, type SecretSource, type SecretsBySlug } from './environment.ts';
import { functionLog } from './function-log.ts';

/** What a composition starts from. Tests pass another clock, or hinder the outgoing calls; without `source`, the settings are
 *  those that the environment chooses. */
export type Start = {
  variables?: NodeJS.ProcessEnv;
  source?: SettingsSource;
  clock?: Clock;
  outgoing?: Outgoing;
};

/** What every function has. `settings` are what was read so far: each is read, once, when it is needed. */
export type Core = {
  environment: Environment;
  configuration: Configuration;
  clock: Clock;
  outgoing: Outgoing;
  logger: Logger;
  metrics: Metrics;
  source: SettingsSource;
  settings: { templates?: ReadonlyMap<string, Template>; access?: CedarAccess };
};

/** Reads environment and configuration. Throws `StartFailure` with every error: nothing starts half-configured. */
export function composeCore({ variables = process.env, source, clock, outgoing }: Start = {}): Core {
  const from = source ?? sourceFromEnvironment(process.cwd(), variables);
  const environment = readEnvironment(variables);
  const time = clock ?? systemClock;
  return {
    environment,
    configuration: readConfiguration(from),
    clock: time,
    outgoing: outgoing ?? passThrough,
    logger: functionLog(),
    metrics: environment.isOnLambda ? embeddedMetrics(environment.installation, time) : noMetrics,
    source: from,
    settings: {},
  };
}

/** The templates of the folder that the function started in. */
export function composeTemplates({ source, settings }: Core): ReadonlyMap<string, Template> {
  settings.templates ??= readTemplates(source.root);
  return settings.templates;
}

/** The event log and the read model, for readers. */
export function composeRecords({ environment, clock, outgoing }: Core): Omit<StreamPorts, 'notifier'> {
  const client = dynamodbClient(outgoing);
  return {
    log: dynamodbEventLog(client, environment.eventsTable),
    checkpoints: dynamodbCheckpointStore(client, environment.checkpointsTable),
    grants: dynamodbGrantTable(client, environment.grantsTable),
    clock,
  };
}

/** A secret of a parameter, or the one that is given here. */
export const secretFrom = (source: SecretSource, clock: Clock, secret: Omit<SecretParameter, 'name'>) =>
  'value' in source ? fixedSecret(source.value) : ssmSecret({ ...secret, name: source.parameter }, clock);

/** Bitbucket. The endpoint of OAuth tokens follows the API's, so that no credential of one is sent to another. */
export function composeBitbucket({ environment, configuration, clock, outgoing }: Core): Bitbucket {
  const { bitbucketCredentials, bitbucketAdminCredentials, sandboxUrl } = environment;
  const source = (stored: SecretsBySlug<unknown>, variable: string) =>
    'bySlug' in stored ? fixedCredentials(stored.bySlug, variable) : ssmCredentials(stored.parameters, clock);
  return bitbucketApi({
    url: `${sandboxUrl ?? 'https://api.bitbucket.org'}/2.0`,
    tokenUrl: `${sandboxUrl ?? 'https://bitbucket.org'}/site/oauth2/access_token`,
    workspaces: configuration.workspaces,
    credentials: source(bitbucketCredentials, 'BITBUCKET_CREDENTIALS'),
    adminCredentials: source(bitbucketAdminCredentials, 'BITBUCKET_ADMIN_CREDENTIALS'),
    clock,
    outgoing,
  });
}
