import type { ConfirmedRole, Grant } from '../../grants/grant.ts';
import { GRANT_TAG, roleTags } from '../../planning/role.ts';
import { type Account, boundaryArn } from '../../shared/account.ts';
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
  { id, arn }: Pick<ConfirmedRole, 'id' | 'arn'>,
): 'ours' | 'replaced' | 'altered' {
  if (found.id !== id) return 'replaced';
  return found.path === pathOf(arn) && found.tags[GRANT_TAG] === grantId ? 'ours' : 'altered';
}

/** The path in the ARN of a role. It was fixed at the first intent, and is judged by that also where the configuration has
 *  another now. */
const pathOf = (arn: string): string => /:role(\/(?:.*\/)?)/.exec(arn)?.[1] ?? '';

/** What was announced of a role: by which grant, in which account, and when. */
export type Announcement = { grant: Grant; account: Account; announcedAt: Instant };

/** Decides whether a role whose creation was announced, but whose id was never recorded, is the one that a lost run
 *  created: made after the announcement, equal in trust, boundary, duration and tags, and with nothing else attached.
 *  Anything less is a foreign role. */
export async function isOurUnconfirmedRole(
  iam: Pick<Iam, 'listPolicies'>,
  found: ObservedRole,
  { grant, account, announcedAt }: Announcement,
): Promise<boolean> {
  const { intent } = grant.request;
  if (found.path !== account.rolePath || !isMadeAfter(found, announcedAt)) return false;
  const tags = roleTags({
    stage: account.stage,
    configured: intent.roleTags,
    grantId: grant.id,
    repositoryUuid: intent.repository.uuid,
    environmentUuid: intent.environment?.uuid,
    template: intent.template.name,
  });
  const isEqual =
    canonicalHash(found.tags) === canonicalHash(tags) &&
    canonicalHash(found.trustPolicy) === intent.trustPolicyHash &&
    found.maxSessionDuration === intent.maxSessionDuration &&
    found.boundaryArn === boundaryArn(account);
  if (!isEqual) return false;
  const { inline, attached } = await iam.listPolicies(intent.roleName);
  return inline.length === 0 && attached.length === 0;
}

const isMadeAfter = (found: ObservedRole, announcedAt: Instant): boolean =>
  found.createdAt >= plusSeconds(announcedAt, seconds(-CLOCK_SKEW_SECONDS));

/** True for a role with our path and the grant's tag that was made after the grant announced one: too much like ours to
 *  say that nothing of ours is left, whatever else of it differs. */
export const mayBeOurs = (found: ObservedRole, { grant, account, announcedAt }: Announcement): boolean =>
  found.path === account.rolePath && found.tags[GRANT_TAG] === grant.id && isMadeAfter(found, announcedAt);
