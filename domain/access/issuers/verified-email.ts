import { foldAscii } from '../../shared/principal.ts';
import { EMAIL } from '../directory.ts';
import type { VerifiedClaims } from './claim-path.ts';
import { isEntra, isGoogle } from './issuer-hosts.ts';

/** The values with which Entra says that the domain's owner was verified; the claim is documented as a boolean, and seen
 *  as a number and as text. Source: Microsoft identity platform, optional claims, `xms_edov`. */
const DOMAIN_OWNER_VERIFIED: readonly unknown[] = [true, 1, '1', 'true'];

/** The email of a token, with the letters A to Z in lower case, if its issuer has verified it. Most issuers say so with
 *  `email_verified: true`. Entra lets administrators of a tenant write any email, so that there `xms_edov` counts. A Google
 *  account outside of a Workspace may keep the email of a mailbox that has changed hands, so that there `hd` is needed as
 *  well (source: Google Identity, "Verify the Google ID token on your server side"). */
export function verifiedEmail(issuer: string, claims: VerifiedClaims): string | undefined {
  const { email } = claims;
  return typeof email === 'string' && EMAIL.test(email) && isVerified(issuer, claims)
    ? foldAscii(email)
    : undefined;
}

function isVerified(
  issuer: string,
  { email_verified: isSaid, xms_edov: isOwned, hd }: VerifiedClaims,
): boolean {
  if (isEntra(issuer))
    return DOMAIN_OWNER_VERIFIED.includes(isOwned) && (isSaid === undefined || isSaid === true);
  if (isGoogle(issuer)) return isSaid === true && typeof hd === 'string' && hd !== '';
  return isSaid === true;
}
