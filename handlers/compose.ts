import { Logger } from '@aws-lambda-powertools/logger';
import { accountIam } from '../adapters/aws/account-iam.ts';
import { awsRoleInventory } from '../adapters/aws/role-inventory.ts';
import { bitbucketApi } from '../adapters/bitbucket/api.ts';
import { secretsIn } from '../adapters/bitbucket/webhook-signature.ts';
import type { CedarAccess } from '../adapters/cedar/access.ts';
import { readAccess } from '../adapters/cedar/access-rules.ts';
import { embeddedMetrics, noMetrics } from '../adapters/cloudwatch/embedded-metrics.ts';
import { dynamodbCheckpointStore } from '../adapters/dynamodb/checkpoint-store.ts';
import { dynamodbClaimStore } from '../adapters/dynamodb/claim-store.ts';
import { dynamodbClient } from '../adapters/dynamodb/client.ts';
import { dynamodbEventLog } from '../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../adapters/dynamodb/grant-table.ts';
import { dynamodbPassStore } from '../adapters/dynamodb/pass-store.ts';
import { dynamodbRequesterGroups } from '../adapters/dynamodb/requester-groups.ts';
import { dynamodbReservations } from '../adapters/dynamodb/reservations.ts';
import { type Outgoing, passThrough } from '../adapters/outgoing.ts';
import { readConfiguration, readTemplates } from '../adapters/settings/files.ts';
import { frozenParameter } from '../adapters/settings/frozen-parameter.ts';
import {
  fixedCredentials,
  fixedSecret,
  type SecretParameter,
  ssmCredentials,
  ssmSecret,
  ssmWebhookSecrets,
} from '../adapters/settings/secrets.ts';
import { type SettingsSource, sourceFromEnvironment } from '../adapters/settings/source.ts';
import { slackResponse } from '../adapters/slack/response-url.ts';
import { slackUserGroups } from '../adapters/slack/user-groups.ts';
import { type SlackWeb, slackWebApi } from '../adapters/slack/web-api.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { cursorKeysIn, sealedCursors } from '../adapters/tokens/sealed-cursor.ts';
import { stepTokenReader } from '../adapters/tokens/step-token-reader.ts';
import { type TokenVerifier, tokenVerifier } from '../adapters/tokens/verifier.ts';
import { noRepositoryAdmins, repositoryAdmins } from '../domain/access/repository-admins.ts';
import type { Bitbucket } from '../domain/bitbucket/port.ts';
import type { Configuration } from '../domain/configuration/configuration.ts';
import type { Metrics } from '../domain/messaging/metrics.ts';
import type { ClaimStore } from '../domain/messaging/ports.ts';
import type { Reservations } from '../domain/planning/reservation.ts';
import type { Clock } from '../domain/shared/clock.ts';
import type { Template } from '../domain/templates/template.ts';
import type { AccessPorts } from '../domain/use-cases/access.ts';
import type { StreamPorts } from '../domain/use-cases/grant-stream.ts';
import type { ProvisionerPorts } from '../domain/use-cases/provisioning/run.ts';
import type { AuditPorts } from '../domain/use-cases/reading/audit-events.ts';
import type { ExplainPorts } from '../domain/use-cases/reading/explain-admission.ts';
import type { RequestPorts } from '../domain/use-cases/requests/request-grant.ts';
import type { WebhookPorts } from './bitbucket/webhook-endpoint.ts';
import { type Environment, readEnvironment, type SecretSource, type SecretsBySlug } from './environment.ts';
import type { CursorPorts } from './http/cursor-binding.ts';
import { companyKeys, workspaceKeys } from './http/key-locations.ts';
import { composeProvisionerClient, composeWorkerClient } from './invocation/clients.ts';
import { accessReports, auditReport, measuredLog, stoppedReport } from './invocation/reports.ts';
import type { ConversationPorts } from './slack/conversation.ts';
import { ACKNOWLEDGEMENT_WAIT_MS, MODAL_WAIT_MS, type SlackPorts } from './slack/endpoint.ts';
import type { NotificationPorts } from './slack/notifications/sending.ts';
import { slackNotifier } from './slack/notifier.ts';
import type { WorkerPorts } from './worker/worker-function.ts';

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
    logger: new Logger({ serviceName: 'rolewright' }),
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

/** The verifier of callers' tokens. */
export const composeVerifier = ({ environment, configuration, clock }: Core): TokenVerifier =>
  tokenVerifier(
    configuration,
    { bitbucket: workspaceKeys(environment), company: companyKeys(environment) },
    clock,
  );

