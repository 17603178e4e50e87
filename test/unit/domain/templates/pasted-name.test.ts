import { describe, expect, test } from '@jest/globals';
import type { ParameterTypeName } from '../../../../domain/templates/parameters/parameter-types.ts';
import { valueError } from '../../../../domain/templates/parameters.ts';

describe('an address in place of a name', () => {
  test.each<[ParameterTypeName, string, string]>([
    [
      'ecrRepositoryName',
      '111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop-api',
      'take the part after the first slash: shop-api',
    ],
    [
      'ecrRepositoryName',
      '111122223333.dkr.ecr.us-east-1.amazonaws.com/shop/api:1.0',
      'take the part after the first slash: shop/api',
    ],
    [
      'ecrRepositoryName',
      '111122223333.dkr-ecr.eu-west-1.on.aws/shop',
      'take the part after the first slash: shop',
    ],
    ['ecrRepositoryName', 'shop-api:latest', 'leave out the tag: shop-api'],
    [
      'ecrRepositoryName',
      `arn:aws:ecr:eu-central-1:111122223333:repository/shop/api`,
      'take the name out of the ARN: shop/api',
    ],
    [
      'ecrPublicRepositoryName',
      'public.ecr.aws/acme/shop-cli',
      'take the part after the second slash: shop-cli',
    ],
    ['s3BucketName', 's3://shop-site/index.html', 'take the bucket alone: shop-site'],
    ['s3BucketName', 'arn:aws:s3:::shop-site/*', 'take the name out of the ARN: shop-site'],
    ['s3KeyPrefix', '/shop-api/', 'leave out the slashes at its ends: shop-api'],
    [
      's3KeyPrefix',
      's3://shop-artifacts/shop-api/',
      'take the part behind the bucket, without slashes at its ends: shop-api',
    ],
    ['ssmParameterPath', '/shop-api/production', 'leave out the slashes at its ends: shop-api/production'],
    [
      'lambdaFunctionName',
      'arn:aws:lambda:eu-central-1:111122223333:function:shop:live',
      'take the name out of the ARN: shop',
    ],
    [
      'ecsTaskFamily',
      'arn:aws:ecs:eu-central-1:111122223333:task-definition/shop-web:13',
      'take the name out of the ARN: shop-web',
    ],
    [
      'ecsServiceName',
      'arn:aws:ecs:eu-central-1:111122223333:service/shop-cluster/shop-web',
      'take the name out of the ARN: shop-web',
    ],
    ['iamRoleName', 'arn:aws:iam::111122223333:role/shop-task', 'take the name out of the ARN: shop-task'],
    [
      'kmsKeyId',
      'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      'take the name out of the ARN: 1234abcd-12ab-34cd-56ef-1234567890ab',
    ],
    [
      'secretName',
      'arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop/db-AbCdEf',
      'take the name out of the ARN: shop/db',
    ],
    [
      'snsTopicName',
      'arn:aws:sns:eu-central-1:111122223333:shop-releases',
      'take the name out of the ARN: shop-releases',
    ],
    [
      'sqsQueueName',
      'https://sqs.eu-central-1.amazonaws.com/111122223333/shop-jobs',
      'take the part after the last slash: shop-jobs',
    ],
    [
      'stateMachineName',
      'arn:aws:states:eu-central-1:111122223333:stateMachine:shop-release',
      'take the name out of the ARN: shop-release',
    ],
  ])('%s %s: what to take is said', (type, value, remedy) => {
    expect(valueError({ type }, value)).toContain(remedy);
  });

  test.each(['*', '', 'arn:aws:s3:::', 's3://', 'x'.repeat(5000), ':::::', '${aws:username}'])(
    'no name is found in %j',
    (value) => {
      expect(valueError({ type: 's3BucketName' }, value)).toMatch(/separated|single dots$/);
    },
  );
});
