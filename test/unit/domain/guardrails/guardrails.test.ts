import { describe, expect, test } from '@jest/globals';
import { checkGuardrails, type GuardrailSettings } from '../../../../domain/guardrails/guardrails.ts';
import {
  auditableGuardrails,
  type GuardrailId,
  guardrailRules,
} from '../../../../domain/guardrails/rules.ts';
import {
  type ConditionBlock,
  type PermissionsPolicy,
  type PermissionsStatement,
  policyText,
  type TrustPolicy,
} from '../../../../domain/policy/document.ts';
import { renderTrustPolicy } from '../../../../domain/trust/policy.ts';
import { ACME, codeOf, problemOf, shop, successOf } from '../../../support/domain/samples.ts';
import { asAccountId } from '../../../support/identifiers.ts';

const ACCOUNT = asAccountId('111122223333');
const trust = renderTrustPolicy({
  account: { id: ACCOUNT, partition: 'aws' },
  workspace: ACME,
  repositoryUuid: shop.uuid,
});
const settings = (over: Partial<GuardrailSettings> = {}): GuardrailSettings => ({
  accountId: ACCOUNT,
  audit: [],
  deny: [],
  service: undefined,
  ...over,
});
const check = (policy: PermissionsPolicy, over: Partial<GuardrailSettings> = {}, of: TrustPolicy = trust) =>
  checkGuardrails(policy, of, settings(over));

const HELD: ConditionBlock = { StringEquals: { 'aws:ResourceAccount': ACCOUNT } };
const statement = (
  Action: string[],
  Resource: string[],
  Condition: ConditionBlock = HELD,
  Sid = 'A',
): PermissionsStatement => ({ Sid, Effect: 'Allow', Action, Resource, Condition });
const policyOf = (...Statement: PermissionsStatement[]): PermissionsPolicy => ({
  Version: '2012-10-17',
  Statement,
});
/** The ids of the rules that a policy breaks. */
const broken = (...statements: PermissionsStatement[]): string[] => {
  const result = check(policyOf(...statements));
  if (result.ok) return [];
  const ids = (result.problem.errors ?? []).map(({ detail }) => detail.split(': ')[1] ?? '');
  return [...new Set(ids)];
};

