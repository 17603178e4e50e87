import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readTemplates } from '../../../../adapters/settings/files.ts';
import { type Asked, permissionsOf } from '../../../support/domain/permission-verdict.ts';

const templates = readTemplates(join(import.meta.dirname, '..', '..', '..', '..'));
const HERE = 'eu-central-1:111122223333';
const KEY = '11111111-2222-3333-4444-555555555555';

const may = (template: string, parameters: Record<string, unknown>) => {
  const found = templates.get(template);
  if (!found) throw new Error(`there is no template ${template}`);
  return permissionsOf(found, parameters);
};

type Case = [string, Asked, 'allow' | 'deny'];
const asked = (action: string, resource: string, context?: Asked['context']): Asked => ({
  action,
  resource,
  ...(context ? { context } : {}),
});

describe('read-only-plan', () => {
  const state = { bucket: 'shop-terraform', prefix: 'shop-infra/staging' };
  const vpc = (id: string) => `arn:aws:ec2:${HERE}:vpc/${id}`;

  test.each([
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
    'elasticloadbalancing:DescribeTags',
    'elasticloadbalancing:DescribeTargetGroupAttributes',
    'elasticloadbalancing:DescribeListenerAttributes',
    'ec2:DescribeVpcs',
    'ec2:DescribeInternetGateways',
  ])('reads load balancers and networks whole: %s', (action) => {
    expect(may('read-only-plan', state)(asked(action, '*'))).toBe('allow');
  });

  test.each<Case>([
    ['of a VPC that is named', asked('ec2:DescribeVpcAttribute', vpc('vpc-0a1b2c3d')), 'allow'],
    ['of a VPC that is not', asked('ec2:DescribeVpcAttribute', vpc('vpc-11111111')), 'deny'],
  ])('reads DNS attributes %s', (_, question, verdict) => {
    expect(may('read-only-plan', { ...state, vpcs: ['vpc-0a1b2c3d'] })(question)).toBe(verdict);
    expect(may('read-only-plan', state)(question)).toBe('deny');
  });

  test('shows no task definition, whose environment holds passwords', () => {
    expect(may('read-only-plan', state)(asked('ecs:DescribeTaskDefinition', '*'))).toBe('deny');
  });
});

describe('lambda-deploy', () => {
  const fn = (name: string) => `arn:aws:lambda:${HERE}:function:${name}`;
  const whole = {
    function: 'shop-checkout',
    codeBucket: 'shop-artifacts',
    codePrefix: 'shop-checkout',
    imageRepository: 'shop-checkout',
  };

  test.each(['CreateAlias', 'UpdateAlias', 'ListAliases', 'ListVersionsByFunction', 'PublishVersion'])(
    'releases for the first time and rolls back: %s',
    (action) => {
      const allowed = may('lambda-deploy', { function: 'shop-checkout' });
      expect(allowed(asked(`lambda:${action}`, fn('shop-checkout')))).toBe('allow');
      expect(allowed(asked(`lambda:${action}`, fn('shop-other')))).toBe('deny');
    },
  );

  test.each<Case>([
    [
      'a package of its folder',
      asked('s3:GetObject', 'arn:aws:s3:::shop-artifacts/shop-checkout/f.zip'),
      'allow',
    ],
    [
      'a package of another folder',
      asked('s3:GetObject', 'arn:aws:s3:::shop-artifacts/billing/f.zip'),
      'deny',
    ],
    ['its image', asked('ecr:BatchGetImage', `arn:aws:ecr:${HERE}:repository/shop-checkout`), 'allow'],
    [
      'its image’s layers',
      asked('ecr:GetDownloadUrlForLayer', `arn:aws:ecr:${HERE}:repository/shop-checkout`),
      'allow',
    ],
    ['another image', asked('ecr:BatchGetImage', `arn:aws:ecr:${HERE}:repository/billing`), 'deny'],
  ])('reads %s only if given', (_, question, verdict) => {
    expect(may('lambda-deploy', whole)(question)).toBe(verdict);
    expect(may('lambda-deploy', { function: 'shop-checkout' })(question)).toBe('deny');
  });

  test.each(['codeBucket', 'codePrefix'] as const)('takes no %s alone', (name) => {
    expect(() => may('lambda-deploy', { function: 'shop-checkout', [name]: whole[name] })).toThrow(
      /is given together with/,
    );
  });
});

