import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteTableCommand,
  DescribeKinesisStreamingDestinationCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetResourcePolicyCommand,
  ScanCommand,
  type TableDescription,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { GetPolicyCommand, GetPolicyVersionCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { toAttributes } from '../../../../adapters/dynamodb/event-item.ts';
import { planText } from '../../../../scripts/operations/deploy-recover.ts';
import type { TemplateResource } from '../../../../scripts/operations/recover/adopt.ts';
import { planRecovery, recover } from '../../../../scripts/operations/recover/recovery.ts';
import { resourcesOf } from '../../../support/arch/infrastructure.ts';
import { World } from '../../../support/domain/fakes/fakes.ts';
import { GRANT_ID } from '../../../support/domain/samples.ts';

// The shapes are those of the SDK's types and of the API references of CloudFormation, DynamoDB and IAM.
const dynamodb = mockClient(DynamoDBClient);
const iam = mockClient(IAMClient);
const cloudformation = mockClient(CloudFormationClient);
afterAll(() => {
  for (const mock of [dynamodb, iam, cloudformation]) mock.restore();
});
const clients = {
  dynamodb: new DynamoDBClient({ region: 'eu-central-1' }),
  iam: new IAMClient({ region: 'eu-central-1' }),
  cloudformation: new CloudFormationClient({ region: 'eu-central-1' }),
};
const EVENTS = 'rolewright-test-events';
const GRANTS = 'rolewright-test-grants';
const BOUNDARY = 'arn:aws:iam::111122223333:policy/rolewright-boundary';
const functionOf = (installation: string): Record<string, TemplateResource> => ({
  ProvisionerLambdaFunction: {
    Type: 'AWS::Lambda::Function',
    Properties: { Environment: { Variables: { INSTALLATION: installation } } },
  },
});
const resources = {
  ...functionOf('rolewright-test'),
  ...resourcesOf('tables.yml'),
  ...resourcesOf('roles.yml'),
  ...resourcesOf('boundary.yml'),
} as Record<string, TemplateResource>;
const recovered = { stack: 'rolewright-test', resources, boundaryArn: BOUNDARY };

const failure = (name: string, message = name) => Object.assign(new Error(message), { name });

/** The tables that are there: what AWS says of each, and its items. */
let tables: Map<string, { table: TableDescription; items: Record<string, never>[]; hasPolicy?: boolean }>;

const keep = (
  name: string,
  logicalId: string,
  items: object[] = [],
  more: TableDescription & { hasPolicy?: boolean } = {},
) => {
  const { hasPolicy = false, ...said } = more;
  const { KeySchema, GlobalSecondaryIndexes } = (resources[logicalId]?.Properties ?? {}) as TableDescription;
  const table = {
    TableName: name,
    TableArn: name,
    TableStatus: 'ACTIVE' as const,
    KeySchema,
    GlobalSecondaryIndexes,
  };
  tables.set(name, { table: { ...table, ...said }, items: items as never[], hasPolicy });
};

beforeEach(() => {
  tables = new Map();
  for (const mock of [dynamodb, iam, cloudformation]) mock.reset();
  const tableOf = (name = '') => {
    const found = tables.get(name);
    if (!found) throw failure('ResourceNotFoundException');
    return found;
  };
  dynamodb.on(DescribeTableCommand).callsFake(({ TableName }) => ({ Table: tableOf(TableName).table }));
  dynamodb.on(ScanCommand).callsFake(({ TableName, Limit }) => ({
    Items: tableOf(TableName).items.slice(0, Limit ?? 100),
  }));
  dynamodb.on(DescribeKinesisStreamingDestinationCommand).resolves({ KinesisDataStreamDestinations: [] });
  dynamodb.on(GetResourcePolicyCommand).callsFake(({ ResourceArn }) => {
    if (tableOf(ResourceArn).hasPolicy) return { Policy: '{}' };
    throw failure('PolicyNotFoundException');
  });
  dynamodb.on(UpdateTableCommand).resolves({});
  dynamodb.on(DeleteTableCommand).callsFake(({ TableName }) => {
    tables.delete(TableName ?? '');
    return {};
  });
  iam.on(GetRoleCommand).rejects(failure('NoSuchEntityException'));
  iam.on(GetPolicyCommand).rejects(failure('NoSuchEntityException'));
  cloudformation
    .on(DescribeStacksCommand)
    .rejects(failure('ValidationError', 'Stack with id rolewright-test does not exist'));
  cloudformation.on(CreateChangeSetCommand).resolves({});
  cloudformation.on(DescribeChangeSetCommand).resolves({ Status: 'CREATE_COMPLETE' });
  cloudformation.on(ExecuteChangeSetCommand).resolves({});
});

/** What the boundary that is there allows. Its third version is the default. */
const IN_FORCE = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:Get*', Resource: '*' }],
};

function keepBoundary() {
  iam.on(GetPolicyCommand).resolves({ Policy: { DefaultVersionId: 'v3' } });
  iam.on(GetPolicyVersionCommand).callsFake(({ VersionId }) => ({
    PolicyVersion: { Document: encodeURIComponent(JSON.stringify(VersionId === 'v3' ? IN_FORCE : {})) },
  }));
}

