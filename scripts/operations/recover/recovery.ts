import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  DeleteTableCommand,
  type DynamoDBClient,
  UpdateTableCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { type Adopted, adopt, stackState, type TemplateResource } from './adopt.ts';
import { brokenChains, type KeptTable, lookAtTable, type WantedTable } from './inspection.ts';

/** The AWS that a recovery looks at and changes. */
export type RecoveryClients = {
  dynamodb: DynamoDBClient;
  iam: IAMClient;
  cloudformation: CloudFormationClient;
};

/** What is recovered: the stack `<service>-<stage>`, its packaged template, and the ARN of its boundary. */
export type Recovered = { stack: string; resources: Record<string, TemplateResource>; boundaryArn: string };

/** What a recovery would do. `refused` are the reasons why it does nothing. */
export type RecoveryPlan = { refused: string[]; removes: string[]; adopts: Adopted[] };

/** States of a stack that holds nothing yet: a deployment may begin anew on it. */
const NO_STACK: readonly (string | undefined)[] = [undefined, 'REVIEW_IN_PROGRESS', 'DELETE_COMPLETE'];

const LOG = 'EventsTable';
const READ_MODEL = 'GrantsTable';

/** Looks at what a stack that is gone has left, and says what to do with it. Changes nothing. Tables without an item are removed;
 *  others are adopted, if no one else can write or read them and every chain of the log is whole. */
export async function planRecovery(clients: RecoveryClients, recovered: Recovered): Promise<RecoveryPlan> {
  const { stack, resources } = recovered;
  const packaged = packagedStack(resources);
  if (packaged !== stack) {
    return nothing([
      `This package is of another stage: it is of the stack ${packaged}, not of ${stack}. Run npm run package -- --stage STAGE with the same stage. Give --service if serverless.yml has another name of the service.`,
    ]);
  }
  const state = await stackState(clients.cloudformation, stack);
  if (!NO_STACK.includes(state)) {
    return nothing([
      `The stack ${stack} is ${state}. Only what a deleted stack has left is recovered. A stack that is ROLLBACK_COMPLETE is deleted first: npx sls remove.`,
    ]);
  }
  const [log, readModel] = [
    await lookAtTable(clients.dynamodb, wantedTable(resources, LOG)),
    await lookAtTable(clients.dynamodb, wantedTable(resources, READ_MODEL)),
  ];
  const roles = await keptRoles(clients.iam, resources);
  const refused = [...[log, readModel].flatMap(refusals), ...roles.flatMap(movedRole)];
  if (log.kind !== 'sound' && readModel.kind === 'sound') {
    refused.push(
      `${readModel.name}: holds rows, but the log ${log.name} is ${log.kind}: restore the log first`,
    );
  }
  if (refused.length > 0) return nothing(refused);
  if (log.kind === 'sound') {
    const broken = await brokenChains(clients.dynamodb, log.name);
    if (broken.length > 0) return nothing(broken.map((error) => `${log.name}: ${error}`));
  }
  const tables = [
    { logicalId: LOG, table: log },
    { logicalId: READ_MODEL, table: readModel },
  ];
  return {
    refused: [],
    removes: tables.filter(({ table }) => table.kind === 'empty').map(({ table }) => table.name),
    adopts: [
      ...tables
        .filter(({ table }) => table.kind === 'sound')
        .map(({ logicalId, table }) => adoptedTable(logicalId, table.name, resources)),
      ...roles.map(adoptedRole),
      ...(await keptBoundary(clients.iam, recovered)),
    ],
  };
}

const nothing = (refused: string[]): RecoveryPlan => ({ refused, removes: [], adopts: [] });

const refusals = (table: KeptTable): string[] =>
  table.kind === 'refused' ? table.reasons.map((reason) => `${table.name}: ${reason}`) : [];

const propertiesOf = (resources: Recovered['resources'], logicalId: string): Record<string, unknown> => {
  const found = resources[logicalId];
  if (!found) throw new Error(`the packaged template has no ${logicalId}: package this stage again`);
  return found.Properties;
};

/** The stack that a template was packaged for. Every function has its name, whatever tables, prefixes and paths are given. */
function packagedStack(resources: Recovered['resources']): string {
  const { Environment } = propertiesOf(resources, 'ProvisionerLambdaFunction');
  const { Variables: variables } = Environment as { Variables: Record<string, unknown> };
  return String(variables.INSTALLATION);
}

