/** A question to IAM that a call gives occasion for. */
export type IamQuestion = { action: string; resource: string; context?: Record<string, string | string[]> };

type Input = Record<string, unknown>;

/** What the account has that decides about a call beside its own fields. `keys` are customer-managed keys by what they
 *  encrypt (a bucket, `sns:topic`, …); `foreign` are buckets of another account. */
export type Surroundings = {
  region: string;
  account: string;
  keys: Readonly<Record<string, string>>;
  foreign: readonly string[];
  /** `application/group` of the deployment that is under way: its id alone does not say. */
  deploymentGroup: string;
};

type Asks = (input: Input, here: Surroundings) => IamQuestion[];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const arn = (service: string, rest: string, { region, account }: Surroundings): string =>
  `arn:aws:${service}:${region}:${account}:${rest}`;

/** One question: the action, on one resource of the service in this region and account. */
const one =
  (
    action: string,
    rest: (input: Input) => string,
    context?: (input: Input, here: Surroundings) => object,
  ): Asks =>
  (input, here) => [
    {
      action,
      resource: arn(action.split(':')[0] ?? '', rest(input), here),
      ...(context ? { context: context(input, here) as Record<string, string> } : {}),
    },
  ];

/** An action that knows no resource. */
const free =
  (action: string): Asks =>
  () => [{ action, resource: '*' }];

/** Every one of them must be allowed. */
const all =
  (...asks: Asks[]): Asks =>
  (input, here) =>
    asks.flatMap((ask) => ask(input, here));

/** The use of a customer-managed key by a service, where what it encrypts has one. */
const keyUse =
  (action: 'kms:Decrypt' | 'kms:GenerateDataKey', service: string, of: (input: Input) => string): Asks =>
  (input, here) => {
    const key = here.keys[of(input)];
    if (key === undefined) return [];
    const context = { 'kms:ViaService': `${service}.${here.region}.amazonaws.com` };
    return [{ action, resource: arn('kms', `key/${key}`, here), context }];
  };

/** Buckets have no account in their ARN: the context says whose they are. */
const s3 =
  (action: string, withKey: boolean): Asks =>
  (input, here) => [
    {
      action,
      resource: `arn:aws:s3:::${text(input.bucket)}${withKey ? `/${text(input.key)}` : ''}`,
      context: {
        'aws:ResourceAccount': here.foreign.includes(text(input.bucket)) ? '444455556666' : here.account,
        ...(action === 's3:ListBucket' ? { 's3:prefix': text(input.prefix) } : {}),
        ...(input.acl ? { 's3:x-amz-acl': text(input.acl) } : {}),
      },
    },
  ];
const bucketOf = (input: Input) => text(input.bucket);
const putObject = all(
  s3('s3:PutObject', true),
  (input, here) => (input.acl ? s3('s3:PutObjectAcl', true)(input, here) : []),
  keyUse('kms:GenerateDataKey', 's3', bucketOf),
);

/** The roles of a task definition are passed to ECS. */
const passedRoles =
  (fields: readonly string[], service: string): Asks =>
  (input) =>
    fields.flatMap((field) =>
      text(input[field]) === ''
        ? []
        : [
            {
              action: 'iam:PassRole',
              resource: text(input[field]),
              context: { 'iam:PassedToService': service },
            },
          ],
    );

const fn = (input: Input) => `function:${text(input.FunctionName).split(':').at(-1)}`;
const repositories =
  (action: string): Asks =>
  (input, here) =>
    [input.repositoryName ?? input.repositoryNames ?? '*'].flat().map((name) => ({
      action,
      resource: arn('ecr', `repository/${text(name)}`, here),
    }));
const publicRepositories =
  (action: string): Asks =>
  (input, here) =>
    [input.repositoryName ?? input.repositoryNames ?? '*'].flat().map((name) => ({
      action,
      resource: `arn:aws:ecr-public::${here.account}:repository/${text(name)}`,
    }));
