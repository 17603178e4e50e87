import { foldAscii } from '../../shared/principal.ts';
import type { VerifiedClaims } from './claim-path.ts';

/** Claims by which authorization servers name the application that a token was issued to. A token whose subject is that
 *  application is the application's own. Source: RFC 9068 section 2.2 (`client_id`), OpenID Connect Core (`azp`), Entra
 *  access tokens (`appid`), Okta (`cid`). */
const APPLICATION_CLAIMS = ['azp', 'client_id', 'appid', 'cid'] as const;

/** Values of claims that say that no person signed in. They are compared case-insensitively, with hyphens for
 *  underscores. Source: Auth0, FusionAuth (`gty`), Entra (`idtyp`), WSO2 (`grant_type`, `aut`), Oracle identity
 *  domains (`sub_type`). */
const MACHINE_VALUES: Readonly<Record<string, readonly string[]>> = {
  gty: ['client-credentials'],
  grant_type: ['client-credentials'],
  idtyp: ['app', 'device'],
  aut: ['application'],
  sub_type: ['client', 'service'],
};

/** Claims that only tokens of machines have. Source: Keycloak's mappers of a client's service account (`clientHost`,
 *  `clientAddress`, before release 23 `clientId`), AWS STS (outbound tokens), Kubernetes (service accounts), Bitbucket (steps). */
const MACHINE_CLAIMS = [
  'clientHost',
  'clientAddress',
  'clientId',
  'https://sts.amazonaws.com/',
  'kubernetes.io',
  'repositoryUuid',
] as const;

/** Beginnings and ends of names of machines. Source: Keycloak (the user of a service account), Auth0 (`<client
 *  id>@clients`), Google Cloud (emails of service accounts), Kubernetes, AWS. */
const MACHINE_USERNAME = /^service-account-/;
const MACHINE_SUBJECT = /@clients$|^system:serviceaccount:|^arn:/;
const MACHINE_EMAIL = /[@.]gserviceaccount\.com\.?$/;

/** Keycloak 26 and later write the grant into a token's id: four letters, then the grant (`cc`: client credentials).
 *  Source: Keycloak's AccessTokenContext. */
const KEYCLOAK_CLIENT_CREDENTIALS = /^[a-z]{4}cc:/;

/** True for a token that shows, in a form known from the common issuers, that no person signed in to get it. An
 *  issuer may show nothing, so an entry of kind `person` also needs `require`, `match` or `idClaim: email`. */
export const isApplicationToken = (claims: VerifiedClaims): boolean =>
  Object.keys(MACHINE_VALUES).some((name) =>
    [claims[name]].flat().some((found) => (MACHINE_VALUES[name] ?? []).includes(plain(found))),
  ) ||
  MACHINE_CLAIMS.some((name) => Object.hasOwn(claims, name)) ||
  APPLICATION_CLAIMS.some((name) =>
    [claims[name]].flat().some((application) => isNamed(application, claims.sub)),
  ) ||
  MACHINE_SUBJECT.test(text(claims.sub)) ||
  [claims.preferred_username, claims.username].some((name) => MACHINE_USERNAME.test(foldAscii(text(name)))) ||
  MACHINE_EMAIL.test(foldAscii(text(claims.email))) ||
  KEYCLOAK_CLIENT_CREDENTIALS.test(text(claims.jti)) ||
  isEntraApplication(claims) ||
  isCognitoApplication(claims);

/** Entra writes `idtyp` only where an application asks for it. Without it, subject and object of an application's token
 *  are the same, and a person's differ: `sub` is pairwise. Source: Microsoft identity platform, access token claims. */
const isEntraApplication = ({ tid, oid, sub }: VerifiedClaims): boolean =>
  tid !== undefined && oid !== undefined && oid === sub;

/** Cognito's access tokens of people have `username`; those of applications have none. Source: Amazon Cognito, "Using the
 *  access token". */
const isCognitoApplication = ({ token_use: use, username }: VerifiedClaims): boolean =>
  use === 'access' && (typeof username !== 'string' || username === '');

/** True where an application's id, which some servers write as a number, is the subject. */
const isNamed = (application: unknown, sub: unknown): boolean =>
  (typeof application === 'string' || typeof application === 'number') &&
  foldAscii(String(application)) === foldAscii(text(sub));

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const plain = (value: unknown): string => foldAscii(text(value)).replaceAll('_', '-');
