import { describe, expect, test } from '@jest/globals';
import {
  foreignAccountOf,
  namesOneThing,
  reachesRolewright,
} from '../../../../domain/guardrails/resource-scope.ts';
import { asAccountId } from '../../../support/identifiers.ts';

const ACCOUNT = asAccountId('111122223333');
const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:${ACCOUNT}:${rest}`;

describe('an ARN names one thing', () => {
  test.each([
    [
      'the wildcards of a rule come behind its name',
      arn('elasticloadbalancing', 'rule/shop/*listener/app/x'),
    ],
    ['the wildcards of a database come behind its name', arn('rds', 'db:shop:*snapshot:rds:x')],
    ['a name is like a word of the language', 'arn:aws:s3:::undefined-site'],
    ['a secret has six more characters', arn('secretsmanager', 'secret:shop-??????')],
  ])('when %s', (_, resource) => {
    expect(namesOneThing(resource)).toBe(true);
  });

  test.each([
    ['something comes before it', 'xarn:aws:s3:::shop-site'],
    ['a line follows', 'arn:aws:s3:::shop-site\n*'],
    ['it has no name', 'arn:aws:s3:::/'],
    ['it is a load balancer of whatever name', arn('elasticloadbalancing', 'loadbalancer/app/*')],
    ['it is an automated snapshot of whatever name', arn('rds', 'snapshot:rds:*')],
    ['a name by prefix is of no function', arn('lambda', 'xfunction:shop-*')],
    ['a prefix of functions goes on', arn('lambda', 'function:shop-*x')],
    ['a name by prefix is of no stack', arn('cloudformation', 'xstack/shop-*')],
    ['a prefix of stacks goes on', arn('cloudformation', 'stack/shop-*x')],
    ['the six characters are of no secret', arn('secretsmanager', 'xsecret:shop-??????')],
    ['the six characters go on', arn('secretsmanager', 'secret:shop-??????x')],
  ])('but not when %s', (_, resource) => {
    expect(namesOneThing(resource)).toBe(false);
  });
});

describe('the account of a resource', () => {
  const MACRO = 'arn:aws:cloudformation:eu-central-1:aws:transform/Serverless-2016-10-31';
  test.each([
    [MACRO, undefined],
    [`x${MACRO}`, 'is in account aws'],
    [`${MACRO}x`, 'is in account aws'],
    [arn('ecr', 'repository/shop'), undefined],
    ['arn:aws:ecr:eu-central-1:444455556666:repository/shop', 'is in account 444455556666'],
    ['shop-site', 'names no account, so it may belong to any account'],
  ])('%s: %s', (resource, reason) => {
    expect(foreignAccountOf(resource, ACCOUNT, false)).toBe(reason);
  });
});

test('reading parameters by path reaches Rolewright’s from above, whatever else the statement allows', () => {
  const above = arn('ssm', 'parameter/');
  expect(reachesRolewright(above, ['ssm:GetParameter', 'ssm:GetParametersByPath'], undefined)).toBe(true);
  expect(reachesRolewright(above, ['ssm:GetParameter'], undefined)).toBe(false);
});

describe('the names of an installation whose service is called otherwise', () => {
  const reaches = (resource: string, service?: string) => reachesRolewright(resource, [], service);
  test.each([
    arn('dynamodb', 'table/gatekeeper-prod-events'),
    arn('lambda', 'function:gatekeeper-dev-provisioner'),
    arn('sqs', 'gatekeeper-prod-failed-messages'),
    arn('cloudformation', 'stack/gatekeeper-prod/*'),
    arn('logs', 'log-group:/aws/http-api/gatekeeper-prod:*'),
    'arn:aws:s3:::gatekeeper-prod-serverlessdeploymentbucket-1/*',
    'arn:aws:iam::111122223333:role/gatekeeper-prod-provisioner',
    arn('lambda', 'function:gate*-provisioner'),
  ])('%s is its own', (resource) => {
    expect(reaches(resource, 'gatekeeper')).toBe(true);
    expect(reaches(resource, 'Gatekeeper')).toBe(true);
    expect(reaches(resource.replaceAll('gate', 'late'), 'gatekeeper')).toBe(false);
  });

  test('beside the shipped names, which stay closed', () => {
    expect(reaches(arn('dynamodb', 'table/rolewright-prod-events'), 'gatekeeper')).toBe(true);
    expect(reaches(arn('ssm', 'parameter/rolewright/prod/bitbucket'), 'gatekeeper')).toBe(true);
  });
});