const afterSlash = (value: unknown) => text(value).split('/').at(-1) ?? '';
const fullArn =
  (action: string, field: string): Asks =>
  (input) => [{ action, resource: text(input[field]) }];
const secret = (action: string) => one(action, ({ SecretId }) => `secret:${text(SecretId)}-AbCdEf`);
const parameter = (action: string, name: (input: Input) => string) =>
  one(action, (input) => `parameter/${name(input).replace(/^\//, '')}`);
const table = (action: string) =>
  one(
    action,
    ({ TableName }) => `table/${text(TableName)}`,
    ({ Key, Item }) => {
      const keys = (Key ?? Item ?? {}) as Record<string, { S?: string }>;
      return keys.LockID?.S ? { 'dynamodb:LeadingKeys': [keys.LockID.S] } : {};
    },
  );
const stack = (action: string, context?: (input: Input) => object) =>
  one(
    action,
    ({ StackName }) => `stack/${text(StackName).split('/')[1] ?? text(StackName)}/0a1b2c3d`,
    context,
  );
const stackRole = ({ RoleARN }: Input) => (RoleARN ? { 'cloudformation:RoleArn': text(RoleARN) } : {});
const passStackRole = passedRoles(['RoleARN'], 'cloudformation.amazonaws.com');
const service = ({ cluster, service: name, services }: Input) =>
  [services ?? name].flat().map((one) => `service/${afterSlash(cluster)}/${afterSlash(one)}`);
const services =
  (action: string, context?: (input: Input) => Record<string, string>): Asks =>
  (input, here) =>
    service(input).map((rest) => ({
      action,
      resource: arn('ecs', rest, here),
      ...(context ? { context: context(input) } : {}),
    }));
const inCluster = ({ cluster }: Input, here: Surroundings) => ({
  'ecs:cluster': arn('ecs', `cluster/${afterSlash(cluster)}`, here),
});
const group = (action: string) =>
  one(
    action,
    ({ applicationName, deploymentGroupName }) =>
      `deploymentgroup:${text(applicationName)}/${text(deploymentGroupName)}`,
  );
const environment = (action: string) =>
  one(
    action,
    (input) =>
      `environment/${text(input.ApplicationName)}/${text(input.EnvironmentName ?? input['EnvironmentNames.member.1'])}`,
  );
const version = (action: string) =>
  one(
    action,
    (input) =>
      `applicationversion/${text(input.ApplicationName)}/${text(input.VersionLabel ?? input['VersionLabels.member.1'] ?? '*')}`,
  );
const queue = (action: string) =>
  one(action, ({ QueueUrl, QueueName }) => text(QueueName) || afterSlash(QueueUrl));
const topicKey = ({ TopicArn }: Input) => `sns:${text(TopicArn).split(':').at(-1)}`;
const queueKey = ({ QueueUrl }: Input) => `sqs:${afterSlash(QueueUrl)}`;
const distribution =
  (action: string): Asks =>
  ({ id }, { account }) => [{ action, resource: `arn:aws:cloudfront::${account}:distribution/${text(id)}` }];
const codeArtifact = (action: string, rest: (input: Input) => string) => one(action, rest);
const bearerToken =
  (name: string): Asks =>
  () => [{ action: 'sts:GetServiceBearerToken', resource: '*', context: { 'sts:AWSServiceName': name } }];
const freeAll = (prefix: string, ...operations: string[]): Record<string, Asks> =>
  Object.fromEntries(
    operations.map((operation) => [`${prefix}:${operation}`, free(`${prefix}:${operation}`)]),
  );

/** What a call asks of IAM, by signed service and operation. A call that is not here is an error of the tier, never allowed.
 *  Sources: Service Authorization Reference (actions, resources, keys); S3 User Guide, "Actions, resources, and condition
 *  keys"; Lambda Developer Guide, permissions of `UpdateFunctionCode` for packages in S3 and images in ECR; ECS Developer
 *  Guide, "Granting permission to tag resources on creation". */
