import type { GrantId } from '../shared/identifiers.ts';
import type { Principal } from '../shared/principal.ts';
import type { Instant } from '../shared/time.ts';

/** What groups are kept under: the requester, the grant, and the hash of the plan. */
export type RequesterKey = { grantId: GrantId; planHash: string; requester: Pick<Principal, 'kind' | 'id'> };

/** The groups that requesters had when they made their requests. They are kept outside of the log until the request
 *  is decided or lapses. An approval uses them to check again that the requester may make the request. */
export type RequesterGroups = {
  /** Keeps groups until `until`, or somewhat longer; the latest of the same key count. */
  keep(key: RequesterKey, groups: readonly string[], until: Instant): Promise<void>;
  /** The groups that are kept, read consistently; undefined where none were kept, or no longer are. */
  find(key: RequesterKey): Promise<string[] | undefined>;
  /** Forgets groups; does nothing where none are kept. */
  forget(key: RequesterKey): Promise<void>;
};

/** The id of what is kept, one for each key. */
export const requesterItemId = ({ grantId, planHash, requester }: RequesterKey): string =>
  `requester#${grantId}#${planHash}#${requester.kind}:${requester.id}`;
