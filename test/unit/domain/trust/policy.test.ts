import { describe, expect, test } from '@jest/globals';
import { policyText } from '../../../../domain/policy/document.ts';
import {
  renderClosedTrustPolicy,
  renderDenyingTrustPolicy,
  renderTrustPolicy,
} from '../../../../domain/trust/policy.ts';
import { ACME, shop } from '../../../support/domain/samples.ts';
import { asAccountId, asEnvironmentUuid } from '../../../support/identifiers.ts';

const account = { id: asAccountId('111122223333'), partition: 'aws' };
const subject = { account, workspace: ACME, repositoryUuid: shop.uuid };
const oidc = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';

const contract = (sub: string) =>
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/${oidc}"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"${oidc}:aud":"ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d"},"StringLike":{"${oidc}:sub":"${sub}"}}}]}`;

describe('a trust policy', () => {
  test("of a repository is byte for byte the contract's", () => {
    expect(policyText(renderTrustPolicy(subject))).toBe(contract('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}:*'));
  });

  test("of a deployment environment is byte for byte the contract's", () => {
    const environmentUuid = asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}');
    expect(policyText(renderTrustPolicy({ ...subject, environmentUuid }))).toBe(
      contract('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}:{bd715740-c970-486b-b68a-b421ec2a1f8b}:*'),
    );
  });

  test("names the provider in the account's partition", () => {
    const text = policyText(renderTrustPolicy({ ...subject, account: { ...account, partition: 'aws-cn' } }));
    expect(text).toContain(`"Federated":"arn:aws-cn:iam::111122223333:oidc-provider/${oidc}"`);
    expect(text).not.toContain('arn:aws:');
  });

  test('of a revoke denies without a condition', () => {
    expect(policyText(renderDenyingTrustPolicy(subject))).toBe(
      `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/${oidc}"},"Action":"sts:AssumeRoleWithWebIdentity"}]}`,
    );
  });

  test.each<[string, unknown, string]>([
    ['the provider of the role’s own policy', renderTrustPolicy(subject), `:oidc-provider/${oidc}`],
    ['Bitbucket’s host where that names none', { Statement: [] }, ':oidc-provider/api.bitbucket.org'],
    ['Bitbucket’s host where there is none', null, ':oidc-provider/api.bitbucket.org'],
  ])('of a role of which no more is known denies to %s', (_, observed, provider) => {
    expect(renderClosedTrustPolicy(account, observed)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: { Federated: `arn:aws:iam::111122223333${provider}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
        },
      ],
    });
  });
});