export const IAM_QUESTIONS: Readonly<Record<string, Asks>> = {
  's3:GETBucket': s3('s3:ListBucket', false),
  's3:HEADBucket': s3('s3:ListBucket', false),
  's3:GETBucket:location': s3('s3:GetBucketLocation', false),
  's3:GETBucket:policy': s3('s3:GetBucketPolicy', false),
  's3:PUTBucket': s3('s3:CreateBucket', false),
  's3:DELETEBucket': s3('s3:DeleteBucket', false),
  's3:PUTBucket:policy': s3('s3:PutBucketPolicy', false),
  's3:PUTBucket:acl': s3('s3:PutBucketAcl', false),
  's3:PUTBucket:website': s3('s3:PutBucketWebsite', false),
  's3:GETObject': all(s3('s3:GetObject', true), keyUse('kms:Decrypt', 's3', bucketOf)),
  's3:HEADObject': all(s3('s3:GetObject', true), keyUse('kms:Decrypt', 's3', bucketOf)),
  's3:PUTObject': putObject,
  's3:PUTObject:acl': s3('s3:PutObjectAcl', true),
  's3:DELETEObject': s3('s3:DeleteObject', true),
  's3:POSTUpload': putObject,
  's3:PUTUpload': putObject,
  's3:DELETEUpload': s3('s3:AbortMultipartUpload', true),
  's3:DeleteObjects': (input, here) =>
    [input.keys ?? []].flat().flatMap((key) => s3('s3:DeleteObject', true)({ ...input, key }, here)),
  'cloudfront:CreateInvalidation': distribution('cloudfront:CreateInvalidation'),
  'cloudfront:GetInvalidation': distribution('cloudfront:GetInvalidation'),
  'cloudfront:GetDistributionConfig': distribution('cloudfront:GetDistributionConfig'),
  'cloudfront:DeleteDistribution': distribution('cloudfront:DeleteDistribution'),
  'ecr:GetAuthorizationToken': free('ecr:GetAuthorizationToken'),
  ...Object.fromEntries(
    [
      'BatchCheckLayerAvailability',
      'InitiateLayerUpload',
      'UploadLayerPart',
      'CompleteLayerUpload',
      'PutImage',
      'BatchGetImage',
      'GetDownloadUrlForLayer',
      'DescribeImages',
      'DescribeRepositories',
      'ListImages',
      'CreateRepository',
      'DeleteRepository',
      'BatchDeleteImage',
      'SetRepositoryPolicy',
    ].flatMap((name) => [
      [`ecr:${name}`, repositories(`ecr:${name}`)],
      [`ecr-public:${name}`, publicRepositories(`ecr-public:${name}`)],
    ]),
  ),
  'ecr-public:GetAuthorizationToken': all(
    free('ecr-public:GetAuthorizationToken'),
    bearerToken('ecr-public.amazonaws.com'),
  ),
  'ecs:RegisterTaskDefinition': all(
    one('ecs:RegisterTaskDefinition', ({ family }) => `task-definition/${text(family)}:1`),
    (input, here) =>
      Array.isArray(input.tags)
        ? one(
            'ecs:TagResource',
            ({ family }) => `task-definition/${text(family)}:1`,
            () => ({ 'ecs:CreateAction': 'RegisterTaskDefinition' }),
          )(input, here)
        : [],
    passedRoles(['taskRoleArn', 'executionRoleArn'], 'ecs-tasks.amazonaws.com'),
  ),
  'ecs:TagResource': fullArn('ecs:TagResource', 'resourceArn'),
  'ecs:UpdateService': (input, here) =>
    services('ecs:UpdateService', ({ taskDefinition, enableExecuteCommand }) => ({
      ...(taskDefinition
        ? {
            'ecs:task-definition': text(taskDefinition).startsWith('arn:')
              ? text(taskDefinition)
              : arn('ecs', `task-definition/${text(taskDefinition)}`, here),
          }
        : {}),
      ...(enableExecuteCommand === undefined
        ? {}
        : { 'ecs:enable-execute-command': String(enableExecuteCommand) }),
    }))(input, here),
  'ecs:DescribeServices': services('ecs:DescribeServices'),
  'ecs:DeleteService': services('ecs:DeleteService'),
  'ecs:DescribeTaskDefinition': free('ecs:DescribeTaskDefinition'),
  'ecs:ListTasks': one(
    'ecs:ListTasks',
    ({ cluster }) => `container-instance/${afterSlash(cluster)}/*`,
    inCluster,
  ),
  'ecs:DescribeTasks': one(
    'ecs:DescribeTasks',
    ({ cluster }) => `task/${afterSlash(cluster)}/0a1b`,
    inCluster,
  ),
  'ecs:ExecuteCommand': one(
    'ecs:ExecuteCommand',
    ({ cluster }) => `task/${afterSlash(cluster)}/0a1b`,
    inCluster,
  ),
  'ecs:RunTask': one('ecs:RunTask', ({ taskDefinition }) => `task-definition/${text(taskDefinition)}:1`),
  'lambda:UpdateFunctionCode': all(
    one('lambda:UpdateFunctionCode', fn),
    (input, here) =>
      input.S3Bucket
        ? all(s3('s3:GetObject', true), keyUse('kms:Decrypt', 's3', bucketOf))(
            { bucket: input.S3Bucket, key: input.S3Key },
            here,
          )
        : [],
    (input, here) =>
      ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'].flatMap((action) =>
        input.ImageUri
          ? [
              {
                action,
                resource: arn(
                  'ecr',
                  `repository/${text(input.ImageUri).split('/').slice(1).join('/').split(':')[0]}`,
                  here,
                ),
              },
            ]
          : [],
      ),
  ),
  ...Object.fromEntries(
    [
      'GetFunction',
      'DeleteFunction',
      'GetFunctionConfiguration',
      'UpdateFunctionConfiguration',
      'PublishVersion',
      'ListVersionsByFunction',
      'CreateAlias',
      'ListAliases',
      'UpdateAlias',
      'GetAlias',
      'InvokeFunction',
      'AddPermission',
    ].map((name) => [`lambda:${name}`, one(`lambda:${name}`, fn)]),
  ),
  'eks:DescribeCluster': one('eks:DescribeCluster', ({ name }) => `cluster/${text(name)}`),
  'eks:DeleteCluster': one('eks:DeleteCluster', ({ name }) => `cluster/${text(name)}`),
  'eks:CreateAccessEntry': one('eks:CreateAccessEntry', ({ name }) => `cluster/${text(name)}`),
  'events:PutEvents': (input, here) =>
    ((input.Entries ?? []) as Input[]).map((entry) => ({
      action: 'events:PutEvents',
      resource: arn('events', `event-bus/${text(entry.EventBusName) || 'default'}`, here),
      context: { 'events:source': [text(entry.Source)] },
    })),
  'events:PutRule': one('events:PutRule', ({ Name }) => `rule/${text(Name)}`),
  'secretsmanager:GetSecretValue': all(
    secret('secretsmanager:GetSecretValue'),
    keyUse('kms:Decrypt', 'secretsmanager', ({ SecretId }) => `secret:${text(SecretId)}`),
  ),
  'secretsmanager:DescribeSecret': secret('secretsmanager:DescribeSecret'),
  'secretsmanager:PutSecretValue': secret('secretsmanager:PutSecretValue'),
  'secretsmanager:DeleteSecret': secret('secretsmanager:DeleteSecret'),
  'ssm:GetParameter': all(
    parameter('ssm:GetParameter', ({ Name }) => text(Name)),
    keyUse('kms:Decrypt', 'ssm', ({ Name }) => `ssm:${text(Name)}`),
  ),
  'ssm:GetParameters': (input, here) =>
    ((input.Names ?? []) as string[]).flatMap((name) =>
      parameter('ssm:GetParameters', () => name)(input, here),
    ),
  'ssm:GetParametersByPath': parameter('ssm:GetParametersByPath', ({ Path }) => text(Path)),
  'ssm:PutParameter': parameter('ssm:PutParameter', ({ Name }) => text(Name)),
  ...Object.fromEntries(
    [
      'DescribeTable',
      'GetItem',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'Query',
      'Scan',
      'DeleteTable',
      'UpdateTable',
    ].map((name) => [`dynamodb:${name}`, table(`dynamodb:${name}`)]),
  ),
  'dynamodb:BatchWriteItem': (input, here) =>
    Object.keys((input.RequestItems ?? {}) as object).map((name) => ({
      action: 'dynamodb:BatchWriteItem',
      resource: arn('dynamodb', `table/${name}`, here),
    })),
  'sns:Publish': all(
    fullArn('sns:Publish', 'TopicArn'),
    keyUse('kms:GenerateDataKey', 'sns', topicKey),
    keyUse('kms:Decrypt', 'sns', topicKey),
  ),
  'sns:Subscribe': fullArn('sns:Subscribe', 'TopicArn'),
  'sns:DeleteTopic': fullArn('sns:DeleteTopic', 'TopicArn'),
  'sqs:SendMessage': all(
    queue('sqs:SendMessage'),
    keyUse('kms:GenerateDataKey', 'sqs', queueKey),
    keyUse('kms:Decrypt', 'sqs', queueKey),
  ),
  'sqs:GetQueueUrl': queue('sqs:GetQueueUrl'),
  'sqs:GetQueueAttributes': queue('sqs:GetQueueAttributes'),
  'sqs:ReceiveMessage': queue('sqs:ReceiveMessage'),
  'sqs:PurgeQueue': queue('sqs:PurgeQueue'),
  'states:StartExecution': fullArn('states:StartExecution', 'stateMachineArn'),
  'states:DescribeExecution': fullArn('states:DescribeExecution', 'executionArn'),
  'states:StopExecution': fullArn('states:StopExecution', 'executionArn'),
  'states:UpdateStateMachine': fullArn('states:UpdateStateMachine', 'stateMachineArn'),
  'cloudformation:CreateChangeSet': all(stack('cloudformation:CreateChangeSet', stackRole), passStackRole),
  'cloudformation:UpdateStack': all(stack('cloudformation:UpdateStack', stackRole), passStackRole),
  'cloudformation:CreateStack': all(stack('cloudformation:CreateStack', stackRole), passStackRole),
  ...Object.fromEntries(
    [
      'DescribeStacks',
      'DescribeStackEvents',
      'DescribeStackResources',
      'DescribeStackResource',
      'DeleteStack',
      'GetTemplate',
    ].map((name) => [`cloudformation:${name}`, stack(`cloudformation:${name}`)]),
  ),
  'cloudformation:GetTemplateSummary': (input, here) =>
    input.StackName
      ? stack('cloudformation:GetTemplateSummary')(input, here)
      : [{ action: 'cloudformation:GetTemplateSummary', resource: '*' }],
  'cloudformation:ValidateTemplate': free('cloudformation:ValidateTemplate'),
  ...Object.fromEntries(
    ['DescribeChangeSet', 'ExecuteChangeSet', 'DeleteChangeSet'].map((name) => [
      `cloudformation:${name}`,
      // The change set's name alone says nothing of its stack: its ARN is known by the stack that made it.
      stack(`cloudformation:${name}`),
    ]),
  ),
  'codedeploy:CreateDeployment': all(group('codedeploy:CreateDeployment'), (input, here) =>
    one(
      'codedeploy:GetDeploymentConfig',
      () => `deploymentconfig:${text(input.deploymentConfigName) || 'CodeDeployDefault.OneAtATime'}`,
    )(input, here),
  ),
  'codedeploy:GetDeployment': (_input, here) => [
    {
      action: 'codedeploy:GetDeployment',
      resource: arn('codedeploy', `deploymentgroup:${here.deploymentGroup}`, here),
    },
  ],
  'codedeploy:GetDeploymentGroup': group('codedeploy:GetDeploymentGroup'),
  'codedeploy:CreateDeploymentGroup': group('codedeploy:CreateDeploymentGroup'),
  'codedeploy:UpdateDeploymentGroup': one(
    'codedeploy:UpdateDeploymentGroup',
    ({ applicationName, currentDeploymentGroupName }) =>
      `deploymentgroup:${text(applicationName)}/${text(currentDeploymentGroupName)}`,
  ),
  'codedeploy:StopDeployment': free('codedeploy:StopDeployment'),
  'codedeploy:RegisterApplicationRevision': one(
    'codedeploy:RegisterApplicationRevision',
    ({ applicationName }) => `application:${text(applicationName)}`,
  ),
  'codedeploy:GetApplication': one(
    'codedeploy:GetApplication',
    ({ applicationName }) => `application:${text(applicationName)}`,
  ),
  'elasticbeanstalk:CreateApplicationVersion': version('elasticbeanstalk:CreateApplicationVersion'),
  'elasticbeanstalk:DescribeApplicationVersions': version('elasticbeanstalk:DescribeApplicationVersions'),
  'elasticbeanstalk:UpdateEnvironment': environment('elasticbeanstalk:UpdateEnvironment'),
  'elasticbeanstalk:DescribeEnvironments': environment('elasticbeanstalk:DescribeEnvironments'),
  'elasticbeanstalk:DescribeEvents': environment('elasticbeanstalk:DescribeEvents'),
  'elasticbeanstalk:TerminateEnvironment': environment('elasticbeanstalk:TerminateEnvironment'),
  'elasticbeanstalk:CreateEnvironment': environment('elasticbeanstalk:CreateEnvironment'),
  'codeartifact:GetAuthorizationToken': all(
    codeArtifact('codeartifact:GetAuthorizationToken', ({ domain }) => `domain/${text(domain)}`),
    bearerToken('codeartifact.amazonaws.com'),
  ),
  'codeartifact:GetRepositoryEndpoint': codeArtifact(
    'codeartifact:GetRepositoryEndpoint',
    ({ domain, repository }) => `repository/${text(domain)}/${text(repository)}`,
  ),
  'codeartifact:PublishPackageVersion': codeArtifact(
    'codeartifact:PublishPackageVersion',
    ({ domain, repository, format, package: name }) =>
      `package/${text(domain)}/${text(repository)}/${text(format)}//${text(name)}`,
  ),
  'codeartifact:DeletePackage': codeArtifact(
    'codeartifact:DeletePackage',
    ({ domain, repository, format, package: name }) =>
      `package/${text(domain)}/${text(repository)}/${text(format)}//${text(name)}`,
  ),
  'codeartifact:DeleteRepository': codeArtifact(
    'codeartifact:DeleteRepository',
    ({ domain, repository }) => `repository/${text(domain)}/${text(repository)}`,
  ),
  'ec2:DescribeVpcAttribute': one('ec2:DescribeVpcAttribute', ({ VpcId }) => `vpc/${text(VpcId)}`),
  'ec2:CreateSecurityGroup': one('ec2:CreateSecurityGroup', () => 'security-group/*'),
  'ec2:DeleteVpc': one('ec2:DeleteVpc', ({ VpcId }) => `vpc/${text(VpcId)}`),
  ...freeAll(
    'ec2',
    'DescribeAvailabilityZones',
    'DescribeInstances',
    'DescribeInternetGateways',
    'DescribeNetworkAcls',
    'DescribeRouteTables',
    'DescribeSecurityGroups',
    'DescribeSubnets',
    'DescribeVpcs',
  ),
  ...freeAll(
    'elasticloadbalancing',
    'DescribeCapacityReservation',
    'DescribeListeners',
    'DescribeLoadBalancerAttributes',
    'DescribeLoadBalancers',
    'DescribeRules',
    'DescribeTags',
    'DescribeTargetGroupAttributes',
    'DescribeTargetGroups',
  ),
  'sts:AssumeRole': fullArn('sts:AssumeRole', 'RoleArn'),
};
