import * as z from 'zod';

/** Claims of a token whose signature was verified. */
export type VerifiedClaims = Readonly<Record<string, unknown>>;

/** Claims that a token's subject can choose or change: no rule may rest on them. Source: OpenID Connect Core 1.0, section
 *  5.1 (standard claims), and the profile claims of Auth0 (`user_metadata`) and Entra (`verified_primary_email` is not
 *  among them, `email` and `upn` are). */
export const CHOSEN_BY_SUBJECT: ReadonlySet<string> = new Set([
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
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'phone_number',
  'address',
  'updated_at',
  'upn',
  'unique_name',
  'user_metadata',
  'nonce',
]);

const value = z.union([z.string().min(1), z.boolean(), z.int()]);

/** Claims by path with the value, or the values of which one, that they must have: `{idtyp: user}`,
 *  `{"realm_access.kind": [staff, contractor]}`. Values are compared whole. */
export const claimRulesSchema = z.record(
  z
    .string()
    .min(1)
    .max(200)
    .refine(
      (path) => !CHOSEN_BY_SUBJECT.has(path.split('.')[0] ?? ''),
      'is chosen by the subject of the token: name a claim that the issuer controls',
    ),
  z.union([value, z.array(value).min(1)]),
);

/** See `claimRulesSchema`. */
export type ClaimRules = z.infer<typeof claimRulesSchema>;

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
    const wanted = [rules[path] ?? []].flat() as unknown[];
    return [claimAt(claims, path)].flat().some((found) => wanted.includes(found));
  });