describe('ecs-deploy', () => {
  const service = `arn:aws:ecs:${HERE}:service/shop-cluster/shop-web`;
  const definition = (name: string) => `arn:aws:ecs:${HERE}:task-definition/${name}`;
  const allowed = may('ecs-deploy', {
    cluster: 'shop-cluster',
    service: 'shop-web',
    family: 'shop-web',
    roles: ['shop-task', 'shop-exec'],
  });
  const update = (context?: Asked['context']) => asked('ecs:UpdateService', service, context);

  test.each<Case>([
    ['a revision of its family', update({ 'ecs:task-definition': definition('shop-web:13') }), 'allow'],
    ['the newest of its family', update({ 'ecs:task-definition': definition('shop-web') }), 'allow'],
    ['what it runs already', update(), 'allow'],
    ['another family', update({ 'ecs:task-definition': definition('billing-admin:3') }), 'deny'],
    ['a family that begins alike', update({ 'ecs:task-definition': definition('shop-web-admin:3') }), 'deny'],
    ['ECS Exec', update({ 'ecs:enable-execute-command': 'true' }), 'deny'],
    ['ECS Exec switched off', update({ 'ecs:enable-execute-command': 'false' }), 'allow'],
    [
      'ECS Exec with its own family',
      update({ 'ecs:task-definition': definition('shop-web:13'), 'ecs:enable-execute-command': 'true' }),
      'deny',
    ],
  ])('moves the service to %s', (_, question, verdict) => {
    expect(allowed(question)).toBe(verdict);
  });

  test.each<Case>([
    [
      'a registration brings',
      asked('ecs:TagResource', definition('shop-web:13'), { 'ecs:CreateAction': 'RegisterTaskDefinition' }),
      'allow',
    ],
    ['come later', asked('ecs:TagResource', definition('shop-web:13')), 'deny'],
    [
      'another creation brings',
      asked('ecs:TagResource', definition('shop-web:13'), { 'ecs:CreateAction': 'RunTask' }),
      'deny',
    ],
    [
      'are of another family',
      asked('ecs:TagResource', definition('billing:1'), { 'ecs:CreateAction': 'RegisterTaskDefinition' }),
      'deny',
    ],
    [
      'are of the service',
      asked('ecs:TagResource', service, { 'ecs:CreateAction': 'RegisterTaskDefinition' }),
      'deny',
    ],
  ])('sets tags that %s', (_, question, verdict) => {
    expect(allowed(question)).toBe(verdict);
  });

  test.each<Case>([
    [
      'lists tasks of its cluster',
      asked('ecs:ListTasks', `arn:aws:ecs:${HERE}:container-instance/shop-cluster/i`),
      'allow',
    ],
    [
      'lists tasks of another',
      asked('ecs:ListTasks', `arn:aws:ecs:${HERE}:container-instance/billing/i`),
      'deny',
    ],
    [
      'sees a task of its cluster',
      asked('ecs:DescribeTasks', `arn:aws:ecs:${HERE}:task/shop-cluster/0a1b`),
      'allow',
    ],
    ['sees a task of another', asked('ecs:DescribeTasks', `arn:aws:ecs:${HERE}:task/billing/0a1b`), 'deny'],
    ['stops a task', asked('ecs:StopTask', `arn:aws:ecs:${HERE}:task/shop-cluster/0a1b`), 'deny'],
  ])('%s', (_, question, verdict) => {
    expect(allowed(question)).toBe(verdict);
  });
});

describe('the templates of the registry', () => {
  const images = (name: string) => `arn:aws:ecr:${HERE}:repository/${name}`;

  test.each(['DescribeImages', 'DescribeRepositories', 'ListImages'])('look before a push: %s', (action) => {
    expect(may('ecr-push', { repository: 'shop-api' })(asked(`ecr:${action}`, images('shop-api')))).toBe(
      'allow',
    );
    expect(may('ecr-push', { repository: 'shop-api' })(asked(`ecr:${action}`, images('shop')))).toBe('deny');
  });

  test.each<Case>([
    ['pulls', asked('ecr:BatchGetImage', images('shop-base')), 'allow'],
    ['pulls from another', asked('ecr:BatchGetImage', images('shop-api')), 'deny'],
    ['pushes', asked('ecr:PutImage', images('shop-base')), 'deny'],
    ['pushes layers', asked('ecr:InitiateLayerUpload', images('shop-base')), 'deny'],
  ])('ecr-pull %s', (_, question, verdict) => {
    expect(may('ecr-pull', { repository: 'shop-base' })(question)).toBe(verdict);
  });
});

