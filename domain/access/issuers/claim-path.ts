/** Claims of a token whose signature was verified. */
export type VerifiedClaims = Readonly<Record<string, unknown>>;

/** What is at the path of a claim. `broken`: a step of the path is there, and is no object to step into. */
export type FoundClaim = { value: unknown } | 'absent' | 'broken';

/** Looks a claim up by its path. At each step the longest name that an object has is taken, so a claim whose name holds dots,
 *  such as `https://acme.example/groups`, is found by that name, and `realm_access.roles` goes one step into an object. */
export function findClaim(claims: VerifiedClaims, path: string): FoundClaim {
  const name = namesIn(path).find((one) => Object.hasOwn(claims, one));
  if (name === undefined) return 'absent';
  const value = claims[name];
  if (name === path) return { value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'broken';
  return findClaim(value as VerifiedClaims, path.slice(name.length + 1));
}

/** The claim at a path; undefined where there is none. */
export function claimAt(claims: VerifiedClaims, path: string): unknown {
  const found = findClaim(claims, path);
  return typeof found === 'object' ? found.value : undefined;
}

/** The names with which a path can begin, longest first: `a.b.c`, `a.b`, `a`. */
function namesIn(path: string): string[] {
  const steps = path.split('.');
  return steps.map((_, n) => steps.slice(0, steps.length - n).join('.'));
}

/** Claims that a token's subject can choose or change: no rule may rest on them. Source: OpenID Connect Core 1.0, section
 *  5.1 (standard claims); `user_metadata` of Auth0; `email`, `upn`, `unique_name` and `login_hint` of Entra, and
 *  `app_displayname`, which owners of an application choose; `username` and `cognito:username` of Cognito; `request_tags`,
 *  which a caller of `sts:GetWebIdentityToken` sends (IAM User Guide, "Understanding token claims"); `nonce` and `state`,
 *  which the client chooses. */
const CHOSEN_BY_SUBJECT: ReadonlySet<string> = new Set([
  ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile'],
  ...['picture', 'website', 'email', 'emails', 'gender', 'birthdate', 'zoneinfo', 'locale', 'phone_number'],
  ...['address', 'updated_at', 'upn', 'unique_name', 'username', 'user_name', 'login_hint'],
  ...['cognito:username', 'user_metadata', 'app_displayname', 'request_tags', 'nonce', 'state'],
]);

/** Cognito's custom attributes: an application may let users write them. Source: Amazon Cognito, "Working with user
 *  attributes". */
const CUSTOM_ATTRIBUTE = /^custom:/;

/** True for the path of a claim that its subject can choose. Of a claim that is named by a URL, what follows the last slash
 *  counts: `https://acme.example/email` holds the email. */
export function isChosenBySubject(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/^\./, '');
  return [path, name].some(
    (one) =>
      CUSTOM_ATTRIBUTE.test(one) ||
      CHOSEN_BY_SUBJECT.has(one) ||
      CHOSEN_BY_SUBJECT.has(one.split('.')[0] ?? ''),
  );
}
