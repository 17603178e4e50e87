import { randomUUID } from 'node:crypto';
import { awsIam, iamClient } from '../../adapters/aws/iam.ts';
import { bitbucketApi } from '../../adapters/bitbucket/api.ts';
import { readAccess } from '../../adapters/cedar/access-rules.ts';
import { dynamodbCheckpointStore } from '../../adapters/dynamodb/checkpoint-store.ts';
import { dynamodbEventLog } from '../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../adapters/dynamodb/grant-table.ts';
import { dynamodbRequesterGroups } from '../../adapters/dynamodb/requester-groups.ts';
import { dynamodbReservations } from '../../adapters/dynamodb/reservations.ts';
import { type Outgoing, passThrough } from '../../adapters/outgoing.ts';
import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import { fixedCredentials } from '../../adapters/settings/secrets.ts';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { noRepositoryAdmins } from '../../domain/access/repository-admins.ts';
import type { StreamId } from '../../domain/shared/identifiers.ts';
import { later } from '../../domain/shared/time.ts';
import { provisionGrant } from '../../domain/use-cases/provisioning/invocation/provision-grant.ts';
import type { RequestPorts } from '../../domain/use-cases/requests/request-grant.ts';
import { freePorts, functionVariables, type StandIns, startStandIns } from '../../sandbox/stack.ts';
import { type MeteredCall, meteredClient } from './metered.ts';

/** The use cases in this process, over the real adapters and the stand-ins. `calls` are those of DynamoDB, in order. */
export type FilledWorld = {
  ports: RequestPorts;
  calls: MeteredCall[];
  client: ReturnType<typeof meteredClient>['client'];
  tables: { events: string; grants: string };
  standIns: StandIns;
  stop(): Promise<void>;
};

const CURSOR_KEYS = '[]';
const PROVISIONER_MS = 25_000;
/** More roles than AWS gives an account (5,000, IAM and STS quotas): those of the largest size and a few that are needed besides. */
const ROLES_QUOTA = 7000;
const LEASE_MS = 90_000;

/** Starts stand-ins in `dir`, whose tables are empty. Sets the SDK's variables of this process. `outgoing` sees the calls of IAM. */
export async function startFilledWorld(
  root: string,
  dir: string,
  outgoing: Outgoing = passThrough,
): Promise<FilledWorld> {
  const source = sourceOfStage(root, 'sandbox');
  const standIns = await startStandIns(source, dir, { ...freePorts, rolesQuota: ROLES_QUOTA });
  const variables = functionVariables(standIns, { lambdaPort: 0, cursors: CURSOR_KEYS });
  Object.assign(process.env, variables);
  const { client, calls } = meteredClient();
  const tables = { events: variables.EVENTS_TABLE ?? '', grants: variables.GRANTS_TABLE ?? '' };
  const configuration = readConfiguration(source);
  const bySlug = JSON.parse(variables.BITBUCKET_CREDENTIALS ?? '{}') as Record<string, unknown>;
  const credentials = fixedCredentials(bySlug, 'BITBUCKET_CREDENTIALS');
  const iam = iamClient('eu-central-1', outgoing);
  const reads = {
    log: dynamodbEventLog(client, tables.events),
    checkpoints: dynamodbCheckpointStore(client, variables.CHECKPOINTS_TABLE ?? ''),
    grants: dynamodbGrantTable(client, tables.grants),
    reservations: dynamodbReservations(client, tables.grants),
    clock: systemClock,
    configuration,
    templates: readTemplates(root),
    bitbucket: bitbucketApi({
      url: `${standIns.bitbucket.url}/2.0`,
      tokenUrl: `${standIns.bitbucket.url}/site/oauth2/access_token`,
      workspaces: configuration.workspaces,
      credentials,
      adminCredentials: credentials,
      clock: systemClock,
    }),
    reportAudited: () => {},
    installation: { frozen: async () => undefined, frozenNow: async () => undefined, freeze: async () => {} },
  };
  const run = (grantId: StreamId) =>
    provisionGrant(
      { ...reads, reportUnkept: () => {}, iam: ({ deadline }) => awsIam(iam, systemClock, deadline) },
      {
        grantId,
        owner: randomUUID(),
        deadline: later(systemClock.now(), PROVISIONER_MS),
        leaseUntil: later(systemClock.now(), LEASE_MS),
      },
    );
  const ports: RequestPorts = {
    ...reads,
    access: readAccess(source, configuration),
    admins: () => noRepositoryAdmins,
    provisioner: { run },
    requesterGroups: dynamodbRequesterGroups(client, variables.CLAIMS_TABLE ?? ''),
    reportDenied: () => {},
    reportUnreadable: (grantId, cause) => {
      throw new Error(`grant ${grantId} cannot be read`, { cause });
    },
  };
  return {
    ...{ ports, calls, client, tables, standIns },
    async stop() {
      client.destroy();
      iam.destroy();
      await Promise.all(Object.values(standIns).map((server) => server.close()));
    },
  };
}
