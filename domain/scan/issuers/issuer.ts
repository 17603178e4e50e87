import type { FieldValues, Template } from './subject.ts';

/** A claim that AWS has a condition key for, besides `aud` and `sub`. `linkedTo`: the fields of the subject that the claim
 *  repeats, with the text between them. `belongsTo`: whose claim it is, so that a stranger's token has another value. */
export type Claim = {
  linkedTo?: readonly string[];
  chars: 'digits' | 'text';
  belongsTo: 'owner' | 'repository' | 'any';
};

/** What an issuer's words mean to a reader. */
export type Nouns = { token: string; owner: string; repository: string; anyone: string };

/** What is known of the tokens of an issuer. */
export type IssuerModel = {
  kind: string;
  name: string;
  nouns: Nouns;
  /** Whether everyone in the world can have a token of this issuer. */
  isShared: boolean;
  /** Forms of `sub`. Empty: not known. */
  templates: readonly Template[];
  /** What each template means, where all of its `rest` is open. */
  openTo: readonly string[];
  /** Whether a customer can give `sub` another form. */
  canCustomise: boolean;
  claims: Readonly<Record<string, Claim>>;
  /** The audience of a token that asks for none; undefined where it is not known. */
  defaultAudience: string | undefined;
  /** Whether a job chooses the audience of its token. */
  choosesAudience: boolean;
  /** A form for the subject of one thing, for a correction that cannot know which. Its words in braces are none
   *  that the issuer's subjects hold, so that it admits no token until it is filled in. */
  placeholder: string;
  /** What else a token with this subject says, for readers. */
  furtherClaims(fields: FieldValues): Readonly<Record<string, unknown>>;
};
