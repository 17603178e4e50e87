import * as z from 'zod';
import { claimAt, isChosenBySubject, type VerifiedClaims } from './claim-path.ts';

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

/** The paths of a rule set that claims meet: a claim has one of the values, or as a list holds one. */
export const metRules = (claims: VerifiedClaims, rules: ClaimRules): string[] =>
  Object.keys(rules).filter((path) => {
    const wanted = valuesOf(rules, path);
    return [claimAt(claims, path)].flat().some((found) => wanted.includes(found));
  });

/** The paths of a rule set whose claim equals none of the values. A claim that is a list equals none, even with one
 *  element. So no token meets two rule sets that name one claim with no value in common. */
export const unmetWhole = (claims: VerifiedClaims, rules: ClaimRules): string[] =>
  Object.keys(rules).filter((path) => !valuesOf(rules, path).includes(claimAt(claims, path)));

/** True if no claims can meet both rule sets whole: they name one claim with no value in common. */
export const areDisjoint = (left: ClaimRules, right: ClaimRules): boolean =>
  Object.keys(left).some(
    (path) =>
      Object.hasOwn(right, path) && !valuesOf(left, path).some((one) => valuesOf(right, path).includes(one)),
  );
