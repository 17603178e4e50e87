import type { PermissionsPolicy, TrustPolicy } from '../policy/document.ts';
import { type Account, boundaryArn } from '../shared/account.ts';
import {
  type EnvironmentUuid,
  type GrantId,
  type RepositoryUuid,
  withoutBraces,
} from '../shared/identifiers.ts';

/** The IAM path below which every role of every installation is; nothing outside it is ever written. Each stage has its own
 *  path there: `/rolewright/` itself, or `/rolewright/<stage>/`. */
export const ROLE_PATH = '/rolewright/';

/** The name of the one inline policy of a role. */
export const PERMISSIONS_POLICY_NAME = 'permissions';

/** AWS's managed policy that denies everything: the boundary of a role that is being revoked. */
export const denyAllArn = (partition: string): string => `arn:${partition}:iam::aws:policy/AWSDenyAll`;

/** The tag that ties a role to its grant. */
export const GRANT_TAG = 'rolewright:grant';

/** The tag that names the installation of a role. */
const STAGE_TAG = 'rolewright:stage';

/** Everything that a role is created from in IAM. `maxSessionDuration` in seconds. */
export type RoleSpecification = {
  name: string;
  arn: string;
  path: string;
  boundaryArn: string;
  maxSessionDuration: number;
  tags: Record<string, string>;
  trustPolicy: TrustPolicy;
  permissionsPolicy: PermissionsPolicy;
};

const idPart = (grantId: GrantId): string => grantId.slice(3, 15);

const cut = (text: string, length: number): string =>
  text
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, length)
    .replace(/-+$/, '');

/** The name of a grant's role, e.g. `rw-shop-s3-static-site-hrq6egvaok64`; at most 61 characters (IAM allows 64). */
export const roleNameOf = (grantId: GrantId, repositorySlug: string, template: string): string =>
  `rw-${cut(repositorySlug, 24)}-${cut(template, 20)}-${idPart(grantId)}`;

/** A pattern of IAM that covers every name of the grant's role. */
export const roleNamesOf = (grantId: GrantId): string => `rw-*-${idPart(grantId)}`;

/** True when `name` can be a name of the grant's role: it was fixed at the first intent, and a slug changes later. */
export const isRoleNameOf = (name: string, grantId: GrantId): boolean =>
  /^rw-[a-z0-9-]{1,46}$/.test(name.slice(0, -13)) && name.endsWith(`-${idPart(grantId)}`);

/** The ARN of the role with that name in the account. */
export const roleArnOf = (
  { partition, id, rolePath }: Pick<Account, 'id' | 'rolePath'> & { partition: string },
  name: string,
): string => `arn:${partition}:iam::${id}:role${rolePath}${name}`;

/** What the keys of Rolewright's own tags begin with. IAM compares keys case-insensitively. */
const OWN_TAGS = 'rolewright:';

/** True for the key of a tag that Rolewright alone decides. */
export const isOwnTag = (key: string): boolean => key.toLowerCase().startsWith(OWN_TAGS);

/** The configured tags that a role has: those of its applied request that are configured with the same value now. So a
 *  changed configuration changes no role by itself, and no event makes Rolewright set a tag that is not configured. */
export const tagsInForce = (
  applied: Readonly<Record<string, string>> | undefined,
  configured: Readonly<Record<string, string>> | undefined,
): Record<string, string> =>
  Object.fromEntries(Object.entries(applied ?? {}).filter(([key, value]) => configured?.[key] === value));

/** The tags of a grant's role: the configured ones and Rolewright's own. UUIDs are written without braces: IAM's tag values cannot
 *  hold them. */
export function roleTags(grant: {
  grantId: GrantId;
  repositoryUuid: RepositoryUuid;
  environmentUuid?: EnvironmentUuid | undefined;
  template: string;
  stage: string;
  configured: Readonly<Record<string, string>> | undefined;
}): Record<string, string> {
  return {
    ...grant.configured,
    [GRANT_TAG]: grant.grantId,
    [STAGE_TAG]: grant.stage,
    'rolewright:repository': withoutBraces(grant.repositoryUuid),
    ...(grant.environmentUuid ? { 'rolewright:environment': withoutBraces(grant.environmentUuid) } : {}),
    'rolewright:template': grant.template,
  };
}

/** The parts of a specification that the account alone decides. */
export const accountPart = (account: Account): Pick<RoleSpecification, 'path' | 'boundaryArn'> => ({
  path: account.rolePath,
  boundaryArn: boundaryArn(account),
});
