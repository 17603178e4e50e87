import { describe, expect, test } from '@jest/globals';
import { StartFailure } from '../../../../adapters/settings/start-failure.ts';
import { govern, type Template } from '../../../../scripts/build/governance/govern.ts';
import { ownNames } from '../../../../scripts/build/governance/own-names.ts';
import {
  type GovernanceParameters,
  parseGovernance,
} from '../../../../scripts/build/governance/parameters.ts';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/5a8b2c1d-0000-4000-8000-000000000001';
const STACK = { installation: 'rolewright-prod', region: 'eu-central-1' };
const SHIPPED = { boundary: '', path: '/', prefix: '', tags: '', key: '', reserved: '' };

function errorsOf(parameters: GovernanceParameters): readonly string[] {
  try {
    parseGovernance({ ...SHIPPED, ...parameters }, STACK);
    return [];
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    return error.errors;
  }
}

describe('the parameters of an organisation', () => {
  test('change nothing as they are shipped', () => {
    const template = { Resources: { ARole: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'a' } } } };
    govern(template, parseGovernance(SHIPPED, STACK), STACK.installation);
    expect(template.Resources.ARole).toEqual({ Type: 'AWS::IAM::Role', Properties: { RoleName: 'a' } });
  });

  test.each<[GovernanceParameters]>([
    [{ boundary: 'arn:aws:iam::111122223333:policy/company/boundary' }],
    [{ boundary: 'arn:aws:iam::aws:policy/PowerUserAccess' }],
    [{ path: '/platform/roles/' }],
    [{ prefix: 'acme-' }],
    [{ tags: 'team=platform, cost center=7' }],
    [{ tags: { team: 'platform', cost: 7 } }],
    [{ key: KEY }],
    [{ reserved: 'revocations=5,provisioner=10' }],
    [{ reserved: { reconciler: 1 } }],
  ])('may be %j', (parameters) => {
    expect(errorsOf(parameters)).toEqual([]);
  });

  test.each<[GovernanceParameters, string]>([
    [{ boundary: 'company' }, '--param functionRoleBoundary: must be the ARN of a managed policy'],
    [{ path: 'platform' }, '--param functionRolePath: must be a path'],
    [{ path: '/platform' }, '--param functionRolePath: must be a path'],
    [{ path: '/rolewright/x/' }, '--param functionRolePath: must be a path'],
    [{ prefix: 'rw-' }, '--param functionRolePrefix: must be'],
    [{ prefix: 'a/b' }, '--param functionRolePrefix: must be'],
    [{ tags: 'team' }, '--param functionRoleTags/: must be key=value'],
    [{ tags: 'rolewright:grant=x' }, '--param functionRoleTags/rolewright:grant: must not begin'],
    [{ reserved: 'revocations' }, '--param reservedConcurrency: must be'],
    [{ reserved: 'revocations=0' }, '--param reservedConcurrency: must be'],
    [{ reserved: 'revocations=many' }, '--param reservedConcurrency: must be'],
    [{ key: 'alias/company' }, '--param encryptionKey: must be the ARN'],
    [{ key: KEY.replace('eu-central-1', 'us-east-1') }, '--param encryptionKey: must be the ARN'],
  ])('may not be %j', (parameters, error) => {
    expect(errorsOf(parameters)).toEqual([expect.stringContaining(error)]);
  });

  test('may not make a name longer than IAM takes', () => {
    const stack = { ...STACK, installation: `rolewright-${'s'.repeat(20)}` };
    expect(() => parseGovernance({ ...SHIPPED, prefix: 'x'.repeat(21) }, stack)).not.toThrow();
    expect(() => parseGovernance({ ...SHIPPED, prefix: 'x'.repeat(22) }, stack)).toThrow('at most 64');
  });

  test('are refused all at once', () => {
    expect(errorsOf({ boundary: 'x', path: 'x', key: 'x' })).toHaveLength(3);
  });
});

describe('what is the installation’s own', () => {
  test.each(['rolewright', 'acme-rolewright'])(
    'of the service %s is whatever holds rolewright',
    (service) => {
      expect(ownNames(service, { path: '/platform/', prefix: 'acme-' })).toEqual({
        names: '*rolewright-',
        roles: '/*rolewright-*',
      });
    },
  );

  test('of a service that is called otherwise begins with its name, and its roles with path and prefix', () => {
    expect(ownNames('gatekeeper', { path: '/platform/', prefix: 'acme-' })).toEqual({
      names: 'gatekeeper-',
      roles: '/platform/acme-gatekeeper-*',
    });
  });
});

test('a role without policies is governed as well, and a template without a boundary’s own statement is none of ours', () => {
  const governance = parseGovernance({ ...SHIPPED, prefix: 'acme-', key: KEY }, STACK);
  const template: Template = { Resources: { CustomRole: { Type: 'AWS::IAM::Role' } } };
  govern(template, governance, STACK.installation);
  expect(template.Resources.CustomRole?.Properties).toEqual({ RoleName: 'acme-rolewright-prod-custom' });
  const foreign: Template = {
    Resources: {
      Boundary: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: { Statement: [] } } },
    },
  };
  expect(() => govern(foreign, governance, STACK.installation)).toThrow('closes');
});

describe('a reserved share of the account’s concurrency', () => {
  const template = (): Template => ({
    Resources: {
      RevocationsLambdaFunction: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'rolewright-prod-revocations' },
      },
      GrantsLambdaFunction: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'rolewright-prod-grants' },
      },
    },
  });
  const reserve = (reserved: string) => {
    const made = template();
    govern(made, parseGovernance({ ...SHIPPED, reserved }, STACK), STACK.installation);
    return Object.values(made.Resources).map(({ Properties }) => Properties?.ReservedConcurrentExecutions);
  };

  test('is the function’s that is named, and no other’s', () => {
    expect(reserve('revocations=5')).toEqual([5, undefined]);
    expect(reserve('')).toEqual([undefined, undefined]);
  });

  test('of a function that is not there is refused', () => {
    expect(() => reserve('revocation=5')).toThrow('there is no function revocation');
  });
});