/** What lists seal their cursors with. The table's name names the stage, too. */
export function composeCursors({ environment, clock }: Core): CursorPorts {
  const what = 'The parameter with the keys of cursors';
  const source = secretFrom(environment.cursorKeys, clock, { system: 'SSM', what });
  const cursors = sealedCursors(async () => cursorKeysIn(await source()), clock);
  return { cursors, stage: environment.grantsTable };
}

/** The event log and the read model, for readers. */
function composeRecords({ environment, clock, outgoing }: Core): Omit<StreamPorts, 'notifier'> {
  const client = dynamodbClient(outgoing);
  return {
    log: dynamodbEventLog(client, environment.eventsTable),
    checkpoints: dynamodbCheckpointStore(client, environment.checkpointsTable),
    grants: dynamodbGrantTable(client, environment.grantsTable),
    clock,
  };
}

/** The event log and the read model for use cases that append. Whoever must hear of an event is notified in Slack, where it is
 *  configured. Events that an administrator is alarmed about are counted. */
export function composeStreams(core: Core): StreamPorts {
  const records = composeRecords(core);
  const notifying = { ...core, grants: records.grants, worker: composeWorkerClient(core) };
  const log = measuredLog(records.log, core.metrics);
  return { ...records, log, notifier: core.configuration.slack && slackNotifier(notifying) };
}

const secretFrom = (source: SecretSource, clock: Clock, secret: Omit<SecretParameter, 'name'>) =>
  'value' in source ? fixedSecret(source.value) : ssmSecret({ ...secret, name: source.parameter }, clock);

