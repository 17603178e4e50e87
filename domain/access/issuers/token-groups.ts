import * as z from 'zod';
import { findClaim, type VerifiedClaims } from './claim-path.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** The groups of a token, or why they are not known: a sentence for the caller that says what to do. */
export type TokenGroups = { groups: readonly string[] } | { refused: string };

const groupList = z.array(
  z
    .string()
    .min(1)
    .refine((text) => text.isWellFormed()),
);

/** The groups that a token names in the claim of its entry, which is found by its path. Missing groups are not no groups: a caller who has too many
 *  for a token would escape each rule that forbids by group. An entry without `groupsClaim` reads none; with
 *  `groups: optional`, a token without the claim has none. */
export function groupsOf(
  { groupsClaim, groups: wanted }: TrustedIssuer,
  claims: VerifiedClaims,
): TokenGroups {
  if (groupsClaim === undefined) return { groups: [] };
  const isOptional = wanted === 'optional';
  const at = findClaim(claims, groupsClaim);
  const found = typeof at === 'object' ? at.value : undefined;
  if (isLeftOut(claims, groupsClaim)) {
    return isOptional && found === undefined
      ? { groups: [] }
      : {
          refused: `The issuer has left out the token's ${groupsClaim}, because there are too many. Have its administrators put only the groups that are assigned to the application into its tokens.`,
        };
  }
  if (at === 'broken') return { refused: notAList(groupsClaim) };
  if (found === undefined) {
    return isOptional
      ? { groups: [] }
      : {
          refused: `The token has no ${groupsClaim}. Request one with the scope that adds it, or have the issuer's administrators add the claim to this application's tokens, also where the list is empty.`,
        };
  }
  const list = groupList.safeParse(found);
  if (!list.success) return { refused: notAList(groupsClaim) };
  return new Set(list.data).size === list.data.length
    ? { groups: list.data }
    : {
        refused: `The token's ${groupsClaim} names a group more than once. Have the issuer's administrators correct what fills the claim.`,
      };
}

const notAList = (groupsClaim: string): string =>
  `The token's ${groupsClaim} is not a list of names. Have the issuer's administrators send it as a list of text.`;

/** True if the issuer says that the groups are too many for a token. Source: Microsoft identity platform, "Groups overage
 *  claim": `_claim_names` names the claim, `hasgroups` is set in tokens of the implicit flow; distributed and aggregated
 *  claims of OpenID Connect Core, section 5.6.2, take the same form. */
function isLeftOut(claims: VerifiedClaims, groupsClaim: string): boolean {
  const { _claim_names: elsewhere, hasgroups } = claims;
  if (hasgroups !== undefined && hasgroups !== false) return true;
  if (elsewhere === undefined) return false;
  if (typeof elsewhere !== 'object' || elsewhere === null) return true;
  return Object.keys(elsewhere).some(
    (name) => name === 'groups' || name === groupsClaim || groupsClaim.startsWith(`${name}.`),
  );
}
