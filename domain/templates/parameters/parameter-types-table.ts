import { AWS_REGION } from '../../shared/account.ts';

/** One segment of a path: begins with a letter, digit, `_` or `-`, so that it is never `.` or `..`. */
const SEGMENT = '[A-Za-z0-9_-][A-Za-z0-9._-]*';

/** A path of segments with single slashes between them, at most `longest` characters. */
const path = (longest: number): RegExp => new RegExp(`^(?=.{1,${longest}}$)${SEGMENT}(?:/${SEGMENT})*$`);

/** The grammar of each parameter type: the service's own, less what could be read as syntax. `also` holds what a pattern
 *  would say badly. Each entry names its source. */
export const parameterTypesTable = {
  /** S3 User Guide, bucket naming rules: 3–63, lower case, digits, hyphens, and dots that do not adjoin; no IPv4 address;
   *  less the reserved prefixes and suffixes. A bucket that serves a domain from S3's website endpoint is named like it. */
  s3BucketName: {
    pattern: /^(?=.{3,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
    rule: 'must be an S3 bucket name: 3–63 lower-case letters, digits, hyphens and single dots',
    namesResource: true,
    example: 'shop-site',
    also: (value: string) =>
      !/^\d+\.\d+\.\d+\.\d+$/.test(value) &&
      !/^(?:xn--|sthree-|amzn-s3-demo-)/.test(value) &&
      !/(?:-s3alias|--ol-s3|--x-s3|--table-s3)$/.test(value),
    longest: 63,
    positions: ['s3:@'],
  },
  /** S3 User Guide, object key names: at most 1 024 bytes, anything. We take the "safe characters" less `! ' ( ) *`, and
   *  the prefix without its slash at the end: it always stands for a whole folder. */
  s3KeyPrefix: {
    pattern: path(512),
    rule: 'must be an S3 key prefix without a leading or trailing slash: letters, digits, . _ -, single slashes between',
    namesResource: true,
    example: 'shop-api/releases',
    longest: 512,
    positions: ['s3:<>/@'],
  },
  /** ECR API Reference, CreateRepository `repositoryName`: 2–256; parts in lower case, separated by single `.`, `_`, `-` or
   *  `/` (we leave double underscores out). */
  ecrRepositoryName: {
    pattern: /^(?=.{2,256}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/,
    rule: 'must be an ECR repository name: 2–256 lower-case letters and digits, separated by single . _ - or /',
    namesResource: true,
    example: 'shop-api',
    // A registry's address, which the grammar would take for a name.
    also: (value: string) => !/^[0-9]{12}\.dkr[.-]ecr/.test(value),
    longest: 256,
    positions: ['ecr:repository/@'],
  },
  /** ECR Public API Reference, CreateRepository `repositoryName`: 2–205, else as `ecrRepositoryName`. */
  ecrPublicRepositoryName: {
    pattern: /^(?=.{2,205}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/,
    rule: 'must be the name of a public ECR repository, without registry and alias: 2–205 lower-case letters and digits, separated by single . _ - or /',
    namesResource: true,
    example: 'shop-cli',
    also: (value: string) => !value.startsWith('public.ecr.aws'),
    longest: 205,
    positions: ['ecr-public:repository/@'],
  },
  /** ECS API Reference, CreateCluster `clusterName`: up to 255 letters, digits, underscores and hyphens. */
  ecsClusterName: {
    pattern: /^[A-Za-z0-9_-]{1,255}$/,
    rule: 'must be an ECS cluster name: 1–255 letters, digits, hyphens and underscores',
    namesResource: true,
    example: 'shop-cluster',
    longest: 255,
    positions: ['ecs:cluster/@', 'ecs:service/@', 'ecs:task/@', 'ecs:task-set/@', 'ecs:container-instance/@'],
  },
  /** ECS API Reference, CreateService `serviceName`: up to 255 letters, digits, underscores and hyphens. */
  ecsServiceName: {
    pattern: /^[A-Za-z0-9_-]{1,255}$/,
    rule: 'must be an ECS service name: 1–255 letters, digits, hyphens and underscores',
    namesResource: true,
    example: 'shop-checkout',
    longest: 255,
    positions: ['ecs:service/<>/@', 'ecs:task-set/<>/@'],
  },
  /** ECS API Reference, RegisterTaskDefinition `family`: up to 255 letters, digits, underscores and hyphens. */
  ecsTaskFamily: {
    pattern: /^[A-Za-z0-9_-]{1,255}$/,
    rule: 'must be an ECS task definition family: 1–255 letters, digits, hyphens and underscores',
    namesResource: true,
    example: 'shop-checkout',
    longest: 255,
    positions: ['ecs:task-definition/@'],
  },
  /** EKS API Reference, CreateCluster `name`: 1–100, begins with a letter or digit, then also `-` and `_`. */
  eksClusterName: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
    rule: 'must be an EKS cluster name: 1–100 letters, digits, hyphens and underscores, first a letter or digit',
    namesResource: true,
    example: 'shop-cluster',
    longest: 100,
    positions: ['eks:cluster/@'],
  },
  /** Lambda API Reference, CreateFunction `FunctionName`: 1–64 letters, digits, `-`, `_`. */
  lambdaFunctionName: {
    pattern: /^[A-Za-z0-9_-]{1,64}$/,
    rule: 'must be a Lambda function name: 1–64 letters, digits, hyphens and underscores',
    namesResource: true,
    example: 'shop-checkout',
    longest: 64,
    positions: ['lambda:function:@'],
  },
  /** As `lambdaFunctionName`, and stands for every function whose name begins with it and a hyphen. At least 3 characters,
   *  so that it means something; no hyphen at its end, because one follows. Our choice. */
  lambdaFunctionPrefix: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{1,60}[A-Za-z0-9_]$/,
    rule: 'must be a prefix of Lambda function names, without the hyphen after it: 3–62 letters, digits, - and _',
    namesResource: true,
    example: 'shop-checkout',
    longest: 62,
    positions: ['lambda:function:@-*'],
  },
  /** CloudFormation API Reference, CreateStack `StackName`: 1–128 letters, digits and hyphens, first a letter. */
  cloudFormationStackName: {
    pattern: /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
    rule: 'must be a CloudFormation stack name: 1–128 letters, digits and hyphens, first a letter',
    namesResource: true,
    example: 'shop-checkout',
    longest: 128,
    positions: ['cloudformation:stack/@'],
  },
  /** As `cloudFormationStackName`, and stands for every stack whose name begins with it and a hyphen. */
  cloudFormationStackPrefix: {
    pattern: /^[A-Za-z][A-Za-z0-9-]{1,120}[A-Za-z0-9]$/,
    rule: 'must be a prefix of stack names, without the hyphen after it: 3–122 letters, digits and hyphens',
    namesResource: true,
    example: 'shop-checkout',
    longest: 122,
    positions: ['cloudformation:stack/@-*'],
  },
  /** CloudFront distribution ids have no published grammar: seen are 13–14 upper-case letters and digits. */
  cloudFrontDistributionId: {
    pattern: /^E[A-Z0-9]{7,31}$/,
    rule: 'must be a CloudFront distribution id: E and 7–31 upper-case letters and digits',
    namesResource: true,
    example: 'E2SHOPSITE0001',
    longest: 32,
    positions: ['cloudfront:distribution/@'],
  },
  /** Systems Manager API Reference, PutParameter `Name`: letters, digits, `.`, `-`, `_` and slashes, 15 levels, the whole
   *  ARN at most 1 011 characters; not beginning with `aws` or `ssm`. Without the slash in front: `/shop/url` and its ARN
   *  `parameter/shop/url` are the same parameter. */
  ssmParameterPath: {
    pattern: path(512),
    rule: 'must be a parameter path without a leading or trailing slash, e.g. shop-api/production: letters, digits, . _ -, single slashes between, at most 15 levels, not beginning with aws or ssm',
    namesResource: true,
    example: 'shop-api/production',
    also: (value: string) => value.split('/').length <= 15 && !/^(?:aws|ssm)/i.test(value),
    longest: 512,
    positions: ['ssm:parameter/@'],
  },
  /** Secrets Manager API Reference, CreateSecret `Name`: 1–512 letters, digits and `/_+=.@-`. A name may end in a hyphen and
   *  six characters, as `shop-secret`: the template's `name-??????` matches the ARN of that one secret, because the six
   *  characters that AWS appends are all that follows. */
  secretName: {
    pattern: /^(?=.{1,505}$)\/?[A-Za-z0-9_-][A-Za-z0-9._+=@-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._+=@-]*)*$/,
    rule: 'must be a Secrets Manager name: 1–505 letters, digits and . _ + = @ -, single slashes between and perhaps one in front',
    namesResource: true,
    example: 'shop-api/database',
    longest: 505,
    positions: ['secretsmanager:secret:@-??????'],
  },
  /** DynamoDB API Reference, CreateTable `TableName`: 3–255 letters, digits, `_`, `-`, `.`. */
  dynamodbTableName: {
    pattern: /^(?=.{3,255}$)[A-Za-z0-9_-][A-Za-z0-9._-]*$/,
    rule: 'must be a DynamoDB table name: 3–255 letters, digits, . _ -, not beginning with a dot',
    namesResource: true,
    example: 'shop-orders',
    longest: 255,
    positions: ['dynamodb:table/@'],
  },
  /** KMS Developer Guide, key identifiers: a UUID, or `mrk-` and 32 hexadecimal digits. No alias: it can be pointed at
   *  another key. Guardrails admit its use only, through one service. */
  kmsKeyId: {
    pattern: /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/,
    rule: 'must be a KMS key id: a UUID in lower case, or mrk- and 32 hexadecimal digits',
    namesResource: true,
    example: '1234abcd-12ab-34cd-56ef-1234567890ab',
    longest: 36,
    positions: ['kms:key/@'],
  },
  /** IAM API Reference, CreateRole `RoleName`: 1–64 of `[\w+=,.@-]` (we leave `+=,@` out). Without a path, so that no
   *  value reaches `/rolewright/`; roles that grants pass must stand at the root path. */
  iamRoleName: {
    pattern: /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/,
    rule: 'must be the name of an IAM role without a path: 1–64 letters, digits, . _ -',
    namesResource: true,
    example: 'shop-task',
    longest: 64,
    positions: ['iam:role/@'],
  },
  /** CodeArtifact API Reference, CreateDomain `domain`: 2–50 lower-case letters, digits and hyphens, first a letter. */
  codeArtifactDomain: {
    pattern: /^[a-z][a-z0-9-]{0,48}[a-z0-9]$/,
    rule: 'must be a CodeArtifact domain: 2–50 lower-case letters, digits and hyphens, first a letter',
    namesResource: true,
    example: 'shop-packages',
    longest: 50,
    positions: ['codeartifact:domain/@', 'codeartifact:repository/@', 'codeartifact:package/@'],
  },
  /** CodeArtifact API Reference, CreateRepository `repository`: 2–100 letters, digits, `.`, `_`, `-`. */
  codeArtifactRepository: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$/,
    rule: 'must be a CodeArtifact repository: 2–100 letters, digits, . _ -, first a letter or digit',
    namesResource: true,
    example: 'shop-npm',
    longest: 100,
    positions: ['codeartifact:repository/<>/@', 'codeartifact:package/<>/@'],
  },
  /** EventBridge API Reference, CreateEventBus `Name`: 1–256 letters, digits, `.`, `-`, `_`; the slash is for partners'
   *  buses. */
  eventBusName: {
    pattern: /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,255}$/,
    rule: 'must be the name of an event bus: 1–256 letters, digits, . _ -, not beginning with a dot',
    namesResource: true,
    example: 'shop-events',
    longest: 256,
    positions: ['events:event-bus/@', 'events:event-busv2/@'],
  },
  /** EventBridge User Guide, event source: custom events may not say `aws.`; we take what a bus name may hold. */
  eventSource: {
    pattern: /^(?!aws(?:\.|$))[A-Za-z0-9_-][A-Za-z0-9._-]{0,255}$/,
    rule: 'must be the source of custom events: 1–256 letters, digits, . _ -, not beginning with aws.',
    namesResource: true,
    example: 'shop-checkout',
    longest: 256,
    positions: [],
  },
  /** EC2 API Reference, DescribeVpcs `VpcId`: `vpc-` and 8 (until 2018) or 17 hexadecimal digits. */
  vpcId: {
    pattern: /^vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
    rule: 'must be the id of a VPC: vpc- and 8 or 17 hexadecimal digits',
    namesResource: true,
    example: 'vpc-0a1b2c3d4e5f60718',
    longest: 21,
    positions: ['ec2:vpc/@'],
  },
  /** SNS API Reference, CreateTopic `Name`: 1–256 letters, digits, `_`, `-`; a FIFO topic's ends in `.fifo`, within them. */
  snsTopicName: {
    pattern: /^(?=.{1,256}$)[A-Za-z0-9_-]+(?:\.fifo)?$/,
    rule: 'must be the name of an SNS topic: 1–256 letters, digits, hyphens and underscores, perhaps with .fifo at its end',
    namesResource: true,
    example: 'shop-releases',
    longest: 256,
    positions: ['sns:@'],
  },
  /** SQS API Reference, CreateQueue `QueueName`: 1–80 letters, digits, `_`, `-`; a FIFO queue's ends in `.fifo`, within
   *  them. */
  sqsQueueName: {
    pattern: /^(?=.{1,80}$)[A-Za-z0-9_-]+(?:\.fifo)?$/,
    rule: 'must be the name of an SQS queue: 1–80 letters, digits, hyphens and underscores, perhaps with .fifo at its end',
    namesResource: true,
    example: 'shop-jobs',
    longest: 80,
    positions: ['sqs:@'],
  },
  /** Step Functions API Reference, CreateStateMachine `name`: 1–80; to be logged, letters, digits, `-` and `_` only. */
  stateMachineName: {
    pattern: /^[A-Za-z0-9_-]{1,80}$/,
    rule: 'must be the name of a state machine: 1–80 letters, digits, hyphens and underscores',
    namesResource: true,
    example: 'shop-release',
    longest: 80,
    positions: ['states:stateMachine:@', 'states:execution:@'],
  },
  /** CodeDeploy API Reference, CreateApplication `applicationName`: 1–100; the console takes letters, digits and
   *  `._+=,@-` (we leave the comma out). */
  codeDeployApplicationName: {
    pattern: /^[A-Za-z0-9_-][A-Za-z0-9._+=@-]{0,99}$/,
    rule: 'must be the name of a CodeDeploy application: 1–100 letters, digits and . _ + = @ -',
    namesResource: true,
    example: 'shop-web',
    longest: 100,
    positions: ['codedeploy:application:@', 'codedeploy:deploymentgroup:@'],
  },
  /** CodeDeploy API Reference, CreateDeploymentGroup `deploymentGroupName`: as the application's name. */
  codeDeployGroupName: {
    pattern: /^[A-Za-z0-9_-][A-Za-z0-9._+=@-]{0,99}$/,
    rule: 'must be the name of a CodeDeploy deployment group: 1–100 letters, digits and . _ + = @ -',
    namesResource: true,
    example: 'shop-production',
    longest: 100,
    positions: ['codedeploy:deploymentgroup:<>/@'],
  },
  /** CodeDeploy API Reference, CreateDeploymentConfig `deploymentConfigName`: as the application's name. */
  codeDeployConfigName: {
    pattern: /^[A-Za-z0-9_-][A-Za-z0-9._+=@-]{0,99}$/,
    rule: 'must be the name of a CodeDeploy deployment configuration: 1–100 letters, digits and . _ + = @ -',
    namesResource: true,
    example: 'shop-one-by-one',
    longest: 100,
    positions: ['codedeploy:deploymentconfig:@'],
  },
  /** Elastic Beanstalk API Reference, CreateApplication `ApplicationName`: 1–100, no slash (we leave blanks and other
   *  punctuation than `.`, `_`, `-` out). */
  beanstalkApplicationName: {
    pattern: /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/,
    rule: 'must be the name of an Elastic Beanstalk application: 1–100 letters, digits, . _ -',
    namesResource: true,
    example: 'shop-web',
    longest: 100,
    positions: [
      'elasticbeanstalk:application/@',
      'elasticbeanstalk:applicationversion/@',
      'elasticbeanstalk:environment/@',
    ],
  },
  /** Elastic Beanstalk API Reference, CreateEnvironment `EnvironmentName`: 4–40 letters, digits and hyphens, none at its
   *  ends. */
  beanstalkEnvironmentName: {
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9-]{2,38})[A-Za-z0-9]$/,
    rule: 'must be the name of an Elastic Beanstalk environment: 4–40 letters, digits and hyphens, none at its ends',
    namesResource: true,
    example: 'shop-web-production',
    longest: 40,
    positions: ['elasticbeanstalk:environment/<>/@'],
  },
  /** Elastic Beanstalk API Reference, EnvironmentDescription `EnvironmentId`: `e-` and ten characters in every example;
   *  no grammar is published. Stands in the name of the environment's CloudFormation stack. */
  beanstalkEnvironmentId: {
    pattern: /^e-[a-z0-9]{8,20}$/,
    rule: 'must be the id of an Elastic Beanstalk environment: e- and 8–20 lower-case letters and digits',
    namesResource: true,
    example: 'e-abcde12345',
    longest: 22,
    positions: ['cloudformation:stack/awseb-@-stack'],
  },
  /** AWS General Reference, Region codes; names no resource, narrows where one is. */
  awsRegion: {
    pattern: AWS_REGION,
    rule: 'must be the code of an AWS Region, e.g. eu-central-1',
    namesResource: false,
    example: 'eu-central-1',
    longest: 24,
    positions: ['region'],
  },
  /** IAM API Reference, CreateAccountAlias: 3–63 lower-case letters, digits and single hyphens between. */
  awsAccountAlias: {
    pattern: /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
    rule: 'must be an AWS account alias: 3–63 lower-case letters and digits, separated by single hyphens',
    namesResource: true,
    example: 'shop-production',
    longest: 63,
    positions: [],
  },
} as const;
