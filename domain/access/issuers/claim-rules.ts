import * as z from 'zod';

/** Claims of a token whose signature was verified. */
export type VerifiedClaims = Readonly<Record<string, unknown>>;

/** Claims that a token's subject can choose or change: no rule may rest on them. Source: OpenID Connect Core 1.0, section
 *  5.1 (standard claims); `user_metadata` of Auth0; `email`, `upn`, `unique_name` and `login_hint` of Entra; `username` and
 *  `cognito:username` of Cognito; `nonce` and `state`, which the client chooses. */
const CHOSEN_BY_SUBJECT: ReadonlySet<string> = new Set([
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'email',
  'emails',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'phone_number',
  'address',
  'updated_at',
  'upn',
  'unique_name',
  'username',
  'user_name',
  'login_hint',
  'cognito:username',
  'user_metadata',
  'nonce',
  'state',
]);

/** Cognito's custom attributes: an application may let users write them. Source: Amazon Cognito, "Working with user
 *  attributes". */
const CUSTOM_ATTRIBUTE = /^custom:/;

/** True for the path of a claim that its subject can choose. */
export const isChosenBySubject = (path: string): boolean =>
  CUSTOM_ATTRIBUTE.test(path) ||
  CHOSEN_BY_SUBJECT.has(path) ||
  CHOSEN_BY_SUBJECT.has(path.split('.')[0] ?? '');

const value = z.union([z.string().min(1), z.boolean(), z.int()]);

/** Claims by path, each with the value that it must have, or a list of values of which it must have one: `{idtyp:
 *  user}`, `{"realm_access.kind": [staff, contractor]}`. Values are compared whole. */
export const claimRulesSchema = z.record(
  z
    .string()
    .min(1)
    .max(200)
    .refine(
      (path) => !isChosenBySubject(path),
      'is chosen by the subject of the token: name a claim that the issuer controls',
    ),
  z.union([value, z.array(value).min(1)]),
);

/** See `claimRulesSchema`. */
export type ClaimRules = z.infer<typeof claimRulesSchema>;

/** The values of a rule. */
const valuesOf = (rules: ClaimRules, path: string): readonly unknown[] => [rules[path] ?? []].flat();

/** The claim at a path: the claim of that very name, else one step into an object for each dot. Undefined where there is
 *  none. */
function claimAt(claims: VerifiedClaims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path
    .split('.')
    .reduce<unknown>(
      (found, step) =>
        typeof found === 'object' && found !== null && Object.hasOwn(found, step)
          ? (found as Record<string, unknown>)[step]
          : undefined,
      claims,
    );
}

/** The paths of a rule set that claims meet: a claim has one of the values, or as a list holds one. */
export const metRules = (claims: VerifiedClaims, rules: ClaimRules): string[] =>
  Object.keys(rules).filter((path) => {
    const wanted = valuesOf(rules, path);
    return [claimAt(claims, path)].flat().some((found) => wanted.includes(found));
  });

/** True if each claim of a rule set equals one of its values. A claim that is a list never does, even with one
 *  element. So no token meets two rule sets that name one claim with no value in common. */
export const areMetWhole = (claims: VerifiedClaims, rules: ClaimRules): boolean =>
  Object.keys(rules).every((path) => valuesOf(rules, path).includes(claimAt(claims, path)));

/** True if no claims can meet both rule sets whole: they name one claim with no value in common. */
export const areDisjoint = (left: ClaimRules, right: ClaimRules): boolean =>
  Object.keys(left).some(
    (path) =>
      Object.hasOwn(right, path) && !valuesOf(left, path).some((one) => valuesOf(right, path).includes(one)),
  );
