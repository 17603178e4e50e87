import { claimAt, type VerifiedClaims } from './claim-path.ts';
import { areDisjoint, unmetWhole } from './claim-rules.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** True for a token that an entry of `issuers` is for: of its issuer, for its audience or application, with the claims of
 *  `match`. It says nothing about whether the token is genuine, or accepted. */
export const fitsEntry = (entry: TrustedIssuer, claims: VerifiedClaims): boolean =>
  misfitsOf(entry, claims).length === 0;

/** Why a token does not fit an entry: a sentence for each difference, for who sets the entry up. Empty for one that fits. */
export function misfitsOf(
  { issuer, audience, clientId, match }: TrustedIssuer,
  claims: VerifiedClaims,
): string[] {
  const misfits: string[] = [];
  if (claims.iss !== issuer) misfits.push(`iss is ${shown(claims.iss)}, not ${shown(issuer)}`);
  if (audience !== undefined && ![claims.aud].flat().includes(audience)) {
    misfits.push(`aud is ${shown(claims.aud)}, and holds no ${shown(audience)}`);
  }
  if (audience === undefined && claims.aud !== undefined) {
    misfits.push('the token has an aud, and the entry takes tokens without one, by clientId');
  }
  if (audience === undefined && claims.client_id !== clientId) {
    misfits.push(`client_id is ${shown(claims.client_id)}, not ${shown(clientId)}`);
  }
  return [
    ...misfits,
    ...unmetWhole(claims, match).map(
      (path) => `${path} is ${shown(claimAt(claims, path))}, not ${shown(match[path])} (match)`,
    ),
  ];
}

/** A claim, or what is wanted of it, as JSON of 200 characters at most. */
function shown(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The errors of entries that could both fit one token, as `pointer: sentence`: a token fits exactly one entry, so
 *  the order of entries has no effect. Entries of one issuer differ in `audience` or `clientId`, or name one claim in
 *  `match` with no value in common. An undefined entry is one with errors of its own; it is not compared. */
export const overlappingEntries = (entries: readonly (TrustedIssuer | undefined)[]): string[] =>
  entries.flatMap((entry, at) =>
    entries.slice(0, at).flatMap((other, n) => {
      if (!entry || !other || !couldBothFit(other, entry)) return [];
      const kind = entry.audience === undefined ? 'clientId' : 'audience';
      return [
        `/issuers/${at}: could fit the same token as /issuers/${n}: both have issuer ${entry.issuer} and one ${kind}. Give both a match on one claim that the issuer controls, with different values`,
      ];
    }),
  );

const couldBothFit = (one: TrustedIssuer, other: TrustedIssuer): boolean =>
  one.issuer === other.issuer &&
  one.audience === other.audience &&
  one.clientId === other.clientId &&
  !areDisjoint(one.match, other.match);
