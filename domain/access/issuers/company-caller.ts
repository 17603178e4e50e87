import { type Caller, identifiersOf, isPrincipalId } from '../../shared/principal.ts';
import { parseDuration } from '../../shared/time.ts';
import { type DerivingSettings, groupsOfEmails, together } from '../derived-groups/derived-groups.ts';
import { type Directory, entriesOf, linkedTo } from '../directory.ts';
import { isApplicationToken } from './application-token.ts';
import type { VerifiedClaims } from './claim-path.ts';
import { metRules } from './claim-rules.ts';
import { groupsOf } from './token-groups.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';
import { verifiedEmail } from './verified-email.ts';

/** A caller, or why the claims name none: a sentence for the caller that quotes no claim's value. */
export type CompanyCaller = { caller: Caller } | { refused: string };

/** The caller whom verified claims of a company issuer name. A person carries every identifier that is known of them:
 *  issuer and subject, a verified email, and what their entry in `people` adds. To the groups of the token come those
 *  that the domain of the token's verified email has. */
export function companyCaller(
  issuer: TrustedIssuer,
  claims: VerifiedClaims,
  directory: Directory & Pick<DerivingSettings, 'emailDomains'>,
): CompanyCaller {
  const refused = lifetimeRefusal(issuer, claims) ?? ruleRefusal(issuer, claims);
  if (refused) return { refused };
  const found = groupsOf(issuer, claims);
  if ('refused' in found) return found;
  const id = idOf(issuer, claims);
  if (id === undefined) return { refused: `The token's ${issuer.idClaim} is missing or cannot be an id.` };
  if (issuer.kind === 'service')
    return {
      caller: { principal: { kind: 'service', id }, groups: found.groups, issuer: issuer.issuer },
    };
  const { sub } = claims;
  if (!isPrincipalId(sub)) return { refused: "The token's sub is missing or cannot be an id." };
  const email = verifiedEmail(issuer.issuer, claims);
  const linked = linkedTo(entriesOf(directory, { id, email }));
  const verified = email === undefined ? [] : [email];
  const identifiers = identifiersOf({
    ...linked,
    sub: [issuer.issuer, sub],
    emails: [...verified, ...linked.emails],
  });
  const groups = together(found.groups, groupsOfEmails(directory, verified));
  return { caller: { principal: { kind: 'person', id, identifiers }, groups, issuer: issuer.issuer } };
}

function idOf({ idClaim, issuer }: TrustedIssuer, claims: VerifiedClaims): string | undefined {
  if (idClaim === 'email') return verifiedEmail(issuer, claims);
  const id = claims[idClaim];
  return isPrincipalId(id) ? id : undefined;
}

function lifetimeRefusal(
  { maxTokenLifetime }: TrustedIssuer,
  { iat, exp }: VerifiedClaims,
): string | undefined {
  const longest = parseDuration(maxTokenLifetime) ?? 0;
  if (typeof iat !== 'number' || typeof exp !== 'number') return 'The token says no iat or no exp.';
  return exp - iat > longest
    ? `The token lives longer than this issuer's tokens may (maxTokenLifetime ${maxTokenLifetime}). Ask for a shorter one.`
    : undefined;
}

function ruleRefusal(issuer: TrustedIssuer, claims: VerifiedClaims): string | undefined {
  const required = metRules(claims, issuer.require);
  const missing = Object.keys(issuer.require).filter((path) => !required.includes(path));
  if (missing.length > 0)
    return `The token's ${missing.join(', ')} is not what this issuer's tokens need here.`;
  const [refusedBy] = metRules(claims, issuer.refuse);
  if (refusedBy !== undefined) return `Tokens with this ${refusedBy} are refused here.`;
  return issuer.kind === 'person' && isApplicationToken(claims)
    ? 'The token is an application’s, and this issuer entry takes people only. A service has an entry of kind service.'
    : undefined;
}