describe('what is refused on purpose', () => {
  const stack = `arn:aws:cloudformation:${HERE}:stack/shop-checkout/0a1b`;
  const role = { 'cloudformation:RoleArn': 'arn:aws:iam::111122223333:role/shop-cloudformation' };
  const deploy = may('sam-or-cloudformation-deploy', {
    stack: 'shop-checkout',
    executionRole: 'shop-cloudformation',
    bucket: 'shop-artifacts',
    prefix: 'shop-checkout',
  });

  test.each<Case>([
    ['makes a change set', asked('cloudformation:CreateChangeSet', stack, role), 'allow'],
    ['changes a stack without one', asked('cloudformation:UpdateStack', stack, role), 'deny'],
    ['makes a stack without one', asked('cloudformation:CreateStack', stack, role), 'deny'],
    ['checks a template', asked('cloudformation:ValidateTemplate', '*'), 'allow'],
    ['reads the stack’s resources', asked('cloudformation:DescribeStackResources', stack), 'allow'],
  ])('a stack’s role %s', (_, question, verdict) => {
    expect(deploy(question)).toBe(verdict);
  });

  test('a site’s objects are opened by no access list', () => {
    const site = may('s3-static-site', { bucket: 'shop-site' });
    const object = 'arn:aws:s3:::shop-site/index.html';
    expect(site(asked('s3:PutObject', object))).toBe('allow');
    expect(site(asked('s3:PutObjectAcl', object, { 's3:x-amz-acl': 'public-read' }))).toBe('deny');
  });
});

describe('a customer-managed key', () => {
  const key = (id: string) => `arn:aws:kms:${HERE}:key/${id}`;
  const via = (service: string) => ({ 'kms:ViaService': `${service}.eu-central-1.amazonaws.com` });
  const state = { bucket: 'shop-terraform', prefix: 'shop-infra/production' };
  const takers = [...templates.values()].filter(({ parameters }) => parameters.kmsKey);

  test('is taken by every template that reads or writes what may be encrypted', () => {
    expect(takers.map(({ name }) => name).sort()).toEqual([
      'codedeploy',
      'dynamodb-migrate',
      'elastic-beanstalk-deploy',
      'lambda-deploy',
      'read-only-plan',
      's3-artifacts',
      's3-static-site',
      'sam-or-cloudformation-deploy',
      'secrets-read',
      'sns-publish',
      'sqs-send',
      'ssm-parameters-read',
      'terraform-state',
    ]);
  });

  test.each(['kms:GenerateDataKey', 'kms:Decrypt'])('is not used unless given: %s', (action) => {
    expect(may('terraform-state', state)(asked(action, key(KEY), via('s3')))).toBe('deny');
  });

  test.each<Case>([
    ['to write through S3', asked('kms:GenerateDataKey', key(KEY), via('s3')), 'allow'],
    ['to read through S3', asked('kms:Decrypt', key(KEY), via('s3')), 'allow'],
    ['by itself', asked('kms:Decrypt', key(KEY)), 'deny'],
    ['through another service', asked('kms:Decrypt', key(KEY), via('secretsmanager')), 'deny'],
    ['in place of another', asked('kms:Decrypt', key(KEY.replace('1', '9')), via('s3')), 'deny'],
    ['to hand it on', asked('kms:CreateGrant', key(KEY), via('s3')), 'deny'],
    ['to delete it', asked('kms:ScheduleKeyDeletion', key(KEY), via('s3')), 'deny'],
  ])('is used %s', (_, question, verdict) => {
    expect(may('terraform-state', { ...state, kmsKey: KEY })(question)).toBe(verdict);
  });
});

describe('names that services allow', () => {
  test.each(['shop-secret', 'shop-tokens', 'shop/config-google', '/shop/db', 'shop+db'])(
    'secret %s is read, and no other secret by it',
    (name) => {
      const allowed = may('secrets-read', { secrets: [name] });
      const secret = (full: string) =>
        asked('secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${HERE}:secret:${full}`);
      expect(allowed(secret(`${name}-AbCdEf`))).toBe('allow');
      expect(allowed(secret(`${name}-x-AbCdEf`))).toBe('deny');
      expect(allowed(secret(`${name}x-AbCdEf`))).toBe('deny');
      expect(allowed(secret(name))).toBe('deny');
    },
  );

  test('a bucket is named like its site', () => {
    const allowed = may('s3-static-site', { bucket: 'shop-www.acme.example' });
    expect(allowed(asked('s3:PutObject', 'arn:aws:s3:::shop-www.acme.example/a'))).toBe('allow');
    expect(allowed(asked('s3:PutObject', 'arn:aws:s3:::shop-www-acme.example/a'))).toBe('deny');
  });

  test('an app of the CDK lies in several regions', () => {
    const roles = ['eu-central-1', 'us-east-1'].flatMap((region) =>
      ['deploy', 'file-publishing', 'image-publishing', 'lookup'].map(
        (purpose) => `cdk-hnb659fds-${purpose}-role-111122223333-${region}`,
      ),
    );
    const allowed = may('cdk-deploy', { roles });
    for (const role of roles) {
      expect(allowed(asked('sts:AssumeRole', `arn:aws:iam::111122223333:role/${role}`))).toBe('allow');
    }
  });
});