/** Bitbucket. The endpoint of OAuth tokens follows the API's, so that no credential of one is sent to another. */
function composeBitbucket({ environment, configuration, clock, outgoing }: Core): Bitbucket {
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

function accessOf({ source, settings, configuration }: Core): CedarAccess {
  settings.access ??= readAccess(source, configuration);
  return settings.access;
}

/** As `composeCore`, for a function that decides who may do what: no request waits for Cedar to load. */
export function composeDecidingCore(): Core {
  const core = composeCore();
  accessOf(core).prepare();
  return core;
}

/** Who may do what, and where refusals and what cannot be read are reported: one structured line for each, whose messages
 *  `denied` and `UNREADABLE` are stable. Throws `StartFailure` with every
 *  error of the rules, unless a bundle holds them, checked. A function that calls this carries Cedar: its `package` in
 *  `serverless.yml` says so. */
const composeAccess = (core: Core): Pick<AccessPorts, 'access' | 'reportDenied' | 'reportUnreadable'> => ({
  access: accessOf(core),
  ...accessReports(core),
});

/** Who administers a repository, where an administrator has switched that on. */
const composeAdmins =
  ({ configuration }: Core, bitbucket: Bitbucket): AccessPorts['admins'] =>
  () =>
    configuration.access.repositoryAdmins ? repositoryAdmins(configuration, bitbucket) : noRepositoryAdmins;

/** Which grants use which resources exclusively. */
const composeReservations = ({ environment, outgoing }: Core): Reservations =>
  dynamodbReservations(dynamodbClient(outgoing), environment.grantsTable);

/** What the functions that take requests work with. It holds no client for IAM. */
export function composeRequests(core: Core): RequestPorts {
  const bitbucket = composeBitbucket(core);
  return {
    ...composeStreams(core),
    ...composeAccess(core),
    ...auditReport(core),
    admins: composeAdmins(core, bitbucket),
    configuration: core.configuration,
    templates: composeTemplates(core),
    bitbucket,
    provisioner: composeProvisionerClient(core),
    installation: frozenParameter(core),
    reservations: composeReservations(core),
    requesterGroups: dynamodbRequesterGroups(dynamodbClient(core.outgoing), core.environment.claimsTable),
  };
}

/** The ids of Slack deliveries already taken and of notifications already sent. */
const composeClaimStore = ({ environment, clock, outgoing }: Core): ClaimStore =>
  dynamodbClaimStore(dynamodbClient(outgoing), environment.claimsTable, clock);

/** Slack's Web API; a call may take `timeoutMs`. */
const composeSlackWeb = ({ environment, clock, outgoing }: Core, timeoutMs: number): SlackWeb =>
  slackWebApi({
    url: environment.sandboxSlackUrl ?? 'https://slack.com',
    token: secretFrom(environment.slackBotToken, clock, {
      system: 'Slack',
      what: 'The bot token for Slack',
    }),
    timeoutMs,
    outgoing,
  });

const slackResponseOrigin = ({ environment }: Core): string =>
  environment.sandboxSlackUrl ?? 'https://hooks.slack.com';

/** Timeout in milliseconds of a call to Slack that no person waits for. */
const UNHURRIED_MS = 8000;

/** What the worker does for Slack. */
function composeConversations(core: Core): ConversationPorts & NotificationPorts {
  const { logger, outgoing } = core;
  const web = composeSlackWeb(core, UNHURRIED_MS);
  return {
    ...composeRequests(core),
    logger,
    claims: composeClaimStore(core),
    web,
    userGroups: slackUserGroups(web, core.clock, logger),
    response: slackResponse({ origin: slackResponseOrigin(core), outgoing }),
  };
}

/** What the worker does for Slack and for Bitbucket. */
export const composeWorker = (core: Core): WorkerPorts => ({
  ...composeConversations(core),
  worker: composeWorkerClient(core),
  metrics: core.metrics,
  ...stoppedReport(core),
  reportProblem: (about, problem) =>
    core.logger.error('what a delivery asks for is refused', { ...about, problem }),
});

/** What Bitbucket's endpoint works with: it reads the webhooks' secrets, and no table. */
export function composeWebhookEndpoint(core: Core): WebhookPorts {
  const { webhookSecrets } = core.environment;
  return {
    workspaces: core.configuration.workspaces,
    secretsOf:
      'parameters' in webhookSecrets
        ? ssmWebhookSecrets(webhookSecrets.parameters, core.clock)
        : async (slug) => secretsIn(webhookSecrets.bySlug[slug] ?? ''),
    worker: composeWorkerClient(core),
    logger: core.logger,
  };
}

/** What searches of the audit log work with. */
export const composeAudits = (core: Core): AuditPorts => ({
  ...composeRecords(core),
  ...composeAccess(core),
});

/** What Slack's endpoint works with: it reads no grant and writes none. */
export function composeSlackEndpoint(core: Core): SlackPorts {
  const { environment, configuration, clock, logger } = core;
  return {
    configuration,
    templates: composeTemplates(core),
    clock,
    logger,
    signingSecret: secretFrom(environment.slackSigningSecret, clock, {
      system: 'Slack',
      what: 'The signing secret of Slack',
    }),
    responseOrigin: slackResponseOrigin(core),
    claims: composeClaimStore(core),
    worker: composeWorkerClient(core),
    web: composeSlackWeb(core, MODAL_WAIT_MS),
    acknowledgementWaitMs: ACKNOWLEDGEMENT_WAIT_MS,
  };
}

/** What explains admissions: it reads the log, and Bitbucket where that helps. */
export function composeExplanations(core: Core): Omit<ExplainPorts, 'wording'> {
  const { environment, configuration, clock } = core;
  const { log, checkpoints } = composeRecords(core);
  const bitbucket = composeBitbucket(core);
  return {
    ...composeAccess(core),
    admins: composeAdmins(core, bitbucket),
    log,
    checkpoints,
    clock,
    configuration,
    bitbucket,
    stepTokens: stepTokenReader(configuration, workspaceKeys(environment), clock),
  };
}

/** What the reconciler looks for drift with. It can write nothing in IAM. */
export const composeDriftPasses = ({ configuration, clock, outgoing, environment }: Core) => ({
  accounts: configuration.accounts,
  workspaces: configuration.workspaces,
  inventory: awsRoleInventory(configuration.accounts, clock, outgoing),
  passes: dynamodbPassStore(dynamodbClient(outgoing), environment.grantsTable),
  installation: frozenParameter({ environment, clock, outgoing }),
});

/** What the provisioner works with: the only client in the product that can write IAM. */
export function composeProvisioner(core: Core): ProvisionerPorts {
  const { configuration, clock, outgoing, environment, logger } = core;
  return {
    ...composeStreams(core),
    ...auditReport(core),
    checkpoints: dynamodbCheckpointStore(dynamodbClient(outgoing), environment.checkpointsTable),
    reportUnkept: (grantId, error) =>
      logger.warn('a checkpoint was not kept', { grantId, error: error as Error }),
    configuration,
    templates: composeTemplates(core),
    bitbucket: composeBitbucket(core),
    installation: frozenParameter(core),
    reservations: composeReservations(core),
    iam: accountIam(configuration.accounts, clock, outgoing),
  };
}
