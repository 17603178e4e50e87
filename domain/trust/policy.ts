import { audienceOf, providerArn, providerName, type Workspace } from '../bitbucket/oidc.ts';
import type { TrustPolicy } from '../policy/document.ts';
import type { AccountId, EnvironmentUuid, RepositoryUuid } from '../shared/identifiers.ts';

/** Who may assume a role: one repository of one workspace, or one deployment environment of it. Every value comes from
 *  Bitbucket's API or the configuration, none from a caller. */
export type TrustTarget = {
  account: { id: AccountId; partition: string };
  workspace: Workspace;
  repositoryUuid: RepositoryUuid;
  environmentUuid?: EnvironmentUuid | undefined;
};

/** The pattern that the `sub` of an admitted token matches: `{repository}:*` or `{repository}:{environment}:*`. */
const subPattern = (target: TrustTarget): string =>
  target.environmentUuid
    ? `${target.repositoryUuid}:${target.environmentUuid}:*`
    : `${target.repositoryUuid}:*`;

/** The trust policy of a grant's role. Byte for byte the shape of the contract: always an audience condition, never a
 *  wildcard before the repository's UUID, never `…IfExists`, `ForAnyValue` or `ForAllValues`. */
export function renderTrustPolicy(target: TrustTarget): TrustPolicy {
  const provider = providerName(target.workspace.slug);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: providerArn(target.account, target.workspace.slug) },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${provider}:aud`]: audienceOf(target.workspace) },
          StringLike: { [`${provider}:sub`]: subPattern(target) },
        },
      },
    ],
  };
}

/** The same statement turned into an unconditional refusal: the first step of a revoke. */
export function renderDenyingTrustPolicy(target: TrustTarget): TrustPolicy {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Principal: { Federated: providerArn(target.account, target.workspace.slug) },
        Action: 'sts:AssumeRoleWithWebIdentity',
      },
    ],
  };
}

/** A trust policy without an Allow, so that it admits no token, for a role of which no more is known than the policy it has. It
 *  refuses the provider that this policy names, without a condition; Bitbucket's host where it names no provider. */
export function renderClosedTrustPolicy(
  { id, partition }: { id: AccountId; partition: string },
  observed: unknown,
): TrustPolicy {
  const named = /arn:[a-z-]+:iam::\d{12}:oidc-provider\/[A-Za-z0-9._~:/%-]+/.exec(
    JSON.stringify(observed),
  )?.[0];
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Principal: { Federated: named ?? `arn:${partition}:iam::${id}:oidc-provider/api.bitbucket.org` },
        Action: 'sts:AssumeRoleWithWebIdentity',
      },
    ],
  };
}
