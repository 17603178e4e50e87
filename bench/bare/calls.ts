import {
  BatchGetItemCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import {
  type BareEvent,
  type BareGrant,
  toCheckpoint,
  toInsert,
  toItem,
  toRows,
  toStreamQuery,
} from './records.ts';

const dynamodb = new DynamoDBClient({});
const ssm = new SSMClient({});
const { acme: token } = JSON.parse(process.env.BITBUCKET_CREDENTIALS ?? '{}') as { acme?: string };
const bitbucketUrl = `${process.env.SANDBOX_BITBUCKET_URL}/2.0`;

/** A repository's slug or UUID in a workspace, as Bitbucket answers it. */
export async function fetchRepository(workspaceUuid: string, repository: string) {
  const path = `/repositories/${encodeURIComponent(workspaceUuid)}/${encodeURIComponent(repository)}`;
  const response = await fetch(`${bitbucketUrl}${path}`, {
    headers: { accept: 'application/json', authorization: `Bearer ${token}` },
  });
  return (await response.json()) as {
    uuid: string;
    full_name: string;
    slug: string;
    workspace: { uuid: string; slug: string };
    project: { key: string; uuid: string };
  };
}

export async function loadEvents(grantId: string): Promise<BareEvent[]> {
  await dynamodb.send(new GetItemCommand(toCheckpoint(grantId)));
  return queryEvents(grantId);
}

/** One item of the table of grants, whatever it holds. */
export async function getItem(key: string): Promise<void> {
  await dynamodb.send(new GetItemCommand({ ...toItem(key), ConsistentRead: true }));
}

/** The rows of these grants. */
export async function getRows(grantIds: readonly string[]): Promise<unknown[]> {
  const { Responses: found = {} } = await dynamodb.send(new BatchGetItemCommand(toRows(grantIds)));
  return Object.values(found).flatMap((items) => items.map(({ grant }) => JSON.parse(grant?.S ?? 'null')));
}

/** Milliseconds for which the product believes a look at the freeze. */
const FREEZE_MS = 5000;
let looked = Number.NEGATIVE_INFINITY;

/** A look at the parameter that freezes the installation, unless there was one of late. */
export async function lookForFreeze(): Promise<void> {
  if (performance.now() - looked < FREEZE_MS) return;
  looked = performance.now();
  // The parameter is there only during a freeze.
  await ssm.send(new GetParameterCommand({ Name: process.env.FROZEN_PARAMETER })).catch(() => undefined);
}

/** The events of a stream, without a look at its checkpoint. */
export async function queryEvents(grantId: string): Promise<BareEvent[]> {
  const { Items: items = [] } = await dynamodb.send(new QueryCommand(toStreamQuery(grantId)));
  return items.map(({ event }) => JSON.parse(event?.S ?? ''));
}

export async function append(
  grant: BareGrant,
  seq: number,
  { type, data = {}, principal = 'system:provisioner' }: { type: string; data?: object; principal?: string },
): Promise<void> {
  await dynamodb.send(new ExecuteStatementCommand(toInsert(grant, seq, { type, principal, data })));
}

export async function update(input: UpdateItemCommandInput): Promise<void> {
  await dynamodb.send(new UpdateItemCommand(input));
}
