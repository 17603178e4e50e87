import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  isPrefixType,
  type ParameterTypeName,
  parameterError,
  parameterTypeNames,
  parameterTypes,
} from '../../../../domain/templates/parameters/parameter-types.ts';
import { isOneSegment, isSegments } from '../../../../domain/templates/placeholder.ts';

const UUID = '1234abcd-12ab-34cd-56ef-1234567890ab';

const good: Record<ParameterTypeName, string[]> = {
  s3BucketName: [
    'abc',
    'a1b',
    '1-2',
    'shop--site',
    `a${'b'.repeat(61)}c`,
    'shop-www.acme.example',
    'a.b',
    '192.168.0.1a',
  ],
  s3KeyPrefix: ['a', 'shop-api/v1.2/x_y', 'a/b/c', '-', '0', `${'a'.repeat(255)}/${'b'.repeat(256)}`],
  ecrRepositoryName: ['ab', 'shop-api', 'a.b_c-d', '0a', 'shop/api', 'a/b/c-d', 'a'.repeat(256)],
  ecrPublicRepositoryName: ['ab', 'shop-cli', 'acme/shop-cli', 'a'.repeat(205)],
  ecsClusterName: ['a', 'shop_1-x', 'a'.repeat(255)],
  ecsServiceName: ['a', 'shop_1-x', 'a'.repeat(255)],
  ecsTaskFamily: ['a', 'shop_1-x', 'a'.repeat(255)],
  eksClusterName: ['a', '0', 'shop_1-x', 'a'.repeat(100)],
  lambdaFunctionName: ['a', 'Shop_Checkout-1', '-', '_', 'a'.repeat(64)],
  lambdaFunctionPrefix: ['abc', 'shop-checkout', `a${'b'.repeat(61)}`],
  cloudFormationStackName: ['a', 'Shop-1', `a${'b'.repeat(127)}`],
  cloudFormationStackPrefix: ['abc', 'Shop-1', `a${'b'.repeat(121)}`],
  cloudFrontDistributionId: ['E1234567', 'E2SHOPSITE0001', `E${'A'.repeat(31)}`],
  ssmParameterPath: ['a', 'shop-api/production/db.url', Array(15).fill('a').join('/')],
  secretName: [
    'a',
    'shop-api/db',
    'shop-database',
    'a-12345',
    'a-1234567',
    'shop-secret',
    'shop-db-AbCdEf',
    'a-123456',
    '/shop/production/db',
    'shop_db+ro=1@eu',
    `${'a'.repeat(250)}/${'b'.repeat(254)}`,
  ],
  dynamodbTableName: ['abc', 'shop.Orders_1', '-a-', 'a'.repeat(255)],
  kmsKeyId: [UUID, `mrk-${'0a'.repeat(16)}`],
  iamRoleName: ['a', 'shop.Task_role-1', 'a'.repeat(64)],
  codeArtifactDomain: ['ab', 'shop-1', `a${'b'.repeat(49)}`],
  codeArtifactRepository: ['ab', 'Shop.npm_1-x', 'a'.repeat(100)],
  eventBusName: ['a', 'default', 'shop.Events_1-x', 'a'.repeat(256)],
  eventSource: ['a', 'shop.checkout', 'awsome', 'com.acme.shop'],
  vpcId: ['vpc-0a1b2c3d', 'vpc-0a1b2c3d4e5f60718'],
  snsTopicName: ['a', 'shop_Releases-1', 'shop.fifo', 'a'.repeat(256)],
  sqsQueueName: ['a', 'shop_Jobs-1', 'shop.fifo', 'a'.repeat(80)],
  stateMachineName: ['a', 'Shop_release-1', 'a'.repeat(80)],
  codeDeployApplicationName: ['a', 'shop.Web_1+x=y@z', 'a'.repeat(100)],
  codeDeployGroupName: ['a', 'shop.Web_1+x=y@z', 'a'.repeat(100)],
  codeDeployConfigName: ['a', 'CodeDeployDefault.OneAtATime', 'a'.repeat(100)],
  beanstalkApplicationName: ['a', 'shop.Web_1-x', 'a'.repeat(100)],
  beanstalkEnvironmentName: ['shop', 'Shop-web-1', 'a'.repeat(40)],
  beanstalkEnvironmentId: ['e-abcde12345', 'e-12345678'],
  awsRegion: ['eu-central-1', 'us-gov-west-1', 'ap-southeast-4', 'us-east-1'],
  awsAccountAlias: ['abc', 'shop-production-1', 'a'.repeat(63)],
};

