import { createHash } from 'node:crypto';
import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';

/** What the bare functions write and read: the product's attributes with about the same bytes, without a schema, a
 *  decision or a real hash chain. */
export type BareGrant = {
  id: string;
  repository: { uuid: string; fullName: string; slug: string };
  workspace: { uuid: string; slug: string };
  project: { key: string; uuid: string };
  name: string;
  parameters: { bucket: string };
  roleName: string;
};

export type BareEvent = { grantId: string; seq: number; at: string; type: string; data: object };

/** The grant that a stream's first event holds. */
export function grantOf(events: BareEvent[]): BareGrant {
  const [first] = events;
  if (!first) throw new Error('the stream is empty');
  return (first.data as { grant: BareGrant }).grant;
}

const ACCOUNT = '111122223333';
const HASH = '0'.repeat(64);
const eventsTable = process.env.EVENTS_TABLE ?? '';
const grantsTable = process.env.GRANTS_TABLE ?? '';
/** The bare functions write to one shard of each index. */
const SHARD = '0';

const columns = ['grantId', 'seq', 'event', 'shard', 'order', 'type', 'repository', 'account', 'principal'];

export const idOf = (repositoryUuid: string, name: string): string =>
  `gr_${createHash('sha256')
    .update(JSON.stringify([repositoryUuid, name]))
    .digest('hex')
    .slice(0, 26)}`;

export const roleArn = (grant: BareGrant): string =>
  `arn:aws:iam::${ACCOUNT}:role/rolewright/${grant.roleName}`;

/** The path of the workspace's identity provider, which is also the prefix of its condition keys. */
const providerOf = ({ workspace }: BareGrant): string =>
  `api.bitbucket.org/2.0/workspaces/${workspace.slug}/pipelines-config/identity/oidc`;

export const providerArn = (grant: BareGrant): string =>
  `arn:aws:iam::${ACCOUNT}:oidc-provider/${providerOf(grant)}`;

export const boundaryArn = `arn:aws:iam::${ACCOUNT}:policy/rolewright-boundary`;

export const trustPolicy = (grant: BareGrant): object => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: providerArn(grant) },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          [`${providerOf(grant)}:aud`]: `ari:cloud:bitbucket::workspace/${grant.workspace.uuid.slice(1, -1)}`,
        },
        StringLike: { [`${providerOf(grant)}:sub`]: `${grant.repository.uuid}:*` },
      },
    },
  ],
});

export const denyingTrustPolicy = (grant: BareGrant): object => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Deny', Principal: { Federated: providerArn(grant) }, Action: 'sts:AssumeRoleWithWebIdentity' },
  ],
});

export const permissionsPolicy = ({ parameters }: BareGrant): object => {
  const bucket = `arn:aws:s3:::${parameters.bucket}`;
  const condition = { StringEquals: { 'aws:ResourceAccount': ACCOUNT } };
  const objects = ['s3:PutObject', 's3:DeleteObject', 's3:GetObject'];
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ListBucket',
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: [bucket],
        Condition: condition,
      },
      {
        Sid: 'PublishObjects',
        Effect: 'Allow',
        Action: objects,
        Resource: [`${bucket}/*`],
        Condition: condition,
      },
    ],
  };
};

/** The statement that appends one event. */
export function toInsert(
  grant: BareGrant,
  seq: number,
  { type, principal, data }: { type: string; principal: string; data: object },
) {
  const at = new Date().toISOString();
  const repository = { uuid: grant.repository.uuid, fullName: grant.repository.fullName };
  const event = {
    grantId: grant.id,
    seq,
    at,
    type,
    principal,
    correlationId: grant.id,
    entryPoint: 'http',
    data: { repository, account: ACCOUNT, ...data },
    prevHash: HASH,
    hash: HASH,
  };
  return {
    Statement: `INSERT INTO "${eventsTable}" VALUE {${columns.map((name) => `'${name}': ?`).join(', ')}}`,
    Parameters: [
      { S: grant.id },
      { N: String(seq) },
      { S: JSON.stringify(event) },
      { S: SHARD },
      { S: `${at}#${grant.id}#${String(seq).padStart(9, '0')}` },
      { S: type },
      { S: grant.repository.uuid },
      { S: ACCOUNT },
      { S: principal },
    ],
  };
}

export const toCheckpoint = (grantId: string) => ({
  TableName: process.env.CHECKPOINTS_TABLE ?? '',
  Key: { grantId: { S: grantId } },
});

export const toStreamQuery = (grantId: string) => ({
  TableName: eventsTable,
  KeyConditionExpression: 'grantId = :id',
  ExpressionAttributeValues: { ':id': { S: grantId } },
  ConsistentRead: true,
});

