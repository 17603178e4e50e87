import { type Claims, NOW } from '../issuers.ts';

/** Tokens of one provider, in the form that its documentation shows, for the entries of one chapter of
 *  docs/identity-providers.md. A part of `expected` that is not given is not looked at. */
export type ProviderFixture = {
  chapter: string;
  taken: readonly [what: string, claims: Claims, expected: Expected][];
  refused: readonly [what: string, claims: Claims, detail: RegExp][];
  /** Texts in place of a JWT that the provider issues as well. */
  opaque?: readonly string[];
};

/** `email`: the verified email that the person is recognised by; null for none. */
export type Expected = {
  kind: 'person' | 'service';
  id: string;
  groups: readonly string[];
  email?: string | null;
};

/** An hour from now, as most providers issue. */
export const TIMES = { iat: NOW, nbf: NOW, exp: NOW + 3600 };
