import fc from 'fast-check';
import { policyText } from '../../../domain/policy/document.ts';
import { checkTrustPolicy } from '../../../domain/trust/check.ts';
import { renderTrustPolicy } from '../../../domain/trust/policy.ts';
import { asAccountId } from '../identifiers.ts';
import { environmentUuids, repositoryUuids, slugs, uuids, workspaceUuids } from './arbitraries.ts';
import type { Presented } from './oracle.ts';

/** Any grant, as far as its trust policy goes. */
export const grants = fc.record({
  slug: slugs,
  workspaceUuid: workspaceUuids,
  repositoryUuid: repositoryUuids,
  environmentUuid: fc.option(environmentUuids, { nil: undefined }),
  partition: fc.constantFrom('aws', 'aws-cn', 'aws-us-gov'),
});
export type TrustedGrant = typeof grants extends fc.Arbitrary<infer T> ? T : never;

export const ACCOUNT = asAccountId('111122223333');
/** The text of its trust policy. */
export const render = (g: TrustedGrant, renderer = renderTrustPolicy) =>
  policyText(
    renderer({
      account: { id: ACCOUNT, partition: g.partition },
      workspace: { slug: g.slug, uuid: g.workspaceUuid },
      repositoryUuid: g.repositoryUuid,
      environmentUuid: g.environmentUuid,
    }),
  );
/** What the checker finds in a text for it. */
export const check = (text: string, g: TrustedGrant) =>
  checkTrustPolicy(text, {
    partition: g.partition,
    accountId: ACCOUNT,
    workspaceSlug: g.slug,
    workspaceUuid: g.workspaceUuid,
    repositoryUuid: g.repositoryUuid,
    environmentUuid: g.environmentUuid,
  });

/** A step token as Bitbucket makes it, in the words of IAM. */
export const tokenOf = (g: TrustedGrant, step: string, over: Partial<Presented> = {}): Presented => ({
  federated: `arn:${g.partition}:iam::${ACCOUNT}:oidc-provider/api.bitbucket.org/2.0/workspaces/${g.slug}/pipelines-config/identity/oidc`,
  aud: `ari:cloud:bitbucket::workspace/${g.workspaceUuid.slice(1, -1)}`,
  sub: [g.repositoryUuid, g.environmentUuid, step].filter((part) => part !== undefined).join(':'),
  ...over,
});

/** True when the token is one that the grant is for. */
export function isOwn(g: TrustedGrant, token: Presented): boolean {
  const { federated, aud } = tokenOf(g, '');
  const start = [g.repositoryUuid, ...(g.environmentUuid ? [g.environmentUuid] : []), ''].join(':');
  return token.federated === federated && token.aud === aud && token.sub.startsWith(start);
}

/** The end of a subject: a step, or an environment and a step. */
export const steps = fc
  .tuple(uuids, fc.option(uuids))
  .map(([step, environment]) => (environment ? `${environment}:${step}` : step));
