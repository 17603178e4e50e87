import type { AppliedRole } from '../../drift/role.ts';
import type { ConfirmedRole, Grant, GrantDocuments } from '../../grants/grant.ts';
import { denyAllArn, roleTags, tagsInForce } from '../../planning/role.ts';
import { type Account, boundaryArn } from '../../shared/account.ts';
import { canonicalHash } from '../../shared/canonical-hash.ts';

/** A grant whose role IAM has confirmed, with the documents that were last applied. */
export type AppliedGrant = Grant & { role: ConfirmedRole; documents: GrantDocuments };

/** The role as it was last applied, from the grant alone. Undefined where its documents are not those whose hashes the applied
 *  request has. It is for comparing only: what is written to a role is rendered. */
export function appliedRoleOf(
  { id: grantId, role, documents, request: { intent } }: AppliedGrant,
  account: Account,
): AppliedRole | undefined {
  const { trustPolicy, permissionsPolicy } = documents;
  const isApplied =
    canonicalHash(trustPolicy) === intent.trustPolicyHash &&
    canonicalHash(permissionsPolicy) === intent.permissionsPolicyHash;
  if (!isApplied) return undefined;
  return {
    id: role.id,
    path: /:role(\/(?:.*\/)?)/.exec(role.arn)?.[1] ?? '',
    trustPolicy,
    permissionsPolicy,
    boundaryArn: boundaryArn(account),
    denyAllArn: denyAllArn(account.partition),
    maxSessionDuration: intent.maxSessionDuration,
    tags: roleTags({
      stage: account.stage,
      configured: tagsInForce(intent.roleTags, account.roleTags),
      grantId,
      repositoryUuid: intent.repository.uuid,
      environmentUuid: intent.environment?.uuid,
      template: intent.template.name,
    }),
  };
}

/** True for a grant whose role is compared. */
export const isApplied = (grant: Grant): grant is AppliedGrant & { state: 'active' | 'frozen' } =>
  (grant.state === 'active' || grant.state === 'frozen') &&
  grant.role?.id !== undefined &&
  grant.documents !== undefined;
