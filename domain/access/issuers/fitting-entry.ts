import { areDisjoint, areMetWhole, type VerifiedClaims } from './claim-rules.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** True for a token that an entry of `issuers` is for: of its issuer, for its audience or application, with the claims of
 *  `match`. It says nothing about whether the token is genuine, or accepted. */
export function fitsEntry(entry: TrustedIssuer, claims: VerifiedClaims): boolean {
  const { issuer, audience, clientId, match } = entry;
  if (claims.iss !== issuer || !areMetWhole(claims, match)) return false;
  return audience === undefined
    ? claims.aud === undefined && claims.client_id === clientId
    : [claims.aud].flat().includes(audience);
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