const roleAt = (Path: string) => ({
  Role: { Path, RoleName: 'r', RoleId: 'AROA', Arn: 'arn', CreateDate: new Date(0) },
});

/** The items of one grant's stream, as the log holds them. */
async function streamItems(): Promise<Record<string, { S?: string; N?: string }>[]> {
  const world = new World();
  await world.request();
  return (await world.log.loadFrom(GRANT_ID, 1, 100)).flatMap((stored) =>
    stored.kind === 'known' ? [toAttributes(stored.event) as never] : [],
  );
}

const plan = () => planRecovery(clients, recovered);

describe('what a deleted stack has left', () => {
  test('is nothing: a deployment may begin', async () => {
    expect(await plan()).toEqual({ refused: [], removes: [], adopts: [] });
  });

  test('is removed where it is an empty table', async () => {
    keep(EVENTS, 'EventsTable');
    keep(GRANTS, 'GrantsTable');
    expect(await plan()).toEqual({ refused: [], removes: [EVENTS, GRANTS], adopts: [] });
  });

  test('is adopted where it holds events, with the named roles and the boundary', async () => {
    keep(EVENTS, 'EventsTable', await streamItems());
    keep(GRANTS, 'GrantsTable', [{}]);
    iam.on(GetRoleCommand).resolves({});
    keepBoundary();
    const found = await plan();
    expect(found.refused).toEqual([]);
    expect(planText(found)).toEqual([
      `adopt   ${EVENTS} (AWS::DynamoDB::Table)`,
      `adopt   ${GRANTS} (AWS::DynamoDB::Table)`,
      'adopt   rolewright-test-provisioner (AWS::IAM::Role)',
      'adopt   rolewright-test-reconciler (AWS::IAM::Role)',
      `adopt   ${BOUNDARY} (AWS::IAM::ManagedPolicy)`,
    ]);
  });

  test('is adopted without a read model that is gone or empty: the log is the source of truth', async () => {
    keep(EVENTS, 'EventsTable', await streamItems());
    expect((await plan()).adopts.map(({ logicalId }) => logicalId)).toEqual(['EventsTable']);
    keep(GRANTS, 'GrantsTable');
    expect((await plan()).removes).toEqual([GRANTS]);
  });
});