const bad: Record<ParameterTypeName, string[]> = {
  s3BucketName: [
    'ab',
    `a${'b'.repeat(62)}c`,
    'Shop-site',
    'shop..site',
    'shop.-site',
    'shop-.site',
    '.shop',
    'shop.',
    'shop_site',
    '-shop',
    'shop-',
    '192.168.0.1',
    'xn--shop',
    'sthree-shop',
    'amzn-s3-demo-shop',
    'shop-s3alias',
    'shop--ol-s3',
    'shop--x-s3',
    'shop--table-s3',
    'shop/site',
  ],
  s3KeyPrefix: ['/a', 'a/', 'a//b', '..', 'a/../b', 'a/.b', '.a', 'a/.', 'a'.repeat(513), 'a!b'],
  ecrRepositoryName: [
    'a',
    'a'.repeat(257),
    'Shop',
    '-shop',
    'shop-',
    'shop..api',
    'a-_b',
    '.a',
    'a.',
    '/ab',
    'ab/',
    'a//b',
    'a/../b',
    'a/-b',
    '111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop-api',
    'shop-api:latest',
  ],
  ecrPublicRepositoryName: ['a', 'public.ecr.aws/acme/shop-cli', 'Shop', 'a'.repeat(206), 'a//b'],
  ecsClusterName: ['a'.repeat(256), 'shop.a', 'shop/a'],
  ecsServiceName: ['a'.repeat(256), 'shop.a', 'cluster/service'],
  ecsTaskFamily: ['a'.repeat(256), 'shop.a', 'shop:1'],
  eksClusterName: ['a'.repeat(101), '-a', '_a', 'a.b', 'a/b'],
  lambdaFunctionName: ['a'.repeat(65), 'shop.fn', 'shop:1', 'shop:$LATEST', 'arn:aws:lambda:x'],
  lambdaFunctionPrefix: ['ab', 'shop-', '-shop', 'a'.repeat(63), 'shop.a'],
  cloudFormationStackName: ['1a', '-a', 'a_b', 'a/b', `a${'b'.repeat(128)}`],
  cloudFormationStackPrefix: ['ab', 'shop-', '1ab', 'a_b', `a${'b'.repeat(122)}`],
  cloudFrontDistributionId: ['E', 'E123456', `E${'A'.repeat(32)}`, 'e2SHOPSITE0001', 'A1234567', 'E1234-67'],
  ssmParameterPath: [
    '/shop',
    'shop/',
    'a//b',
    'a/../b',
    'aws/x',
    'AWS/x',
    'ssm-x',
    Array(16).fill('a').join('/'),
  ],
  secretName: ['/', '//a', 'a/', 'a//b', '/../a', '@a', 'a:b', 'a?b', 'a*', 'a b', 'a'.repeat(506)],
  dynamodbTableName: ['ab', 'a'.repeat(256), '.abc', 'shop/index', 'abc/index/x'],
  kmsKeyId: ['alias/shop', UUID.toUpperCase(), `${UUID}0`, 'mrk-', 'key'],
  iamRoleName: ['a'.repeat(65), 'rolewright/rw-shop', 'service-role/x', '.a', 'a+b', 'a=b'],
  codeArtifactDomain: ['a', '1a', 'a-', 'A1', 'a_b', 'a'.repeat(51), 'a/b'],
  codeArtifactRepository: ['a', '-a', '.ab', 'a/b', 'a'.repeat(101)],
  eventBusName: ['.a', 'aws.partner/x', 'a/b', 'a'.repeat(257)],
  eventSource: ['aws', 'aws.s3', '.a', 'a/b'],
  vpcId: ['vpc-', 'vpc-0a1b2c3', 'vpc-0A1B2C3D', 'vpc-0a1b2c3d4e', 'subnet-0a1b2c3d', 'vpc-0a1b2c3d/x'],
  snsTopicName: ['', 'shop.topic', '.fifo', 'a/b', 'a:b', 'a'.repeat(257), 'shop.fifo.fifo'],
  sqsQueueName: ['', 'shop.queue', '.fifo', 'a/b', 'a'.repeat(81), `${'a'.repeat(76)}.fifo`],
  stateMachineName: ['a'.repeat(81), 'a.b', 'a/b', 'a:b'],
  codeDeployApplicationName: ['.a', 'a/b', 'a:b', 'a b', 'a,b', 'a'.repeat(101)],
  codeDeployGroupName: ['.a', 'a/b', 'a:b', 'a b', 'a,b', 'a'.repeat(101)],
  codeDeployConfigName: ['.a', 'a/b', 'a:b', 'a b', 'a,b', 'a'.repeat(101)],
  beanstalkApplicationName: ['.a', 'a/b', 'a:b', 'a b', 'a'.repeat(101)],
  beanstalkEnvironmentName: ['abc', '-abc', 'abc-', 'a_bc', 'a.bc', 'a'.repeat(41)],
  beanstalkEnvironmentId: ['e-', 'abcde12345', 'E-abcde12345', 'e-abc', `e-${'a'.repeat(21)}`],
  awsRegion: ['EU-central-1', 'eu', 'eu-central', 'eu-central-10', 'global', 'aws-global'],
  awsAccountAlias: ['ab', 'a'.repeat(64), '-ab', 'ab-', 'a--b', 'A12', 'a.b'],
};