export const toItem = (key: string) => ({ TableName: grantsTable, Key: { grantId: { S: key } } });

export const toRows = (grantIds: readonly string[]) => ({
  RequestItems: {
    [grantsTable]: { Keys: grantIds.map((id) => ({ grantId: { S: id } })), ConsistentRead: true },
  },
});

/** Enrols a grant in its repository's item. */
export const toEnrolment = ({ id, repository }: BareGrant): UpdateItemCommandInput => ({
  ...toItem(`repository#${repository.uuid}`),
  UpdateExpression: 'ADD enrolled :grants',
  ExpressionAttributeValues: { ':grants': { SS: [id] } },
});

/** Remembers who bears a name. */
export const toNaming = (name: string, uuid: string): UpdateItemCommandInput => ({
  ...toItem(`name#bare#${name}`),
  UpdateExpression: 'ADD bearers :uuids',
  ExpressionAttributeValues: { ':uuids': { SS: [uuid] } },
});

const toUpdate = (
  grantId: string,
  {
    expression,
    condition,
    values,
  }: { expression: string; condition: string; values: Record<string, AttributeValue> },
): UpdateItemCommandInput => ({
  TableName: grantsTable,
  Key: { grantId: { S: grantId } },
  UpdateExpression: expression,
  ConditionExpression: condition,
  ExpressionAttributeValues: values,
});

export const toDueMark = (grantId: string, seq: number): UpdateItemCommandInput =>
  toUpdate(grantId, {
    expression: 'SET due = :shard, dueAt = :dueAt, dueSeq = :seq',
    condition: 'attribute_not_exists(dueSeq) OR dueSeq <= :seq',
    values: {
      ':shard': { S: SHARD },
      ':dueAt': { S: `${inOneMinute()}#${grantId}` },
      ':seq': { N: String(seq) },
    },
  });

/** The read model's row after an event; `isDue` while work is left. */
export function toRow(
  grant: BareGrant,
  seq: number,
  { state, isDue }: { state: string; isDue: boolean },
): UpdateItemCommandInput {
  const values: Record<string, string> = {
    changed: `${new Date().toISOString()}#${grant.id}`,
    grant: JSON.stringify(toResource(grant, state)),
    entry: JSON.stringify({ grantId: grant.id, state, repository: grant.repository.uuid }),
    listed: SHARD,
    repository: grant.repository.uuid,
    target: `${grant.repository.uuid}*`,
    project: grant.repository.uuid,
    state,
    inState: `${state}#${SHARD}`,
    ofTemplate: `s3-static-site#${SHARD}`,
    inAccount: `${ACCOUNT}#${SHARD}`,
    requester: 'person:ada@acme.example',
  };
  const sets = ['seq', ...Object.keys(values)].map((name) => `#${name} = :${name}`).join(', ');
  return {
    ...toUpdate(grant.id, {
      expression: isDue ? `SET ${sets}, due = :due, dueAt = :dueAt` : `SET ${sets} REMOVE due, dueAt`,
      condition: 'attribute_not_exists(#seq) OR #seq <= :seq',
      values: {
        ':seq': { N: String(seq) },
        ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, { S: value }])),
        ...(isDue ? { ':due': { S: SHARD }, ':dueAt': { S: `${inOneMinute()}#${grant.id}` } } : {}),
      },
    }),
    ExpressionAttributeNames: Object.fromEntries(
      ['seq', ...Object.keys(values)].map((name) => [`#${name}`, name]),
    ),
  };
}

export const toLease = (grantId: string): UpdateItemCommandInput =>
  toUpdate(grantId, {
    expression: 'SET leaseOwner = :owner, leaseUntil = :until',
    condition:
      'attribute_exists(grantId) AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now OR leaseOwner = :owner)',
    values: {
      ':owner': { S: grantId },
      ':until': { S: inOneMinute() },
      ':now': { S: new Date().toISOString() },
    },
  });

export const toRelease = (grantId: string): UpdateItemCommandInput =>
  toUpdate(grantId, {
    expression: 'REMOVE leaseOwner, leaseUntil',
    condition: 'leaseOwner = :owner',
    values: { ':owner': { S: grantId } },
  });

const inOneMinute = (): string => new Date(Date.now() + 60_000).toISOString();

/** A grant as the bare function shows it. */
export const toResource = (grant: BareGrant, state: string): object => ({
  ...grant,
  state,
  role: { arn: roleArn(grant), name: grant.roleName },
  trustPolicy: trustPolicy(grant),
  permissionsPolicy: permissionsPolicy(grant),
});
