import { describe, expect, test } from '@jest/globals';
import { scan } from '../../domain/scan/scan.ts';
import { asEpoch } from '../support/identifiers.ts';

const PROVIDER = {
  github: 'token.actions.githubusercontent.com',
  gitlab: 'gitlab.com',
  buildkite: 'agent.buildkite.com',
};

/** An account of one role whose trust admits one pattern of `sub`. */
function accountWith(provider: string, sub: string, operator = 'StringLike') {
  const arn = 'arn:aws:iam::111122223333:role/deploy';
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${provider}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { [operator]: { [`${provider}:sub`]: sub } },
      },
    ],
  };
  const role = {
    Arn: arn,
    RoleName: 'deploy',
    RoleId: 'AROAEXAMPLE0000000001',
    Path: '/',
    CreateDate: '2026-01-01T00:00:00Z',
    AssumeRolePolicyDocument: trust,
    RolePolicyList: [],
    AttachedManagedPolicies: [],
    Tags: [],
  };
  return { RoleDetailList: [role], UserDetailList: [], GroupDetailList: [], Policies: [] };
}

describe('a role that a scan counts', () => {
  test.each([
    [PROVIDER.github, 'repo:octo_corp/*'],
    [PROVIDER.github, 'repo:octo_corp/shop:ref:refs/heads/main'],
    [PROVIDER.github, 'repo:acme corp/*'],
    [PROVIDER.github, 'repo:acme/shop:environment:prod:eu'],
    [PROVIDER.github, ''],
    [PROVIDER.github, 'anything'],
    [PROVIDER.gitlab, 'project_path:ac me/*'],
    [PROVIDER.gitlab, 'project_path:*'],
    [PROVIDER.buildkite, 'organization:ac me:*'],
    [PROVIDER.buildkite, 'organization:acme:*'],
  ])('of %s with sub %j is in the findings, right, or not judged', (provider, sub) => {
    const report = scan({
      documents: [{ file: 'account.json', content: accountWith(provider, sub) }],
      workspaces: [],
      policyFolder: 'policies',
      now: asEpoch(Date.UTC(2026, 10, 1)),
    });
    const trusts = report.findings.filter(({ code }) => code !== 'NO_BOUNDARY' && code !== 'UNUSED');
    expect(report.roles).toBe(1);
    expect(trusts.length + report.right.length + report.rolesUnjudged).toBeGreaterThan(0);
  });
});
