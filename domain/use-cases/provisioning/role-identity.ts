import type { Grant } from '../../grants/grant.ts';
import { GRANT_TAG, ROLE_PATH, roleTags } from '../../planning/role.ts';
import { canonicalHash } from '../../shared/canonical-hash.ts';
import type { GrantId } from '../../shared/identifiers.ts';
import { type Instant, plusSeconds, seconds } from '../../shared/time.ts';
import type { Iam, ObservedRole } from './iam.ts';

/** Seconds by which IAM's clock may be behind ours. Our choice. */
const CLOCK_SKEW_SECONDS = seconds(60);

/** What a role found under a grant's role name is to the grant.
 *  - `ours`: path, tag and the recorded RoleId agree
 *  - `replaced`: another RoleId: ours is gone, this one is foreign
 *  - `altered`: our RoleId, but the tag or the path is no longer ours to trust */
export function judgeConfirmedRole(
  found: ObservedRole,
  grantId: GrantId,
  roleId: string,
): 'ours' | 'replaced' | 'altered' {
  if (found.id !== roleId) return 'replaced';
  return found.path === ROLE_PATH && found.tags[GRANT_TAG] === grantId ? 'ours' : 'altered';
}

/** What was announced of a role: by which grant, under which boundary, and when. */
export type Announcement = { grant: Grant; boundaryArn: string; announcedAt: Instant };

/** Decides whether a role whose creation was announced, but whose id was never recorded, is the one that a lost run
 *  created: made after the announcement, equal in trust, boundary, duration and tags, and with nothing else attached.
 *  Anything less is a foreign role. */
export async function isOurUnconfirmedRole(
  iam: Pick<Iam, 'listPolicies'>,
  found: ObservedRole,
  { grant, boundaryArn, announcedAt }: Announcement,
): Promise<boolean> {
  const { intent } = grant.request;
  if (found.path !== ROLE_PATH || !isMadeAfter(found, announcedAt)) return false;
  const tags = roleTags({
    grantId: grant.id,
    repositoryUuid: intent.repository.uuid,
    environmentUuid: intent.environment?.uuid,
    template: intent.template.name,
  });
  const isEqual =
    canonicalHash(found.tags) === canonicalHash(tags) &&
    canonicalHash(found.trustPolicy) === intent.trustPolicyHash &&
    found.maxSessionDuration === intent.maxSessionDuration &&
    found.boundaryArn === boundaryArn;
  if (!isEqual) return false;
  const { inline, attached } = await iam.listPolicies(intent.roleName);
  return inline.length === 0 && attached.length === 0;
}

const isMadeAfter = (found: ObservedRole, announcedAt: Instant): boolean =>
  found.createdAt >= plusSeconds(announcedAt, seconds(-CLOCK_SKEW_SECONDS));

/** True for a role with our path and the grant's tag that was made after the grant announced one: too much like ours to
 *  say that nothing of ours is left, whatever else of it differs. */
export const mayBeOurs = (found: ObservedRole, grantId: GrantId, announcedAt: Instant): boolean =>
  found.path === ROLE_PATH && found.tags[GRANT_TAG] === grantId && isMadeAfter(found, announcedAt);
