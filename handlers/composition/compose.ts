import { accountIam } from '../../adapters/aws/account-iam.ts';
import { iamClient } from '../../adapters/aws/iam.ts';
import { awsRoleInventory } from '../../adapters/aws/role-inventory.ts';
import { awsRoleReader } from '../../adapters/aws/role-reader.ts';
import { secretsIn } from '../../adapters/bitbucket/webhook-signature.ts';
import type { CedarAccess } from '../../adapters/cedar/access.ts';
import { readAccess } from '../../adapters/cedar/access-rules.ts';
import { dynamodbCheckpointStore } from '../../adapters/dynamodb/checkpoint-store.ts';
import { dynamodbClaimStore } from '../../adapters/dynamodb/claim-store.ts';
import { dynamodbClient } from '../../adapters/dynamodb/client.ts';
import { dynamodbPassStore, dynamodbSweepStore } from '../../adapters/dynamodb/pass-store.ts';
import { dynamodbRequesterGroups } from '../../adapters/dynamodb/requester-groups.ts';
import { dynamodbReservations } from '../../adapters/dynamodb/reservations.ts';
import { dynamodbSights } from '../../adapters/dynamodb/sights.ts';
import { frozenParameter } from '../../adapters/settings/frozen-parameter.ts';
import { ssmWebhookSecrets } from '../../adapters/settings/secrets.ts';
import { slackResponse } from '../../adapters/slack/response-url.ts';
import { slackUserGroups } from '../../adapters/slack/user-groups.ts';
import { type SlackWeb, slackWebApi } from '../../adapters/slack/web-api.ts';
import { cursorKeysIn, sealedCursors } from '../../adapters/tokens/sealed-cursor.ts';
import { stepTokenReader } from '../../adapters/tokens/step-token-reader.ts';
import { type TokenVerifier, tokenVerifier } from '../../adapters/tokens/verifier.ts';
import { noRepositoryAdmins, repositoryAdmins } from '../../domain/access/repository-admins.ts';
import type { Bitbucket } from '../../domain/bitbucket/port.ts';
import type { ClaimStore } from '../../domain/messaging/ports.ts';
import type { Reservations } from '../../domain/planning/reservation.ts';
import { hubOf } from '../../domain/shared/account.ts';
import type { AccessPorts } from '../../domain/use-cases/access.ts';
import type { CanaryPorts } from '../../domain/use-cases/canary/canary.ts';
import type { StreamPorts } from '../../domain/use-cases/grant-stream.ts';
import type { ProvisionerPorts } from '../../domain/use-cases/provisioning/run.ts';
import type { AuditPorts } from '../../domain/use-cases/reading/audit-events.ts';
import type { ExplainPorts } from '../../domain/use-cases/reading/explain-admission.ts';
import type { RequestPorts } from '../../domain/use-cases/requests/request-grant.ts';
import type { WebhookPorts } from '../bitbucket/webhook-endpoint.ts';
import type { CursorPorts } from '../http/cursor-binding.ts';
import { companyKeys, workspaceKeys } from '../http/key-locations.ts';
import { composeProvisionerClient, composeWorkerClient } from '../invocation/clients.ts';
import { accessReports, auditReport, measuredLog, stoppedReport } from '../invocation/reports.ts';
import type { ConversationPorts } from '../slack/conversation.ts';
import { ACKNOWLEDGEMENT_WAIT_MS, MODAL_WAIT_MS, type SlackPorts } from '../slack/endpoint.ts';
import type { NotificationPorts } from '../slack/notifications/sending.ts';
import { slackNotifier } from '../slack/notifier.ts';
import type { WorkerPorts } from '../worker/worker-function.ts';
import {
  type Core,
  composeBitbucket,
  composeCore,
  composeRecords,
  composeTemplates,
  secretFrom,
} from './core.ts';

export { type Core, composeCore, composeTemplates };

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

/** The event log and the read model for use cases that append. Whoever must hear of an event is notified in Slack, where it is
 *  configured. Events that an administrator is alarmed about are counted. */
export function composeStreams(core: Core): StreamPorts {
  const records = composeRecords(core);
  const notifying = { ...core, grants: records.grants, worker: composeWorkerClient(core) };
  const log = measuredLog(records.log, core.metrics);
  return { ...records, log, notifier: core.configuration.slack && slackNotifier(notifying) };
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
  sweeps: dynamodbSweepStore(dynamodbClient(core.outgoing), core.environment.grantsTable),
  sights: dynamodbSights(dynamodbClient(core.outgoing), core.environment.grantsTable),
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

/** What the canary looks with. It holds no worker, no provisioner and no client that its role lets write. */
export function composeCanary(core: Core): CanaryPorts {
  const { configuration, clock, outgoing } = core;
  const hub = hubOf(configuration.accounts);
  if (!hub) throw new Error('a configuration has a hub');
  return {
    ...composeRecords(core),
    configuration,
    templates: composeTemplates(core),
    bitbucket: composeBitbucket(core),
    installation: frozenParameter(core),
    roles: awsRoleReader(iamClient(hub.region, outgoing), clock),
    random: Math.random,
  };
}
