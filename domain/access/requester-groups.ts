import type { GrantId } from '../shared/identifiers.ts';
import type { Principal } from '../shared/principal.ts';
import type { Instant } from '../shared/time.ts';

/** Whose groups for which plan of which grant. */
export type RequesterKey = { grantId: GrantId; planHash: string; requester: Pick<Principal, 'kind' | 'id'> };

/** The groups that requesters had when they asked, kept outside of the log until their requests are decided or lapse. Their
 *  right to ask is checked with them again at approval. */
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