const wantedTable = (resources: Recovered['resources'], logicalId: string): WantedTable =>
  propertiesOf(resources, logicalId) as WantedTable;

const adoptedTable = (logicalId: string, name: string, resources: Recovered['resources']): Adopted => ({
  logicalId,
  type: 'AWS::DynamoDB::Table',
  identifier: { TableName: name },
  properties: propertiesOf(resources, logicalId),
});

/** The document of a managed policy that is in force; undefined where there is no such policy. IAM returns it URL-encoded (RFC 3986;
 *  IAM API Reference, GetPolicyVersion). */
async function documentInForce(iam: IAMClient, arn: string): Promise<object | undefined> {
  const found = await unlessAbsent(iam.send(new GetPolicyCommand({ PolicyArn: arn })));
  if (!found) return undefined;
  const versionId = found.Policy?.DefaultVersionId;
  const { PolicyVersion: version } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: versionId }),
  );
  return JSON.parse(decodeURIComponent(version?.Document ?? ''));
}

/** A named role that is there: what the package says of it, and its path in IAM. */
type KeptRole = { logicalId: string; properties: Record<string, unknown>; path: string };

async function keptRoles(iam: IAMClient, resources: Recovered['resources']): Promise<KeptRole[]> {
  const kept: KeptRole[] = [];
  for (const logicalId of ['ProvisionerRole', 'ReconcilerRole']) {
    const properties = propertiesOf(resources, logicalId);
    const asked = new GetRoleCommand({ RoleName: String(properties.RoleName) });
    const found = await unlessAbsent(iam.send(asked));
    if (found) kept.push({ logicalId, properties, path: found.Role?.Path ?? '/' });
  }
  return kept;
}

/** A role cannot be moved, and one that is adopted at another path would not be where the stack says. */
const movedRole = ({ properties: { RoleName: name, Path = '/' }, path }: KeptRole): string[] =>
  Path === path
    ? []
    : [
        `${String(name)}: is at ${path}, and the package has ${String(Path)}: set functionRolePath to ${path} for this stage, and package it again`,
      ];

/** A role has all that the package says of it but its policies, which name resources that are not there yet: a path that only the next
 *  deployment names would have CloudFormation replace the role. */
function adoptedRole({ logicalId, properties: { Policies: _, ...properties } }: KeptRole): Adopted {
  const identifier = { RoleName: String(properties.RoleName) };
  return { logicalId, type: 'AWS::IAM::Role', identifier, properties };
}

/** The boundary, if it is there, with the document that is in force: neither the import nor a rollback to it changes what granted roles may
 *  do. */
async function keptBoundary(iam: IAMClient, { resources, boundaryArn }: Recovered): Promise<Adopted[]> {
  const document = await documentInForce(iam, boundaryArn);
  if (!document) return [];
  return [
    {
      logicalId: 'Boundary',
      type: 'AWS::IAM::ManagedPolicy',
      identifier: { PolicyArn: boundaryArn },
      properties: { ...propertiesOf(resources, 'Boundary'), PolicyDocument: document },
    },
  ];
}

async function unlessAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as Error).name === 'NoSuchEntityException') return undefined;
    throw error;
  }
}

/** Does what a plan says. If it dies, the next plan is about what is left. A table is looked at again before it is removed. */
export async function recover(
  { dynamodb, cloudformation }: RecoveryClients,
  { stack, resources }: Recovered,
  { removes, adopts }: RecoveryPlan,
): Promise<void> {
  for (const name of removes) {
    const wanted = [LOG, READ_MODEL]
      .map((id) => wantedTable(resources, id))
      .find((t) => t.TableName === name);
    const now = wanted && (await lookAtTable(dynamodb, wanted));
    if (now?.kind !== 'empty') throw new Error(`${name} is not empty any more. Nothing further was changed.`);
    await removeTable(dynamodb, name);
  }
  if (adopts.length > 0) await adopt(cloudformation, stack, adopts);
}

async function removeTable(client: DynamoDBClient, tableName: string): Promise<void> {
  const waiting = { client, maxWaitTime: 300 };
  await client.send(new UpdateTableCommand({ TableName: tableName, DeletionProtectionEnabled: false }));
  await waitUntilTableExists(waiting, { TableName: tableName });
  await client.send(new DeleteTableCommand({ TableName: tableName }));
  await waitUntilTableNotExists(waiting, { TableName: tableName });
}