describe('a recovery is refused', () => {
  test.each<[string, TableDescription & { hasPolicy?: boolean }]>([
    ['a resource policy', { hasPolicy: true }],
    ['a stream', { StreamSpecification: { StreamEnabled: true } }],
    ['a replica', { Replicas: [{ RegionName: 'eu-west-1' }] }],
    ['keys', { KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }] }],
    ['indexes', { GlobalSecondaryIndexes: [] }],
    ['DELETING', { TableStatus: 'DELETING' }],
  ])('over %s, also of a table without items', async (what, more) => {
    keep(EVENTS, 'EventsTable', [], more);
    expect(await plan()).toEqual({
      refused: [expect.stringMatching(new RegExp(`^${EVENTS}: .*${what}`))],
      removes: [],
      adopts: [],
    });
  });

  test.each(['rolewright-prod', 'rolewright-test-eu', 'acme-rolewright-test'])(
    'with the package of %s',
    async (installation) => {
      const other = { ...recovered, resources: { ...resources, ...functionOf(installation) } };
      keep(EVENTS, 'EventsTable');
      expect(await planRecovery(clients, other)).toEqual({
        refused: [
          expect.stringMatching(
            `^This package is of another stage: .*${installation}, not of rolewright-test.*npm run package`,
          ),
        ],
        removes: [],
        adopts: [],
      });
    },
  );

  test('over a role at another path than the package has: a role cannot be moved', async () => {
    iam.on(GetRoleCommand).resolves(roleAt('/platform/'));
    const { refused, adopts } = await plan();
    expect(refused).toEqual(
      ['provisioner', 'reconciler'].map((name) =>
        expect.stringMatching(
          `^rolewright-test-${name}: is at /platform/.*set functionRolePath to /platform/`,
        ),
      ),
    );
    expect(adopts).toEqual([]);
  });

  test('over a stream to Kinesis', async () => {
    keep(EVENTS, 'EventsTable');
    dynamodb.on(DescribeKinesisStreamingDestinationCommand).resolves({
      KinesisDataStreamDestinations: [{ StreamArn: 'arn', DestinationStatus: 'ACTIVE' }],
    });
    expect((await plan()).refused).toEqual([expect.stringContaining('it has a stream')]);
  });

  test.each<[string, (items: Record<string, { S?: string; N?: string }>[]) => object[]]>([
    ['an event that was taken out', (items) => items.filter((_, n) => n !== 1)],
    [
      'an event that was altered',
      (items) =>
        items.map((item, n) =>
          n === 1 ? { ...item, event: { S: item.event?.S?.replace(/"at":"2026/, '"at":"2025') } } : item,
        ),
    ],
    ['an item that is no event', (items) => [...items, { grantId: { S: 'gr_x' }, seq: { N: '1' } }]],
  ])('over %s', async (_, damage) => {
    keep(EVENTS, 'EventsTable', damage(await streamItems()));
    const { refused, adopts } = await plan();
    expect([refused.length > 0, adopts]).toEqual([true, []]);
  });

  test.each(['absent', 'empty'])('over rows without their log, which is %s', async (kind) => {
    if (kind === 'empty') keep(EVENTS, 'EventsTable');
    keep(GRANTS, 'GrantsTable', [{}]);
    expect((await plan()).refused).toEqual([expect.stringContaining('restore the log first')]);
  });

  test.each(['CREATE_COMPLETE', 'ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED', 'DELETE_FAILED'] as const)(
    'while the stack is %s',
    async (StackStatus) => {
      cloudformation.on(DescribeStacksCommand).resolves({
        Stacks: [{ StackName: 'rolewright-test', StackStatus, CreationTime: new Date(0) }],
      });
      expect((await plan()).refused).toEqual([expect.stringContaining(StackStatus)]);
    },
  );
});

describe('a recovery', () => {
  test('imports what it adopts, each kept if the stack is deleted, and waits for the end', async () => {
    keep(EVENTS, 'EventsTable', await streamItems());
    keepBoundary();
    const found = await plan();
    let imported = false;
    cloudformation.on(ExecuteChangeSetCommand).callsFake(() => {
      imported = true;
      return {};
    });
    cloudformation.on(DescribeStacksCommand).callsFake(() => ({
      Stacks: [
        { StackName: 'rolewright-test', StackStatus: imported ? 'IMPORT_COMPLETE' : 'REVIEW_IN_PROGRESS' },
      ],
    }));
    await recover(clients, recovered, found);
    const [{ args } = { args: [] }] = cloudformation.commandCalls(CreateChangeSetCommand);
    const input = args[0]?.input;
    expect(input).toMatchObject({
      StackName: 'rolewright-test',
      ChangeSetType: 'IMPORT',
      ResourcesToImport: [
        {
          ResourceType: 'AWS::DynamoDB::Table',
          LogicalResourceId: 'EventsTable',
          ResourceIdentifier: { TableName: EVENTS },
        },
        {
          ResourceType: 'AWS::IAM::ManagedPolicy',
          LogicalResourceId: 'Boundary',
          ResourceIdentifier: { PolicyArn: BOUNDARY },
        },
      ],
    });
    const template = JSON.parse(input?.TemplateBody ?? '') as { Resources: Record<string, object> };
    expect(Object.keys(template.Resources)).toEqual(['EventsTable', 'Boundary']);
    for (const resource of Object.values(template.Resources)) {
      expect(resource).toMatchObject({ DeletionPolicy: 'Retain' });
    }
    // A reference to a resource that is not there would fail the import.
    expect(input?.TemplateBody).not.toMatch(/Fn::GetAtt|"Ref"|HttpApi/);
    expect(imported).toBe(true);
  });

  test('adopts the boundary with the document in force: a rollback to it changes no granted role', async () => {
    keepBoundary();
    const { adopts } = await plan();
    expect(adopts.map(({ properties }) => properties)).toEqual([
      expect.objectContaining({ ManagedPolicyName: 'rolewright-boundary', PolicyDocument: IN_FORCE }),
    ]);
  });

  test('adopts a role with the path, boundary and tags of governed accounts: another path would replace it', async () => {
    const governed = { Path: '/platform/', PermissionsBoundary: 'arn:x', Tags: [{ Key: 'a', Value: 'b' }] };
    const { ProvisionerRole: role = { Type: '', Properties: {} } } = resources;
    const ProvisionerRole = { ...role, Properties: { ...role.Properties, ...governed } };
    iam.on(GetRoleCommand, { RoleName: 'rolewright-test-provisioner' }).resolves(roleAt('/platform/'));
    const { adopts } = await planRecovery(clients, {
      ...recovered,
      resources: { ...resources, ProvisionerRole },
    });
    const { RoleName, AssumeRolePolicyDocument } = role.Properties;
    expect(adopts.map(({ properties }) => properties)).toEqual([
      { RoleName, AssumeRolePolicyDocument, ...governed },
    ]);
  });

  test('removes an empty table for good, its protection first', async () => {
    keep(EVENTS, 'EventsTable');
    await recover(clients, recovered, await plan());
    expect([...tables.keys()]).toEqual([]);
    expect(dynamodb.commandCalls(UpdateTableCommand)[0]?.args[0].input).toEqual({
      TableName: EVENTS,
      DeletionProtectionEnabled: false,
    });
    expect(cloudformation.commandCalls(CreateChangeSetCommand)).toEqual([]);
  });

  test('removes no table that has been written to since it was shown', async () => {
    keep(EVENTS, 'EventsTable');
    const found = await plan();
    keep(EVENTS, 'EventsTable', await streamItems());
    await expect(recover(clients, recovered, found)).rejects.toThrow('not empty any more');
    expect([...tables.keys()]).toEqual([EVENTS]);
  });
});
