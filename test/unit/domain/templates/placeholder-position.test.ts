import { describe, expect, test } from '@jest/globals';
import type { ParameterTypeName } from '../../../../domain/templates/parameters/parameter-types.ts';
import {
  builtInPositionError,
  conditionPositionError,
  positionError,
} from '../../../../domain/templates/placeholder-position.ts';

const A = 'arn:{{aws.partition}}';
const HERE = '{{aws.region}}:{{aws.accountId}}';

describe('a parameter may stand', () => {
  test.each<[ParameterTypeName, string]>([
    ['s3BucketName', `${A}:s3:::{{x}}`],
    ['s3BucketName', `${A}:s3:::{{x}}/*`],
    ['s3KeyPrefix', `${A}:s3:::{{bucket}}/{{x}}/*`],
    ['s3KeyPrefix', `${A}:s3:::fixed/{{x}}`],
    ['ecsServiceName', `${A}:ecs:${HERE}:service/{{cluster}}/{{x}}`],
    ['secretName', `${A}:secretsmanager:${HERE}:secret:{{x}}-??????`],
    ['dynamodbTableName', `${A}:dynamodb:${HERE}:table/{{x}}/index/*`],
    ['lambdaFunctionName', `${A}:lambda:${HERE}:function:{{x}}:*`],
    ['lambdaFunctionPrefix', `${A}:lambda:${HERE}:function:{{x}}-*`],
    ['cloudFormationStackPrefix', `${A}:cloudformation:${HERE}:stack/{{x}}-*/*`],
    ['kmsKeyId', `${A}:kms:${HERE}:key/{{x}}`],
    ['vpcId', `${A}:ec2:${HERE}:vpc/{{x}}`],
    ['sqsQueueName', `${A}:sqs:${HERE}:{{x}}`],
    ['codeDeployGroupName', `${A}:codedeploy:${HERE}:deploymentgroup:{{application}}/{{x}}`],
    ['beanstalkEnvironmentId', `${A}:cloudformation:${HERE}:stack/awseb-{{x}}-stack/*`],
    ['awsRegion', `${A}:lambda:{{x}}:{{aws.accountId}}:function:shop`],
  ])('%s in %s', (type, text) => {
    expect(positionError(text, 'x', type)).toBeUndefined();
  });
});

describe('a parameter may not stand', () => {
  test.each<[string, ParameterTypeName, string]>([
    ['where a key prefix would name the bucket', 's3KeyPrefix', `${A}:s3:::{{x}}/*`],
    ['where the bucket is a wildcard', 's3KeyPrefix', `${A}:s3:::*/{{x}}/*`],
    ['where the bucket begins with it', 's3BucketName', `${A}:s3:::{{x}}*`],
    ['where the bucket begins with it and a hyphen', 's3BucketName', `${A}:s3:::{{x}}-logs/*`],
    ['where the bucket ends with it', 's3BucketName', `${A}:s3:::logs-{{x}}/*`],
    ['where one more character follows', 's3BucketName', `${A}:s3:::{{x}}?/*`],
    ['where an IAM variable follows', 's3BucketName', `${A}:s3:::{{x}}\${aws:username}/*`],
    ['below a bucket', 's3BucketName', `${A}:s3:::x/{{x}}/*`],
    ['where its prefix matches other prefixes', 's3KeyPrefix', `${A}:s3:::b/{{x}}*`],
    ['in the name of another service', 'ecsServiceName', `${A}:ecs:${HERE}:cluster/{{x}}`],
    ['where another type stands', 'lambdaFunctionName', `${A}:iam::{{aws.accountId}}:role/{{x}}`],
    ['where a path would choose the path of a role', 'ssmParameterPath', `${A}:iam::1:role/{{x}}`],
    ['as a whole table pattern', 'dynamodbTableName', `${A}:dynamodb:${HERE}:table/{{x}}*`],
    ['as a secret without its suffix', 'secretName', `${A}:secretsmanager:${HERE}:secret:{{x}}`],
    ['as any secret with that beginning', 'secretName', `${A}:secretsmanager:${HERE}:secret:{{x}}-*`],
    ['as a prefix without its hyphen', 'lambdaFunctionPrefix', `${A}:lambda:${HERE}:function:{{x}}*`],
    ['as the account', 's3BucketName', 'arn:aws:s3::{{x}}:bucket'],
    ['as the service', 's3BucketName', 'arn:aws:{{x}}:::bucket'],
    ['as the partition', 's3BucketName', 'arn:{{x}}:s3:::bucket'],
    ['as the region of another type', 's3BucketName', 'arn:aws:lambda:{{x}}:1:function:shop'],
    ['as the whole resource', 's3BucketName', '{{x}}'],
    ['twice', 's3BucketName', `${A}:s3:::{{x}}/{{x}}/*`],
    ['as the account of a region', 'awsRegion', 'arn:aws:lambda:{{x}}:{{x}}:function:shop'],
    ['as an alias', 'kmsKeyId', `${A}:kms:${HERE}:alias/{{x}}`],
    [
      'as any environment of an application',
      'beanstalkApplicationName',
      `${A}:elasticbeanstalk:${HERE}:environment/{{x}}*`,
    ],
    ['where the stack goes on', 'beanstalkEnvironmentId', `${A}:cloudformation:${HERE}:stack/awseb-{{x}}-*`],
    ['in a resource at all, an alias', 'awsAccountAlias', `${A}:s3:::{{x}}/*`],
  ])('%s', (_, type, text) => {
    expect(positionError(text, 'x', type)).toContain(type);
  });
});

describe('a name that is chosen in Bitbucket', () => {
  test.each([
    `${A}:s3:::{{repository.slug}}/*`,
    `${A}:s3:::x-{{repository.slug}}/*`,
    `${A}:lambda:${HERE}:function:{{repository.slug}}`,
    `${A}:lambda:${HERE}:function:{{repository.slug}}-api`,
    `${A}:ecr:${HERE}:repository/{{repository.slug}}/x`,
    `${A}:s3:{{repository.slug}}::x`,
    '{{repository.slug}}',
  ])('never names the resource: %s', (text) => {
    expect(builtInPositionError(text, 'repository.slug')).toMatch(/may not name a resource/);
  });

  test('may stand behind the name, whole', () => {
    expect(builtInPositionError(`${A}:s3:::{{b}}/{{repository.slug}}/*`, 'repository.slug')).toBeUndefined();
    expect(builtInPositionError(`${A}:s3:::{{b}}/{{repository.slug}}*`, 'repository.slug')).toMatch(
      /wildcard/,
    );
  });

  test('is another matter than a UUID and than what the configuration says', () => {
    expect(builtInPositionError(`${A}:s3:::{{repository.uuid}}/*`, 'repository.uuid')).toBeUndefined();
    expect(builtInPositionError(`${A}:s3:::cdk-{{aws.accountId}}/*`, 'aws.accountId')).toBeUndefined();
    expect(builtInPositionError(`${A}:s3:::cdk-{{aws.accountId}}*`, 'aws.accountId')).toMatch(/wildcard/);
  });
});

test('a condition value takes any placeholder, and no wildcard right behind it', () => {
  expect(conditionPositionError('{{x}}/*', 'x')).toBeUndefined();
  expect(conditionPositionError('{{x}}', 'x')).toBeUndefined();
  for (const text of ['{{x}}*', '{{x}}?', '{{x}}${aws:username}', 'a/{{x}}*']) {
    expect(conditionPositionError(text, 'x')).toMatch(/wildcard/);
  }
});
