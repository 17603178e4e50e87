import { type AccountId, type WorkspaceUuid, withoutBraces } from '../shared/identifiers.ts';

/** A Bitbucket workspace. The slug is mutable and part of the token's issuer; the UUID never changes. */
export type Workspace = { slug: string; uuid: WorkspaceUuid };

/** The provider name inside IAM (the issuer without its scheme): prefix of the condition keys `…:aud` and `…:sub`.
 *  Source: Bitbucket's "Deploy on AWS using Bitbucket Pipelines OpenID Connect". */
export const providerName = (workspaceSlug: string): string =>
  `api.bitbucket.org/2.0/workspaces/${workspaceSlug}/pipelines-config/identity/oidc`;

/** The `iss` of the workspace's step tokens, without a trailing slash. */
export const issuerOf = (workspaceSlug: string): string => `https://${providerName(workspaceSlug)}`;

/** The audience that every step token of the workspace carries, e.g.
 *  `ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d`. */
export const audienceOf = (workspace: Workspace): string =>
  `ari:cloud:bitbucket::workspace/${withoutBraces(workspace.uuid)}`;

/** The ARN of the workspace's identity provider in an account. */
export const providerArn = (account: { id: AccountId; partition: string }, workspaceSlug: string): string =>
  `arn:${account.partition}:iam::${account.id}:oidc-provider/${providerName(workspaceSlug)}`;
