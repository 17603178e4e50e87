import { describe, expect, test } from '@jest/globals';
import { evaluateTrust, workspaceSlugIn } from '../../../../domain/trust/evaluation.ts';
import { renderTrustPolicy } from '../../../../domain/trust/policy.ts';
import { ACME, configurationOf, present, shop } from '../../../support/domain/samples.ts';

const account = present(configurationOf().accounts[0]);
const policy = renderTrustPolicy({ account, workspace: ACME, repositoryUuid: shop.uuid });
const PROVIDER = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const claims = {
  iss: `https://${PROVIDER}`,
  aud: 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d',
  sub: `${shop.uuid}:{759de0c6-eaee-4eaa-b7a6-c507eec759a7}`,
};
const held = (over: Record<string, unknown>, document: unknown = policy) =>
  evaluateTrust(document, { ...claims, ...over }).conditions.map(({ holds }) => holds);

describe('a trust policy', () => {
  test('holds for the own token', () => {
    expect(held({})).toEqual([true, true]);
  });

  test.each([
    ['no issuer', undefined],
    [
      'a scheme in the middle of the issuer',
      `api.bitbucket.org/https://${PROVIDER.slice('api.bitbucket.org/'.length)}`,
    ],
    ['something before the scheme', `x${claims.iss}`],
  ])('holds for no token with %s', (_, iss) => {
    expect(held({ iss })).toEqual([false, false]);
  });

  test("holds where one of a list of values is the token's", () => {
    const either = structuredClone(policy) as {
      Statement: { Condition: Record<string, Record<string, unknown>> }[];
    };
    const { Condition } = present(either.Statement[0]);
    Condition.StringEquals = { [`${PROVIDER}:aud`]: [claims.aud, 'sts.amazonaws.com'] };
    expect(held({}, either)).toEqual([true, true]);
    expect(held({ aud: 'sts.amazonaws.com' }, either)).toEqual([true, true]);
    expect(held({ aud: 'another' }, either)).toEqual([false, true]);
  });
});

test.each([
  ['the issuer of a workspace', claims.iss, 'acme'],
  ['another origin', 'https://evil.example/2.0/workspaces/acme/pipelines-config/identity/oidc', undefined],
  ['more behind it', `${claims.iss}/x`, undefined],
  ['no workspace', 'https://api.bitbucket.org', undefined],
  ['no text', 1, undefined],
])('the slug in %s', (_, issuer, slug) => {
  expect(workspaceSlugIn(issuer)).toBe(slug);
});
