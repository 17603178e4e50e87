import { textOf, verdict } from './infrastructure.ts';
import { HERE, type PackagedTemplate, resolved } from './packaged-template.ts';

const { account, region } = HERE;
const AT = `${region}:${account}`;
const API = `arn:aws:apigateway:${region}::`;

type Call = { action: string; resource: string; keys?: Record<string, string> };

type Kind = { arn(properties: Record<string, unknown>, id: string): string | string[]; actions: string[] };

const named = (key: string, prefix: string) => (properties: Record<string, unknown>) =>
  `${prefix}${String(properties[key])}`;
const overApi = (...paths: string[]): Kind => ({
  arn: () => paths.map((path) => `${API}${path}`),
  actions: ['apigateway:GET', 'apigateway:POST', 'apigateway:PUT', 'apigateway:PATCH', 'apigateway:DELETE'],
});
const of = (service: string, ...names: string[]): string[] => names.map((name) => `${service}:${name}`);

/** What CloudFormation calls, with the deployer's rights, to create, update and delete a resource of each type of the stack, and on
 *  what. Source: the handlers in CloudFormation's resource type schemas; S3 and API Gateway from the Service Authorization Reference. */
const KINDS: Record<string, Kind> = {
  'AWS::Lambda::Function': {
    arn: named('FunctionName', `arn:aws:lambda:${AT}:function:`),
    actions: of(
      'lambda',
      ...['CreateFunction', 'DeleteFunction', 'GetFunction', 'GetFunctionConfiguration'],
      ...['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'ListTags', 'TagResource', 'UntagResource'],
      ...['GetFunctionCodeSigningConfig', 'GetFunctionRecursionConfig', 'GetRuntimeManagementConfig'],
      ...['PutFunctionConcurrency', 'GetFunctionConcurrency', 'DeleteFunctionConcurrency'],
      // The framework compares what is deployed with what it has.
      'ListVersionsByFunction',
    ),
  },
  'AWS::Lambda::Permission': {
    arn: () => `arn:aws:lambda:${AT}:function:rolewright-test-grants`,
    actions: of('lambda', 'AddPermission', 'RemovePermission', 'GetPolicy'),
  },
  'AWS::Lambda::EventInvokeConfig': {
    arn: () => `arn:aws:lambda:${AT}:function:rolewright-test-worker`,
    actions: of(
      'lambda',
      ...['PutFunctionEventInvokeConfig', 'UpdateFunctionEventInvokeConfig'],
      ...['GetFunctionEventInvokeConfig', 'DeleteFunctionEventInvokeConfig'],
    ),
  },
  'AWS::Logs::LogGroup': {
    arn: (properties) => {
      const arn = `arn:aws:logs:${AT}:log-group:${String(properties.LogGroupName)}`;
      return [arn, `${arn}:*`];
    },
    actions: of(
      'logs',
      ...['CreateLogGroup', 'DeleteLogGroup', 'PutRetentionPolicy', 'DeleteRetentionPolicy'],
      ...['ListTagsForResource', 'TagResource', 'UntagResource', 'AssociateKmsKey', 'DisassociateKmsKey'],
      'GetDataProtectionPolicy',
    ),
  },
  'AWS::IAM::Role': {
    // CloudFormation makes a name of the stack's and the logical id where a role has none of its own.
    arn: ({ RoleName: name }, id) =>
      `arn:aws:iam::${account}:role/${String(name ?? `rolewright-test-${id}-1ABC`)}`,
    actions: of(
      'iam',
      ...['CreateRole', 'DeleteRole', 'GetRole', 'UpdateRole', 'UpdateRoleDescription', 'PutRolePolicy'],
      ...['UpdateAssumeRolePolicy', 'GetRolePolicy', 'DeleteRolePolicy', 'ListRolePolicies', 'ListRoleTags'],
      ...['ListAttachedRolePolicies', 'ListInstanceProfilesForRole', 'TagRole', 'UntagRole'],
      ...['PutRolePermissionsBoundary', 'DeleteRolePermissionsBoundary'],
    ),
  },
  'AWS::IAM::ManagedPolicy': {
    arn: () => `arn:aws:iam::${account}:policy/rolewright-boundary`,
    actions: of(
      'iam',
      ...['CreatePolicy', 'DeletePolicy', 'GetPolicy', 'GetPolicyVersion', 'CreatePolicyVersion'],
      ...['DeletePolicyVersion', 'SetDefaultPolicyVersion', 'ListPolicyVersions', 'ListEntitiesForPolicy'],
      ...['TagPolicy', 'UntagPolicy'],
    ),
  },
  'AWS::DynamoDB::Table': {
    arn: named('TableName', `arn:aws:dynamodb:${AT}:table/`),
    actions: of(
      'dynamodb',
      ...['CreateTable', 'UpdateTable', 'DeleteTable', 'DescribeTable', 'DescribeContinuousBackups'],
      ...['UpdateContinuousBackups', 'DescribeTimeToLive', 'UpdateTimeToLive', 'GetResourcePolicy'],
      ...['DescribeContributorInsights', 'DescribeKinesisStreamingDestination', 'ListTagsOfResource'],
      ...['TagResource', 'UntagResource'],
      // deploy:recover looks whether tables are empty, and verifies the log.
      'Scan',
    ),
  },
  'AWS::SQS::Queue': {
    arn: named('QueueName', `arn:aws:sqs:${AT}:`),
    actions: of(
      'sqs',
      ...['CreateQueue', 'DeleteQueue', 'GetQueueAttributes', 'GetQueueUrl', 'SetQueueAttributes'],
      ...['ListQueueTags', 'TagQueue', 'UntagQueue'],
    ),
  },
  'AWS::S3::Bucket': {
    arn: () => 'arn:aws:s3:::rolewright-test-serverlessdeploymentbucket-1abc',
    actions: of(
      's3',
      ...['CreateBucket', 'DeleteBucket', 'ListBucket', 'ListBucketVersions', 'GetBucketLocation'],
      ...['GetEncryptionConfiguration', 'PutEncryptionConfiguration', 'GetBucketTagging', 'PutBucketTagging'],
      ...['GetBucketVersioning', 'PutBucketPublicAccessBlock', 'GetBucketPublicAccessBlock'],
      ...['PutBucketAcl', 'GetBucketAcl'],
    ),
  },
  'AWS::S3::BucketPolicy': {
    arn: () => 'arn:aws:s3:::rolewright-test-serverlessdeploymentbucket-1abc',
    actions: of('s3', 'GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'),
  },
  'AWS::Events::Rule': {
    arn: (_, id) => `arn:aws:events:${AT}:rule/rolewright-test-${id}-1ABC`,
    actions: of(
      'events',
      ...['PutRule', 'DeleteRule', 'DescribeRule', 'PutTargets', 'RemoveTargets', 'ListTargetsByRule'],
      ...['ListTagsForResource', 'TagResource', 'UntagResource'],
    ),
  },
  'AWS::CloudWatch::Alarm': {
    arn: named('AlarmName', `arn:aws:cloudwatch:${AT}:alarm:`),
    actions: of(
      'cloudwatch',
      ...['PutMetricAlarm', 'DeleteAlarms', 'ListTagsForResource', 'TagResource', 'UntagResource'],
    ),
  },
  'AWS::CloudWatch::Dashboard': {
    arn: named('DashboardName', `arn:aws:cloudwatch::${account}:dashboard/`),
    actions: of('cloudwatch', 'PutDashboard', 'GetDashboard', 'DeleteDashboards'),
  },
  'AWS::ApiGatewayV2::Api': overApi('/apis', '/apis/abc', '/tags/arn%3Aaws%3Aapigateway'),
  'AWS::ApiGatewayV2::Stage': overApi('/apis/abc/stages', '/apis/abc/stages/$default'),
  'AWS::ApiGatewayV2::Route': overApi('/apis/abc/routes', '/apis/abc/routes/def'),
  'AWS::ApiGatewayV2::Integration': overApi('/apis/abc/integrations', '/apis/abc/integrations/def'),
  // Only with a domain of its own.
  'AWS::ApiGatewayV2::DomainName': overApi('/domainnames', '/domainnames/access.acme.example'),
  'AWS::ApiGatewayV2::ApiMapping': overApi('/domainnames/access.acme.example/apimappings'),
};

const STACK = `arn:aws:cloudformation:${AT}:stack/rolewright-test/1`;

/** What the framework and the commands of docs/deploy.md call beside CloudFormation's resources. */
const beside: Call[] = [
  ...of(
    'cloudformation',
    ...['CreateStack', 'UpdateStack', 'DeleteStack', 'CreateChangeSet', 'ExecuteChangeSet'],
    ...['DeleteChangeSet', 'DescribeChangeSet', 'DescribeStacks', 'DescribeStackEvents'],
    ...['DescribeStackResource', 'DescribeStackResources', 'ListStackResources', 'GetTemplate'],
    ...['ContinueUpdateRollback', 'UpdateTerminationProtection'],
  ).map((action) => ({ action, resource: STACK })),
  ...[
    ...of('cloudformation', 'ValidateTemplate', 'ListExports'),
    ...of('cloudwatch', 'DescribeAlarms'),
    ...of('iam', 'GetAccountSummary', 'ListRoles', 'ListOpenIDConnectProviders'),
    ...of('lambda', 'GetAccountSettings'),
    ...of(
      'logs',
      ...['DescribeLogGroups', 'CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery'],
      ...['DeleteLogDelivery', 'ListLogDeliveries', 'PutResourcePolicy', 'DescribeResourcePolicies'],
    ),
  ].map((action) => ({ action, resource: '*' })),
  ...of('s3', 'GetObject', 'PutObject', 'DeleteObject', 'DeleteObjectVersion').map((action) => ({
    action,
    resource: 'arn:aws:s3:::rolewright-test-serverlessdeploymentbucket-1abc/serverless/1/grants.zip',
  })),
  {
    action: 'iam:PassRole',
    resource: `arn:aws:iam::${account}:role/rolewright-test-grants`,
    keys: { 'iam:PassedToService': 'lambda.amazonaws.com' },
  },
  {
    action: 'iam:CreateServiceLinkedRole',
    resource: `arn:aws:iam::${account}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway`,
    keys: { 'iam:AWSServiceName': 'ops.apigateway.amazonaws.com' },
  },
  ...of('ssm', 'PutParameter', 'GetParameter', 'DeleteParameter').map((action) => ({
    action,
    resource: `arn:aws:ssm:${AT}:parameter/rolewright/test/bitbucket/acme`,
  })),
  { action: 'ssm:GetParametersByPath', resource: `arn:aws:ssm:${AT}:parameter/rolewright/test` },
];

/** `infrastructure/deployer.json` with the names of stage `test`. */
export const deployerPolicy = (): { Statement: { Sid: string; Action: string[]; Resource: unknown }[] } =>
  JSON.parse(
    textOf('infrastructure/deployer.json')
      .replaceAll('ACCOUNT', account)
      .replaceAll('REGION', region)
      .replaceAll('STAGE', 'test')
      .replaceAll('BOUNDARY', 'rolewright-boundary'),
  );

/** Every call that creates, updates or deletes the resources of a packaged template. Throws for a type that is not known. */
export function deployerCalls(template: PackagedTemplate): Call[] {
  const ofDomain = ['AWS::ApiGatewayV2::DomainName', 'AWS::ApiGatewayV2::ApiMapping'];
  const resources = [
    ...Object.entries(template.Resources).map(([id, { Type, Properties }]) => ({ id, Type, Properties })),
    ...ofDomain.map((Type) => ({ id: Type, Type, Properties: {} })),
  ];
  const calls = resources.flatMap(({ id, Type, Properties = {} }) => {
    const kind = KINDS[Type];
    if (!kind) throw new Error(`what creates, updates and deletes a ${Type} is not known`);
    const names = Object.fromEntries(
      Object.entries(Properties).filter(([key, value]) => key.endsWith('Name') && typeof value === 'string'),
    );
    const arns = [kind.arn(resolved(template, names) as Record<string, unknown>, id)].flat();
    return kind.actions.flatMap((action) => arns.map((resource) => ({ action, resource })));
  });
  return [...calls, ...beside];
}

/** What of others a deployer of one stage must not reach. */
const foreign: Call[] = [
  ['dynamodb:DeleteTable', `arn:aws:dynamodb:${AT}:table/rolewright-prod-events`],
  ['dynamodb:DeleteTable', `arn:aws:dynamodb:${AT}:table/orders`],
  ['lambda:UpdateFunctionCode', `arn:aws:lambda:${AT}:function:rolewright-prod-provisioner`],
  ['iam:PutRolePolicy', `arn:aws:iam::${account}:role/rolewright-prod-provisioner`],
  ['iam:PutRolePolicy', `arn:aws:iam::${account}:role/rolewright/test/rw-shop-s3-static-site-aaaaaaaaaaaa`],
  ['iam:PutRolePolicy', `arn:aws:iam::${account}:role/admin`],
  ['iam:AttachRolePolicy', `arn:aws:iam::${account}:role/rolewright-test-grants`],
  ['iam:PassRole', `arn:aws:iam::${account}:role/rolewright-test-grants`],
  ['iam:CreateUser', `arn:aws:iam::${account}:user/eve`],
  ['iam:CreatePolicyVersion', `arn:aws:iam::${account}:policy/company-boundary`],
  ['iam:CreateServiceLinkedRole', '*'],
  ['s3:GetObject', 'arn:aws:s3:::orders/secret'],
  ['ssm:GetParameter', `arn:aws:ssm:${AT}:parameter/rolewright/prod/bitbucket/acme`],
  ['cloudformation:DeleteStack', `arn:aws:cloudformation:${AT}:stack/rolewright-prod/1`],
  ['dynamodb:PutItem', `arn:aws:dynamodb:${AT}:table/rolewright-test-events`],
  ['dynamodb:DeleteItem', `arn:aws:dynamodb:${AT}:table/rolewright-test-events`],
].map(([action = '', resource = '']) => ({ action, resource }));

/** The calls that a policy denies to the deployer. */
export const deniedToDeployer = (template: PackagedTemplate, policy: object): string[] =>
  deployerCalls(template)
    .filter(({ action, resource, keys }) => verdict(policy, action, resource, keys) !== 'allow')
    .map(({ action, resource }) => `is denied ${action} on ${resource}`);

/** What is wrong with the deployer's policy, a line each: a call that is denied, one of others that is allowed, an action or a
 *  resource that no call needs. */
export function deployerProblems(template: PackagedTemplate, policy = deployerPolicy()): string[] {
  const calls = deployerCalls(template);
  const may = (one: object, { action, resource, keys }: Call) =>
    verdict(one, action, resource, keys) === 'allow';
  const text = ({ action, resource }: Call) => `${action} on ${resource}`;
  const unused = policy.Statement.flatMap((statement) => {
    const { Sid, Action, Resource } = statement;
    const isUsed = (over: { Action?: string[]; Resource?: unknown }) => {
      const part = { ...policy, Statement: [{ ...statement, ...over }] };
      return calls.some((call) => (over.Action ?? Action).includes(call.action) && may(part, call));
    };
    return [
      ...Action.filter((action) => !isUsed({ Action: [action] })).map((action) => `${Sid}: ${action}`),
      ...[Resource]
        .flat()
        .filter((resource) => !isUsed({ Resource: resource }))
        .map((resource) => `${Sid}: ${String(resource)}`),
    ];
  });
  return [
    ...new Set([
      ...deniedToDeployer(template, policy),
      ...foreign.filter((call) => may(policy, call)).map((call) => `may ${text(call)}`),
      ...unused.map((one) => `never needs ${one}`),
    ]),
  ];
}
