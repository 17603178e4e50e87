import * as z from 'zod';
import { providerName } from '../bitbucket/oidc.ts';
import { isLike } from '../shared/patterns.ts';

/** The claims of a step token, from its payload or typed by a person. Every claim is untrusted until it is
 *  checked. */
export type Claims = Readonly<Record<string, unknown>>;

/** One condition of a trust policy and how a token fares with it. `actual` is what STS would compare: the token's value, a
 *  list where the token holds a list, null where STS knows no such key for this token. */
export type ConditionOutcome = {
  key: string;
  operator: string;
  expected: string | string[];
  actual: string | string[] | null;
  holds: boolean;
};

/** How a token fares with a trust policy: `isFromProvider` when its issuer is the provider that the policy names. */
export type TrustEvaluation = { isFromProvider: boolean; conditions: ConditionOutcome[] };

const texts = z.union([z.string(), z.array(z.string())]);

/** The one shape that Rolewright writes; nothing else is evaluated. */
const trustPolicySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.tuple([
    z.strictObject({
      Effect: z.literal('Allow'),
      Principal: z.strictObject({ Federated: z.string() }),
      Action: z.literal('sts:AssumeRoleWithWebIdentity'),
      Condition: z.record(z.string(), z.record(z.string(), texts)),
    }),
  ]),
});

/** The values of `aud`: a plain text counts as one, and what is no text as none. */
export const audiencesOf = (claims: Claims): string[] => textsIn(claims.aud);

/** The values that STS compares with a policy's `:aud`: those of `azp` where the token has that claim, else those of `aud`.
 *  Source: IAM User Guide, "Available keys for AWS OIDC federation". */
export const presentedAudiencesOf = (claims: Claims): string[] =>
  textsIn(claims.azp === undefined ? claims.aud : claims.azp);

const textsIn = (claim: unknown): string[] => [claim].flat().filter((value) => typeof value === 'string');

/** The condition keys that STS fills for a token of an issuer without a table of its own, which Bitbucket is: the part of
 *  the key behind the colon and its values. Source: as for `presentedAudiencesOf`. */
const conditionKeysOf = (claims: Claims): [name: string, values: string[]][] => [
  ['aud', presentedAudiencesOf(claims)],
  ['oaud', claims.azp === undefined ? [] : audiencesOf(claims)],
  ['sub', typeof claims.sub === 'string' ? [claims.sub] : []],
  ['amr', textsIn(claims.amr)],
  ['email', typeof claims.email === 'string' ? [claims.email] : []],
];

/** Evaluates a trust policy of Rolewright's for a token, condition by condition, as STS does: keys are the token's issuer
 *  without its scheme, a colon, and `aud`, `oaud`, `sub`, `amr` or `email`, compared case-insensitively; values are compared
 *  exactly. Throws for a document that Rolewright would not write.
 *
 *  A list of several audiences fails a plain `StringEquals`. AWS does not say how it compares a list with an operator
 *  for single values; this is the reading that promises no access which is not certain. */
export function evaluateTrust(trustPolicy: unknown, claims: Claims): TrustEvaluation {
  const [statement] = trustPolicySchema.parse(trustPolicy).Statement;
  const [, provider] = statement.Principal.Federated.split(':oidc-provider/');
  const issuer = typeof claims.iss === 'string' ? claims.iss.replace(/^https:\/\//, '') : undefined;
  const context = new Map<string, string[]>();
  if (issuer !== undefined) {
    for (const [name, values] of conditionKeysOf(claims)) {
      context.set(`${issuer}:${name}`.toLowerCase(), values);
    }
  }
  const conditions = Object.entries(statement.Condition).flatMap(([operator, block]) =>
    Object.entries(block).map(([key, expected]) => {
      const values = context.get(key.toLowerCase()) ?? [];
      return { key, operator, expected, actual: shown(values), holds: holds(operator, values, expected) };
    }),
  );
  return { isFromProvider: provider !== undefined && claims.iss === `https://${provider}`, conditions };
}

const shown = (values: string[]): string | string[] | null =>
  values.length > 1 ? values : (values[0] ?? null);

const comparisons = new Map<string, (value: string, expected: string) => boolean>([
  ['StringEquals', (value, expected) => value === expected],
  ['StringLike', isLike],
]);

function holds(operator: string, values: string[], expected: string | string[]): boolean {
  const [value, ...more] = values;
  const comparison = comparisons.get(operator);
  if (value === undefined || more.length > 0 || !comparison) return false;
  return [expected].flat().some((wanted) => comparison(value, wanted));
}

/** The slug in the issuer of a Bitbucket workspace's step tokens; undefined for any other issuer. */
export function workspaceSlugIn(issuer: unknown): string | undefined {
  const slug =
    typeof issuer === 'string' ? /\/workspaces\/([a-z0-9_][a-z0-9._-]*)\//.exec(issuer)?.[1] : undefined;
  return slug !== undefined && issuer === `https://${providerName(slug)}` ? slug : undefined;
}