describe.each(parameterTypeNames)('%s', (type) => {
  const { example, rule } = parameterTypes[type];

  test.each(good[type])('admits %s', (value) => {
    expect(parameterError(type, value)).toBeUndefined();
    expect(isSegments(value)).toBe(true);
  });

  test.each(bad[type])('refuses %s', (value) => {
    expect(parameterError(type, value)).toBe(rule);
  });

  test('admits no value longer than it says', () => {
    const { longest } = parameterTypes[type];
    for (const value of good[type]) expect(value.length).toBeLessThanOrEqual(longest);
    for (const value of good[type]) {
      const tooLong = value.padEnd(longest + 1, value.at(-1));
      expect(parameterError(type, tooLong)).toBe(rule);
    }
  });

  test('admits its own example', () => {
    expect(parameterError(type, example)).toBeUndefined();
  });

  test.each([
    ['a wildcard', '*'],
    ['a wildcard within', `${example}*`],
    ['a one-character wildcard', `${example}?`],
    ['an IAM variable', '${aws:username}'],
    ['an IAM variable within', `${example}\${*}`],
    ['a dollar', `${example}$`],
    ['a double quote', `${example}"`],
    ['a single quote', `${example}'`],
    ['a back quote', `${example}\``],
    ['a slash at the end', `${example}/`],
    // A secret's name may begin with one; everywhere else it would be an empty segment.
    ['a slash in front', type === 'secretName' ? `//${example}` : `/${example}`],
    ['two slashes', `${example}//x`],
    ['a step up', `${example}/../x`],
    ['a step up in front', `../${example}`],
    ['a backslash', `${example}\\x`],
    ['a colon', `${example}:x`],
    ['a comma', `${example},x`],
    ['a placeholder', '{{bucket}}'],
    ['a closing brace', `${example}}`],
    ['a newline at the end', `${example}\n`],
    ['a newline in front', `\n${example}`],
    ['a second line', `${example}\n${example}`],
    ['a carriage return', `${example}\r`],
    ['a line separator', `${example}\u2028`],
    ['a tab', `${example}\t`],
    ['a NUL', `${example}\0`],
    ['a delete character', `${example}\u007f`],
    ['a blank', `${example} `],
    ['letters that only look Latin', `${example}а`],
    ['full-width letters', `${example}Ａ`],
    ['a full-width slash', `${example}／x`],
    ['a percent escape', `${example}%2a`],
    ['nothing', ''],
    ['far too much', 'E'.repeat(10_000)],
  ])('refuses %s', (_, value) => {
    expect(parameterError(type, value)).toBe(rule);
  });
});

test('every type that says where it stands names a resource, but the region', () => {
  const free = parameterTypeNames.filter((type) => !parameterTypes[type].namesResource);
  expect(free).toEqual(['awsRegion']);
});

test('the types of prefixes are known, since ownership reads them otherwise', () => {
  expect(parameterTypeNames.filter(isPrefixType)).toEqual([
    'lambdaFunctionPrefix',
    'cloudFormationStackPrefix',
  ]);
});

test('every type decides in linear time, also on what was made to hurt it', () => {
  const hostile = ['a'.repeat(50_000), 'a-'.repeat(25_000), 'a/'.repeat(25_000), `${'a.'.repeat(25_000)}!`];
  const steps = parameterTypeNames.flatMap((type) => hostile.map((value) => parameterError(type, value)));
  expect(steps).not.toContain(undefined);
});

describe('one segment', () => {
  test.each(['a', 'A-b_c.d', '0', '-', '_a', 'a'.repeat(256)])('is %s', (value) => {
    expect(isOneSegment(value)).toBe(true);
  });

  test.each([
    '',
    '*',
    'a*',
    'a?',
    '${x}',
    'a/b',
    'a:b',
    'a b',
    '"',
    'a\n',
    '.',
    '..',
    '.a',
    'é',
    'a'.repeat(257),
  ])('is not %j', (value) => {
    expect(isOneSegment(value)).toBe(false);
  });
});

describe('segments', () => {
  test.each(['a', 'a/b', 'a.b/c-d/_e', '/a', 'a+b=c@d'])('are %s', (value) => {
    expect(isSegments(value)).toBe(true);
  });

  test.each(['', '/', 'a/', '//a', '@a', 'a//b', 'a/./b', 'a/../b', 'a/*', 'a/b\n', `${'a/'.repeat(256)}ab`])(
    'are not %j',
    (value) => {
      expect(isSegments(value)).toBe(false);
    },
  );
});

test('the page on the configuration names every type, for ownership rules', () => {
  const page = readFileSync(
    join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'configuration.md'),
    'utf8',
  );
  const [, listed = ''] = /^The types are those of template parameters: ([^;]+);/m.exec(page) ?? [];
  expect([...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(parameterTypeNames);
});