const HERE = `eu-central-1:${ACCOUNT}`;
const LAMBDA = `arn:aws:lambda:${HERE}`;
const SITE = 'arn:aws:s3:::shop-site/*';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/shop-task`;
const TO_ECS: ConditionBlock = { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } };

describe('a permissions policy passes', () => {
  test.each([
    ['s3:PutObject', SITE],
    ['s3:PutObject', 'arn:aws:s3:::shop-site/${aws:PrincipalTag/team}/*'],
    ['s3:ListBucket', 'arn:aws:s3:::shop-site'],
    ['ecr:PutImage', `arn:aws:ecr:${HERE}:repository/shop-api`],
    ['lambda:UpdateFunctionCode', `${LAMBDA}:function:shop`],
    ['lambda:UpdateFunctionCode', `${LAMBDA}:function:shop:*`],
    ['lambda:UpdateFunctionCode', `${LAMBDA}:function:shop-api-*`],
    ['cloudformation:DescribeStacks', `arn:aws:cloudformation:${HERE}:stack/shop-*/*`],
    ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${HERE}:secret:shop/db-??????`],
    ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${HERE}:secret:shop-??????`],
    ['ssm:GetParametersByPath', `arn:aws:ssm:${HERE}:parameter/shop-api`],
    ['ssm:GetParameter', `arn:aws:ssm:${HERE}:parameter/shop-api/*`],
    ['dynamodb:Query', `arn:aws:dynamodb:${HERE}:table/shop-orders/index/*`],
    ['cloudfront:CreateInvalidation', `arn:aws:cloudfront::${ACCOUNT}:distribution/E1`],
    ['sqs:SendMessage', `arn:aws-cn:sqs:cn-north-1:${ACCOUNT}:shop-queue`],
    ['ecr:GetAuthorizationToken', '*'],
    ['ECR:getauthorizationtoken', '*'],
    ['s3:GetObject', `arn:aws:s3:${HERE}:accesspoint/shop/object/*`],
    ['elasticloadbalancing:ModifyRule', `arn:aws:elasticloadbalancing:${HERE}:listener-rule/app/shop/*`],
    ['application-autoscaling:PutScalingPolicy', `arn:aws:application-autoscaling:${HERE}:scalable-target/x`],
  ])('with %s on %s', (action, resource) => {
    expect(broken(statement([action], [resource]))).toEqual([]);
  });

  test.each<[string, PermissionsStatement]>([
    ['passing an exact role to an exact service', statement(['iam:PassRole'], [ROLE], TO_ECS)],
    ['assuming exact roles', statement(['sts:AssumeRole'], [ROLE, `${ROLE}-2`], {})],
    [
      'a change set with an exact execution role',
      statement(['cloudformation:CreateChangeSet'], [`arn:aws:cloudformation:${HERE}:stack/shop/*`], {
        StringEquals: { 'cloudformation:RoleArn': ROLE },
      }),
    ],
    [
      'a bearer token for one service',
      statement(['sts:GetServiceBearerToken'], ['*'], {
        StringEquals: { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' },
      }),
    ],
  ])('for %s', (_, good) => {
    expect(broken(good)).toEqual([]);
  });
});

/** What an attacker would write, and the rule that must stop it. Others may, too. */
const attacks: [GuardrailId, string, PermissionsStatement[]][] = [
  ...[
    '*',
    's3:*',
    's3:Get*',
    's3:GetObjec?',
    '*:GetObject',
    's3',
    's3:',
    ':',
    '',
    's3:Get Object',
    's3::x',
  ].map((action): [GuardrailId, string, PermissionsStatement[]] => [
    'one-action-each',
    `the action ${JSON.stringify(action)}`,
    [statement([action], [SITE])],
  ]),
  ...[
    'arn:aws:s3:::*',
    'arn:aws:s3:::?',
    'arn:aws:s3:::shop*',
    'arn:aws:s3:::shop*/x',
    'arn:aws:s3:::sho?-site/*',
    'arn:aws:s3:::*/x',
    'arn:aws:s3:::${aws:username}/x',
    'arn:*:s3:::shop',
    'arn:aws:*:::shop',
    'arn:aws:lambda:*:111122223333:function:shop',
    'arn:aws:lambda:eu-central-1:*:function:shop',
    `${LAMBDA}:*`,
    `${LAMBDA}:function:*`,
    `${LAMBDA}:function:shop*`,
    `${LAMBDA}:function:s-*`,
    `${LAMBDA}:function:sh*-*`,
    `${LAMBDA}:function:shop-*x`,
    `${LAMBDA}:fun*`,
    `${LAMBDA}:fun*:shop`,
    `arn:aws:ecr:${HERE}:repository/*`,
    `arn:aws:cloudfront::${ACCOUNT}:distribution/*`,
    `arn:aws:sqs:${HERE}:shop-*`,
    `arn:aws:s3:${HERE}:accesspoint/*`,
    `arn:aws:s3:${HERE}:accesspoint/*/object/shop`,
    `arn:aws:s3:${HERE}:job/*`,
    `arn:aws:elasticloadbalancing:${HERE}:loadbalancer/app/*`,
    `arn:aws:elasticloadbalancing:${HERE}:listener-rule/net/*/1`,
    `arn:aws:rds:${HERE}:snapshot:rds:*`,
    `arn:aws:secretsmanager:${HERE}:secret:shop-*`,
    `arn:aws:secretsmanager:${HERE}:secret:shop-?????`,
    `arn:aws:secretsmanager:${HERE}:secret:*-??????`,
    `arn:aws:logs:${HERE}:log-group:/aws/*`,
    `arn:aws:ssm:${HERE}:parameter/*`,
    `arn:aws:dynamodb:${HERE}:table/*/index/x`,
    'arn:aws:s3:::',
    'shop-site',
    '',
    ' *',
    '**',
    'arn:*',
  ].map((resource): [GuardrailId, string, PermissionsStatement[]] => [
    'named-resources',
    `the resource ${JSON.stringify(resource)}`,
    [statement(['s3:PutObject'], [resource])],
  ]),
  ...[
    'deadline:ListFarms',
    'Backup:StartBackupJob',
    'tag:TagResources',
    'datasync:StartTaskExecution',
    'gamelift:RegisterCompute',
    'madeup:NewAction',
  ].map((action): [GuardrailId, string, PermissionsStatement[]] => [
    'reviewed-services',
    action,
    [statement([action], [SITE])],
  ]),
  ...[
    'ec2:RebootInstances',
    'EC2:rebootinstances',
    'ec2:DeleteVpc',
    'dynamodb:StartBulkPutItems',
    's3:DeleteBucket',
    's3:*',
    'eks:DeleteCluster',
    'lambda:AnActionOfNextYear',
    'lambda:GetAnActionOfNextYear',
    'sns:Publish2',
  ].map((action): [GuardrailId, string, PermissionsStatement[]] => [
    'judged-actions',
    action,
    [statement([action], [SITE])],
  ]),
  ['star-without-resource', '* for an action that takes one', [statement(['s3:PutObject'], ['*'])]],
  [
    'star-without-resource',
    '* for two actions, one of which takes one',
    [statement(['ecr:GetAuthorizationToken', 'ecr:PutImage'], ['*'])],
  ],
  ['star-without-resource', '* among named resources', [statement(['s3:PutObject'], [SITE, '*'])]],
  ['own-account', 'a bucket that may be anybody’s', [statement(['s3:PutObject'], [SITE], {})]],
  [
    'own-account',
    'a bucket held by a weaker operator',
    [statement(['s3:PutObject'], [SITE], { StringLike: { 'aws:ResourceAccount': '*' } })],
  ],
  [
    'own-account',
    'a bucket held by a condition that may be absent',
    [statement(['s3:PutObject'], [SITE], { StringEqualsIfExists: { 'aws:ResourceAccount': ACCOUNT } })],
  ],
  [
    'own-account',
    'a bucket of one of two accounts',
    [statement(['s3:PutObject'], [SITE], { StringEquals: { 'aws:ResourceAccount': [ACCOUNT, '9'] } })],
  ],
  [
    'own-account',
    'a queue in another account',
    [statement(['sqs:SendMessage'], ['arn:aws:sqs:eu-central-1:999999999999:x'])],
  ],
  [
    'own-account',
    'what AWS hosts',
    [statement(['s3:GetObject'], ['arn:aws:cloudformation:eu-central-1:aws:transform/*'])],
  ],
  [
    'own-account',
    'a role in another account',
    [statement(['sts:AssumeRole'], ['arn:aws:iam::999999999999:role/x'], {})],
  ],
  ...[
    'iam:CreateUser',
    'IAM:CREATEACCESSKEY',
    'iAm:pUtRoLePoLiCy',
    'iam:Pass*',
    'iam:PassRol?',
    'i*:CreateUser',
    '?am:AttachRolePolicy',
    'iam:GetRole',
    'sts:GetFederationToken',
    'sts:AssumeRoot',
    'sts:AssumeRole*',
    'STS:assumerolewithwebidentity',
    'sso:CreateAccountAssignment',
    'sso-directory:CreateUser',
    'identitystore:CreateUser',
    'rolesanywhere:CreateProfile',
    'cognito-identity:SetIdentityPoolRoles',
    'cognito-idp:AdminSetUserPassword',
    '*',
  ].map((action): [GuardrailId, string, PermissionsStatement[]] => [
    'no-identity-management',
    action,
    [statement([action], [SITE])],
  ]),
  ['pass-role-exact', 'any role', [statement(['iam:PassRole'], ['*'], TO_ECS)]],
  ['pass-role-exact', 'in another case', [statement(['IAM:passrole'], ['*'], TO_ECS)]],
  [
    'pass-role-exact',
    'roles by wildcard',
    [statement(['iam:PassRole'], [`arn:aws:iam::${ACCOUNT}:role/shop-*`], TO_ECS)],
  ],
  [
    'pass-role-exact',
    'roles of a path',
    [statement(['iam:PassRole'], [`arn:aws:iam::${ACCOUNT}:role/app/*`], TO_ECS)],
  ],
  [
    'pass-role-exact',
    'a role by variable',
    [statement(['iam:PassRole'], [`arn:aws:iam::${ACCOUNT}:role/\${aws:username}`], TO_ECS)],
  ],
  ['pass-role-exact', 'to any service', [statement(['iam:PassRole'], [ROLE], {})]],
  ...(
    [
      [{ StringLike: { 'iam:PassedToService': '*' } }, 'a pattern'],
      [{ StringLike: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } }, 'a weaker operator'],
      [{ StringEquals: { 'iam:PassedToService': '*' } }, 'a star'],
      [{ StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com', '*'] } }, 'a star among others'],
      [{ StringEquals: { 'iam:PassedToService': '${aws:username}' } }, 'a variable'],
      [{ StringEquals: { 'iam:PassedToService': [] } }, 'nothing'],
      [{ StringEqualsIfExists: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } }, 'IfExists'],
      [
        { 'ForAllValues:StringEquals': { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
        'ForAllValues, which absence fulfils',
      ],
      [
        {
          StringEquals: {
            'iam:PassedToService': 'ecs-tasks.amazonaws.com',
            'IAM:passedtoservice': 'ec2.amazonaws.com',
          },
        },
        'one service in one spelling and another in another',
      ],
      [{ StringNotEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } }, 'what it is not'],
    ] as [ConditionBlock, string][]
  ).map(([condition, what]): [GuardrailId, string, PermissionsStatement[]] => [
    'pass-role-exact',
    `to ${what}`,
    [statement(['iam:PassRole'], [ROLE], condition)],
  ]),
  ['assume-role-exact', 'any role', [statement(['sts:AssumeRole'], ['*'])]],
  [
    'assume-role-exact',
    'roles by wildcard, in another case',
    [statement(['STS:ASSUMEROLE'], [`arn:aws:iam::${ACCOUNT}:role/cdk-*`])],
  ],
  ['bearer-token-exact', 'for any service', [statement(['sts:GetServiceBearerToken'], ['*'], {})]],
  [
    'stack-role-exact',
    'the role that the stack had before',
    [statement(['cloudformation:CreateChangeSet'], [`arn:aws:cloudformation:${HERE}:stack/shop/*`])],
  ],
  [
    'tag-at-creation-exact',
    'tags of a revision that is there',
    [statement(['ecs:TagResource'], [`arn:aws:ecs:${HERE}:task-definition/shop:*`])],
  ],
  [
    'tag-at-creation-exact',
    'tags of whatever is made',
    [
      statement(['ecs:tagresource'], [`arn:aws:ecs:${HERE}:service/shop/web`], {
        StringEquals: { 'ecs:CreateAction': ['RegisterTaskDefinition', 'CreateService'] },
      }),
    ],
  ],
  [
    'stack-role-exact',
    'an execution role by pattern',
    [
      statement(['cloudformation:createchangeset'], [`arn:aws:cloudformation:${HERE}:stack/shop/*`], {
        StringLike: { 'cloudformation:RoleArn': '*' },
      }),
    ],
  ],
  ...[
    'organizations:LeaveOrganization',
    'account:CloseAccount',
    'billing:GetBillingData',
    'Budgets:ModifyBudget',
    'ce:GetCostAndUsage',
    'tax:PutTaxRegistration',
    'payments:MakePayment',
    'org*:LeaveOrganization',
    'ram:CreateResourceShare',
  ].map((action): [GuardrailId, string, PermissionsStatement[]] => [
    'no-organisation-or-billing',
    action,
    [statement([action], [SITE])],
  ]),
  ...[
    'cloudtrail:StopLogging',
    'CloudTrail:DeleteTrail',
    'cloudtrai?:PutEventSelectors',
    'config:StopConfigurationRecorder',
    'guardduty:DeleteDetector',
    'securityhub:DisableSecurityHub',
    'access-analyzer:DeleteAnalyzer',
    'logs:DeleteLogGroup',
    'logs:PutRetentionPolicy',
    'ec2:DeleteFlowLogs',
    's3:PutBucketLogging',
    's3:PutLifecycleConfiguration',
    'events:DisableRule',
    'cloudwatch:DisableAlarmActions',
    'cloudwatch:SetAlarmState',
    'cloudwatch:PutAlarmMuteRule',
    'cloudwatch:StopMetricStreams',
    'logs:PutTransformer',
    'logs:PutMetricFilter',
    'logs:AssociateKmsKey',
    'logs:PutLogGroupDeletionProtection',
    'log*:Delete*',
  ].map((action): [GuardrailId, string, PermissionsStatement[]] => [
    'no-log-tampering',
    action,
    [statement([action], [SITE])],
  ]),
  ...['kms:Decrypt', 'KMS:CreateGrant', 'k?s:ScheduleKeyDeletion', 'kms:PutKeyPolicy'].map(
    (action): [GuardrailId, string, PermissionsStatement[]] => [
      'no-key-management',
      action,
      [statement([action], [SITE])],
    ],
  ),
  ...[
    'ec2:RunInstances',
    'EC2:runinstances',
    'ec2:Run*',
    'ec2:AssociateIamInstanceProfile',
    'ec2:ModifyInstanceAttribute',
    'ec2-instance-connect:SendSSHPublicKey',
    'glue:UpdateDevEndpoint',
    'glue:CreateDevEndpoint',
    'datapipeline:PutPipelineDefinition',
    'codestar:CreateProject',
    'lambda:CreateFunction',
    'lambda:UpdateFunctionConfiguration',
    'lambda:CreateEventSourceMapping',
    'lambda:CreateFunctionUrlConfig',
    'sagemaker:CreateNotebookInstance',
    'sagemaker:CreatePresignedNotebookInstanceUrl',
    'sagemaker:CreateTrainingJob',
    'sagemaker:CreateProcessingJob',
    'codebuild:CreateProject',
    'codebuild:StartBuild',
    'ssm:SendCommand',
    'ssm:StartSession',
    'cloudformation:CreateStack',
    'cloudformation:UpdateStack',
    'cloudformation:CreateStackSet',
    'ecs:ExecuteCommand',
    'ecs:RunTask',
    'eks:CreateAccessEntry',
    'states:UpdateStateMachine',
    'events:PutTargets',
    'scheduler:CreateSchedule',
    'autoscaling:CreateLaunchConfiguration',
    'rds-db:connect',
    'redshift:GetClusterCredentials',
    'transfer:ImportSshPublicKey',
    // Into a machine that has a role already
    'ec2:CreateReplaceRootVolumeTask',
    'ec2:AttachVolume',
    'ssm:RegisterTaskWithMaintenanceWindow',
    'ssm:UpdateMaintenanceWindowTask',
    'ssm:StartChangeRequestExecution',
    'ssm:SendAutomationSignal',
    'ssm:StartAccessRequest',
    'lambda:CreateMicrovmShellAuthToken',
    'lambda:RunMicrovm',
    'codebuild:StartSandboxConnection',
    'codebuild:StartCommandExecution',
    'athena:StartSession',
    'elasticmapreduce:StartNotebookExecution',
    'autoscaling:StartInstanceRefresh',
    // Work with other arguments or other code
    'ecs:CreateService',
    'ecs:CreateDaemon',
    'ecs:CreateExpressGatewayService',
    'glue:CreateTrigger',
    'glue:UpdateJobFromSourceControl',
    'batch:SubmitServiceJob',
    'sagemaker:UpdatePipeline',
    'codebuild:UpdateWebhook',
    'codepipeline:PutApprovalResult',
    'cloudformation:CreateResource',
    'cloudformation:ExecuteStackRefactor',
    'cloudformation:SetTypeDefaultVersion',
    'servicecatalog:ProvisionProduct',
    'lambda:DeleteFunctionCodeSigningConfig',
    // Somebody else's credentials
    'deadline:AssumeQueueRoleForWorker',
    'eks-auth:AssumeRoleForPodIdentity',
    'workmail:AssumeImpersonationRole',
    'elasticmapreduce:GetClusterSessionCredentials',
    'emr-containers:GetManagedEndpointSessionCredentials',
    'events:RetrieveConnectionCredentials',
    'codepipeline:PollForJobs',
    'codepipeline:GetJobDetails',
    'ssm:GetAccessToken',
    'ssm:RequestManagedInstanceRoleToken',
    's3:GetDataAccess',
    'ecs:RegisterContainerInstance',
    'ecs:DiscoverPollEndpoint',
    'ecs:Poll',
    'kinesisanalytics:CreateApplicationPresignedUrl',
    'grafana:CreateWorkspaceApiKey',
    // Into a cluster
    'eks:AssociateIdentityProviderConfig',
    'eks:UpdateClusterConfig',
    'eks:UpdateAddon',
    'eks:CreateNodegroup',
    'eks:CreateFargateProfile',
  ].map((action): [GuardrailId, string, PermissionsStatement[]] => [
    'no-privilege-escalation',
    action,
    [statement([action], [SITE])],
  ]),
  [
    'no-escalation-pairs',
    'code that is changed and run',
    [
      statement(['lambda:UpdateFunctionCode'], [`${LAMBDA}:function:shop`], HELD, 'A'),
      statement(['lambda:InvokeFunction'], [`${LAMBDA}:function:shop`], HELD, 'B'),
    ],
  ],
  [
    'no-escalation-pairs',
    'code that is changed and run, in one statement and another case',
    [statement(['Lambda:updatefunctioncode', 'LAMBDA:InvokeFunction'], [`${LAMBDA}:function:shop`])],
  ],
  ...[
    'lambda:CreateFunction',
    'ec2:RunInstances',
    'ecs:RunTask',
    'glue:CreateJob',
    'states:StartSyncExecution',
  ].map((action): [GuardrailId, string, PermissionsStatement[]] => [
    'no-escalation-pairs',
    `a role that is passed, and ${action}`,
    [statement(['iam:PassRole'], [ROLE], TO_ECS), statement([action], [SITE], HELD, 'B')],
  ]),
  ['no-escalation-pairs', 'both by one wildcard', [statement(['lambda:*'], [`${LAMBDA}:function:shop`])]],
  ...[
    's3:PutBucketPolicy',
    's3:PutBucketAcl',
    's3:PutObjectAcl',
    'S3:putbucketpolicy',
    's3:PutBucket*',
    's3:PutBucketPublicAccessBlock',
    's3:PutReplicationConfiguration',
    'lambda:AddPermission',
    'lambda:AddLayerVersionPermission',
    'sqs:SetQueueAttributes',
    'sqs:AddPermission',
    'sns:SetTopicAttributes',
    'ec2:ModifySnapshotAttribute',
    'ec2:ModifyImageAttribute',
    'rds:ModifyDBSnapshotAttribute',
    'ecr:SetRepositoryPolicy',
    'secretsmanager:PutResourcePolicy',
    'dynamodb:PutResourcePolicy',
    'ecr:PutRegistryPolicy',
    'glacier:InitiateVaultLock',
    // Data that flows out by itself from now on
    'logs:PutSubscriptionFilter',
    'logs:CreateExportTask',
    'sns:Subscribe',
    's3:PutInventoryConfiguration',
    's3:PutBucketAbac',
    's3:CreateMultiRegionAccessPoint',
    'ecr:PutReplicationConfiguration',
    'ecr:CreateRepositoryCreationTemplate',
    'events:UpdateApiDestination',
    'codebuild:UpdateProjectVisibility',
  ].map((action): [GuardrailId, string, PermissionsStatement[]] => [
    'no-handing-on',
    action,
    [statement([action], [SITE])],
  ]),
  ...(
    [
      ['s3:GetObject', 'arn:aws:s3:::rolewright-state/*'],
      ['lambda:InvokeFunction', `${LAMBDA}:function:Rolewright-provisioner`],
      ['lambda:InvokeFunction', `${LAMBDA}:function:role*`],
      ['lambda:InvokeFunction', `${LAMBDA}:function:*-provisioner`],
      ['lambda:InvokeFunction', `${LAMBDA}:function:\${aws:username}`],
      ['dynamodb:PutItem', `arn:aws:dynamodb:${HERE}:table/rolewright-prod-events`],
      ['dynamodb:PutItem', `arn:aws:dynamodb:${HERE}:table/?olewright-prod-events`],
      ['dynamodb:PutItem', `arn:aws:dynamodb:${HERE}:table/*-events`],
      ['dynamodb:PutItem', `arn:aws:dynamodb:${HERE}:*`],
      ['ssm:GetParameter', `arn:aws:ssm:${HERE}:parameter/rolewright/x`],
      ['ssm:GetParameter', `arn:aws:ssm:${HERE}:parameter/r*`],
      ['ssm:GetParametersByPath', `arn:aws:ssm:${HERE}:parameter`],
      ['SSM:getparametersbypath', `arn:aws:ssm:${HERE}:parameter/`],
      ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${HERE}:secret:rolewright-slack-??????`],
      ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${HERE}:secret:*`],
      ['iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/rolewright/rw-shop`],
      ['sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/RoleWright/rw-shop`],
      ['cloudformation:DescribeStacks', `arn:aws:cloudformation:${HERE}:stack/rolewright-prod/*`],
      ['s3:GetObject', '*'],
      ['s3:GetObject', 'arn:*'],
    ] as const
  ).map(([action, resource]): [GuardrailId, string, PermissionsStatement[]] => [
    'nothing-of-rolewright',
    `${action} on ${resource}`,
    [statement([action], [resource])],
  ]),
];

describe('an attack is stopped by its rule', () => {
  test.each(attacks)('%s: %s', (rule, _, statements) => {
    expect(broken(...statements)).toContain(rule);
  });

  test.each<[string, object]>([
    ['NotAction', { NotAction: ['s3:GetObject'], Resource: [SITE] }],
    ['NotResource', { Action: ['s3:GetObject'], NotResource: [SITE] }],
    ['Principal', { Action: ['s3:GetObject'], Resource: [SITE], Principal: '*' }],
    ['a Deny that hides what is allowed', { Effect: 'Deny', Action: ['s3:GetObject'], Resource: [SITE] }],
    ['NotAction next to Action', { Action: ['s3:GetObject'], NotAction: ['s3:PutObject'], Resource: [SITE] }],
    ['no action', { Action: [], Resource: [SITE] }],
    ['no resource', { Action: ['s3:GetObject'], Resource: [] }],
  ])('allow-statements-only: %s', (_, parts) => {
    const odd = { Sid: 'A', Effect: 'Allow', Condition: HELD, Action: [], Resource: [], ...parts };
    expect(broken(odd as unknown as PermissionsStatement)).toContain('allow-statements-only');
  });

  test('every rule but the configured one has an attack here', () => {
    const tried = new Set<string>([
      ...attacks.map(([rule]) => rule),
      'allow-statements-only',
      'configured-deny',
    ]);
    expect(guardrailRules.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
  });

  test('and named with its statement, its rule and its fix, each at once', () => {
    const bad = policyOf(
      statement(['s3:*'], ['*'], HELD, 'First'),
      statement(['kms:Decrypt'], [SITE], HELD, 'Second'),
    );
    const problem = problemOf(check(bad));
    const details = (problem.errors ?? []).map(({ detail }) => detail);
    for (const detail of details) expect(detail).toMatch(/^statement (?:First|Second): [a-z-]+: .+: .+/);
    expect(details).toContainEqual(
      'statement First: one-action-each: s3:* is not one action: list the actions one by one, as service:Action',
    );
    expect(details).toContainEqual(
      expect.stringContaining('statement Second: no-key-management: kms:Decrypt'),
    );
  });
});

describe('configuration', () => {
  test.each(['s3:PutObject', 'S3:putobject', 's3:Put*', 's3:*', '*:PutObject', 's?:PutObject'])(
    'denies more actions, in any case: %s',
    (deny) => {
      const good = policyOf(statement(['s3:PutObject'], [SITE]));
      expect(codeOf(check(good))).toBe('ok');
      expect(problemOf(check(good, { deny: [deny] })).errors).toEqual([
        { pointer: '/template', detail: expect.stringContaining('configured-deny: s3:PutObject') },
      ]);
    },
  );

  test('switches a guardrail to audit: it is told, and stops nothing', () => {
    const bad = policyOf(statement(['kms:Decrypt'], [SITE]));
    expect(successOf(check(bad, { audit: ['no-key-management'] }))).toEqual([
      { rule: 'no-key-management', statement: 'A', detail: expect.stringContaining('kms:Decrypt') },
    ]);
    expect(codeOf(check(bad, { audit: ['no-log-tampering'] }))).toBe('GUARDRAIL_VIOLATED');
  });

  test.each([
    `arn:aws:sqs:${HERE}:*`,
    `arn:aws:sqs:${HERE}:*-failed-messages`,
    `${LAMBDA}:function:*`,
    `arn:aws:dynamodb:${HERE}:table/*`,
    'arn:aws:s3:::*',
    'arn:aws:*:*:*:*',
    '*',
  ])('protects what is Rolewright’s own also where every other rule is audited: %s', (resource) => {
    const wide = policyOf(statement(['sqs:ReceiveMessage'], [resource]));
    expect(codeOf(check(wide, { audit: auditableGuardrails }))).toBe('GUARDRAIL_VIOLATED');
  });

  test('leaves the other rules in force where one is audited', () => {
    const all = policyOf(statement(['*'], ['*']));
    expect(codeOf(check(all, { audit: auditableGuardrails }))).toBe('GUARDRAIL_VIOLATED');
  });

  test('never switches off what protects Rolewright itself', () => {
    const fixed = guardrailRules.filter(({ isFixed }) => isFixed).map(({ id }) => id);
    expect(fixed).toEqual([
      'allow-statements-only',
      'no-identity-management',
      'pass-role-exact',
      'assume-role-exact',
      'nothing-of-rolewright',
      'configured-deny',
    ]);
    expect(auditableGuardrails.filter((id) => fixed.some((one) => one === id))).toEqual([]);
    const own = policyOf(statement(['s3:GetObject'], ['arn:aws:s3:::rolewright-state/*']));
    expect(codeOf(check(own, { audit: ['nothing-of-rolewright'] }))).toBe('GUARDRAIL_VIOLATED');
  });
});

/** A sound policy whose text is exactly so long. */
function ofLength(length: number): PermissionsPolicy {
  const base = policyOf(statement(['s3:PutObject'], ['arn:aws:s3:::shop-site/']));
  const missing = length - policyText(base).length;
  return policyOf(statement(['s3:PutObject'], [`arn:aws:s3:::shop-site/${'x'.repeat(missing)}`]));
}

function trustOfLength(length: number): TrustPolicy {
  const [first] = trust.Statement;
  if (!first) throw new Error('the trust policy has a statement');
  const padded = (pad: number): TrustPolicy => ({
    ...trust,
    Statement: [{ ...first, Principal: { Federated: 'x'.repeat(pad) } }],
  });
  return padded(length - policyText(padded(0)).length);
}

describe('sizes', () => {
  test.each([
    [10_239, 'ok'],
    [10_240, 'ok'],
    [10_241, 'POLICY_TOO_LARGE'],
  ])('a permissions policy of %i characters is %s', (length, code) => {
    const document = ofLength(length);
    expect(policyText(document)).toHaveLength(length);
    expect(codeOf(check(document))).toBe(code);
  });

  test.each([
    [2047, 'ok'],
    [2048, 'ok'],
    [2049, 'POLICY_TOO_LARGE'],
  ])('a trust policy of %i characters is %s', (length, code) => {
    const document = trustOfLength(length);
    expect(policyText(document)).toHaveLength(length);
    expect(codeOf(check(ofLength(500), {}, document))).toBe(code);
  });

  test('the problem names the document and its limit', () => {
    expect(problemOf(check(ofLength(10_241))).detail).toMatch(/permissions.*10240/);
    expect(problemOf(check(ofLength(500), {}, trustOfLength(2049))).detail).toMatch(/trust.*2048/);
  });
});
