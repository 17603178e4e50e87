import * as z from 'zod';
import { type Caller, foldAscii, identifiersOf, PRINCIPAL_ID } from '../shared/principal.ts';
import { parseDuration } from '../shared/time.ts';
import { metRules, type VerifiedClaims } from './claim-rules.ts';
import { type Directory, EMAIL, emailsOf, findPerson, slackOf } from './directory.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** A caller, or why the claims name none: a sentence for the caller that quotes no claim's value. */
export type CompanyCaller = { caller: Caller } | { refused: string };

/** Claims by which authorization servers name the application that a token was issued to. A token whose subject is that
 *  application is the application's own. Source: RFC 9068 section 2.2 (`client_id`), OpenID Connect Core (`azp`), Entra
 *  access tokens (`appid`), Okta (`cid`). */
const APPLICATION_CLAIMS = ['azp', 'client_id', 'appid', 'cid'] as const;

/** What says of itself that no person signed in. Source: Auth0 (`gty`), Entra (`idtyp`), Cognito has none. */
const MACHINE_CLAIMS = {
  gty: ['client-credentials', 'client_credentials'],
  idtyp: ['app', 'device'],
};

const groupList = z.array(
  z
    .string()
    .min(1)
    .refine((text) => text.isWellFormed()),
);

/** The caller whom verified claims of a company issuer name. A person carries every identifier that is known of them:
 *  issuer and subject, a verified email, and what their entry in `people` adds. */
export function companyCaller(
  issuer: TrustedIssuer,
  claims: VerifiedClaims,
  directory: Directory,
): CompanyCaller {
  const refused = lifetimeRefusal(issuer, claims) ?? ruleRefusal(issuer, claims);
  if (refused) return { refused };
  const groups = groupList.safeParse(claims[issuer.groupsClaim] ?? []);
  if (!groups.success) return { refused: `The token's ${issuer.groupsClaim} is not a list of names.` };
  const id = idOf(issuer, claims);
  if (id === undefined) return { refused: `The token's ${issuer.idClaim} is missing or cannot be an id.` };
  if (issuer.kind === 'service')
    return { caller: { principal: { kind: 'service', id }, groups: groups.data } };
  const { sub } = claims;
  if (typeof sub !== 'string' || !PRINCIPAL_ID.test(sub)) {
    return { refused: "The token's sub is missing or cannot be an id." };
  }
  const entry = findPerson(directory, id);
  const identifiers = identifiersOf({
    sub: [issuer.issuer, sub],
    emails: [verifiedEmail(claims) ?? [], entry ? emailsOf(entry) : []].flat(),
    slack: entry && slackOf(entry),
    bitbucket: entry?.bitbucket,
  });
  return { caller: { principal: { kind: 'person', id, identifiers }, groups: groups.data } };
}

/** The email of a token whose issuer says that it has verified it; letters A to Z in lower case. */
function verifiedEmail({ email, email_verified: isVerified }: VerifiedClaims): string | undefined {
  return typeof email === 'string' && isVerified === true && EMAIL.test(email) ? foldAscii(email) : undefined;
}

function idOf({ idClaim }: TrustedIssuer, claims: VerifiedClaims): string | undefined {
  if (idClaim === 'email') return verifiedEmail(claims);
  const id = claims[idClaim];
  return typeof id === 'string' && PRINCIPAL_ID.test(id) ? id : undefined;
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
  return issuer.kind === 'person' && isApplication(claims)
    ? 'The token is an application’s, and this issuer entry takes people only. A service has an entry of kind service.'
    : undefined;
}

const isApplication = (claims: VerifiedClaims): boolean =>
  metRules(claims, MACHINE_CLAIMS).length > 0 ||
  APPLICATION_CLAIMS.some((name) => claims[name] !== undefined && claims[name] === claims.sub) ||
  // Auth0 names an application's own token after it: <client id>@clients.
  (typeof claims.sub === 'string' && claims.sub.endsWith('@clients'));
