import * as z from 'zod';
import { canonicalHash } from './canonical-hash.ts';
import type { EnvironmentUuid, RepositoryUuid, WorkspaceUuid } from './identifiers.ts';

/** The kinds of principals. */
export const principalKinds = ['person', 'service', 'pipeline', 'system'] as const;

/** The kinds of verified identifiers of a person. */
const identifierKinds = ['sub', 'email', 'slack', 'bitbucket'] as const;

/** See `identifierKinds`. */
export type IdentifierKind = (typeof identifierKinds)[number];

/** 1 to 256 characters: no blanks, no control, format or unassigned characters, no halves of surrogate pairs, nothing that
 *  Unicode has no glyph for (`Default_Ignorable_Code_Point`: fillers, joiners, variation selectors), no blank of Braille. */
const VISIBLE = /^[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]{1,256}$/u;

/** True for what an id may be: visible characters only, in Unicode's normal form C. Two ids that look the same on a screen
 *  could otherwise be two. Letters of other scripts are let pass: what is compared is `identifiers`, not how an id looks. */
export const isPrincipalId = (value: unknown): value is string =>
  typeof value === 'string' && VISIBLE.test(value) && value === value.normalize('NFC');

/** See `isPrincipalId`. */
const principalIdSchema = z.string().regex(VISIBLE).refine(isPrincipalId, 'must be in Unicode normal form C');

const identifier = z.string().regex(new RegExp(`^(?:${identifierKinds.join('|')}):[0-9a-f]{64}$`));

/** Who did something, as the log names them: `{kind: 'person', id: 'ada@acme.example'}`. A pipeline's id is its
 *  repository's UUID; the system's is the part that acted, e.g. `provisioner`. `id` is for people to read;
 *  `identifiers`, sorted, each once, are what a person is recognised by. */
export const principalSchema = z
  .strictObject({
    kind: z.enum(principalKinds),
    id: principalIdSchema,
    identifiers: z
      .array(identifier)
      .min(1)
      .max(16)
      .refine((list) => list.every((one, n) => n === 0 || (list[n - 1] ?? '') < one), 'must be sorted')
      .optional(),
  })
  .meta({ id: 'Principal' });

/** See `principalSchema`. */
export type Principal = z.infer<typeof principalSchema>;

/** Who asks for what `onRepositoryCreated` says. */
export const REPOSITORY_RULES = { kind: 'system', id: 'repository-rules' } as const satisfies Principal;

/** Who approves where a rule of the configuration says `approved: true`. */
export const CONFIGURATION = { kind: 'system', id: 'configuration' } as const satisfies Principal;

/** What is verified of a person, in clear: `sub` is `[issuer, subject]`, `slack` is `[team, user]`, hashed as `team/user`, `emails` are folded by
 *  `foldAscii`. */
export type KnownIdentifiers = {
  sub?: readonly [string, string] | undefined;
  emails?: readonly string[] | undefined;
  slack?: readonly [string, string] | undefined;
  bitbucket?: string | undefined;
};

/** The identifiers of a person as an event keeps them: `<kind>:<SHA-256>` of the RFC 8785 array `[kind, value…]`, sorted. */
export function identifiersOf(known: KnownIdentifiers): string[] {
  const { sub, emails = [], slack, bitbucket } = known;
  const found: [IdentifierKind, ...string[]][] = [
    ...(sub ? [['sub', ...sub] as ['sub', ...string[]]] : []),
    ...emails.map((email): ['email', string] => ['email', email]),
    ...(slack ? [['slack', slack.join('/')] as ['slack', string]] : []),
    ...(bitbucket === undefined ? [] : [['bitbucket', bitbucket] as ['bitbucket', string]]),
  ];
  return [...new Set(found.map((one) => `${one[0]}:${canonicalHash(one)}`))].sort();
}

/** `text` with the letters A to Z in lower case and no other change: a full case mapping makes letters of other scripts
 *  equal to ASCII ones (U+212A, the Kelvin sign, becomes `k`) and texts longer. */
export const foldAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** True for the same kind and id. Says who is named, not who is the same person: see `isSamePerson`. */
export const isSamePrincipal = (a: Principal, b: Principal): boolean => a.kind === b.kind && a.id === b.id;

const kindOf = (one: string): string => one.slice(0, one.indexOf(':'));

/** Compares two persons by their verified identifiers. `different` only where it is proven: they share at least one kind of
 *  identifier, and every shared kind differs. `unknown` where they share none, which decisions treat as the same. */
export function comparePersons(a: Principal, b: Principal): 'same' | 'different' | 'unknown' {
  const [left, right] = [a.identifiers ?? [], b.identifiers ?? []];
  if (left.some((one) => right.includes(one))) return 'same';
  const kinds = new Set(right.map(kindOf));
  return left.some((one) => kinds.has(kindOf(one))) ? 'different' : 'unknown';
}

/** True unless two principals are proven to be different: of different kinds, or two persons with different identifiers,
 *  or two others with different ids. */
export function mayBeSame(a: Principal, b: Principal): boolean {
  if (a.kind !== b.kind) return false;
  return a.kind === 'person' ? comparePersons(a, b) !== 'different' : a.id === b.id;
}

/** What a verified Bitbucket step token says of its run; UUIDs in braces and lower case. */
export type PipelineClaims = {
  workspaceUuid: WorkspaceUuid;
  workspaceSlug: string;
  repositoryUuid: RepositoryUuid;
  environmentUuid?: EnvironmentUuid | undefined;
  pipelineUuid?: string | undefined;
  stepUuid?: string | undefined;
  branchName?: string | undefined;
};

/** A kind of principal whose calls carry no claims of a pipeline. */
type OtherKind = Exclude<Principal['kind'], 'pipeline'>;

/** A pipeline as caller, with the claims of its verified token. It has no groups. */
export type PipelineCaller = {
  principal: Principal & { kind: 'pipeline' };
  groups: readonly string[];
  issuer?: string | undefined;
  pipeline: PipelineClaims;
};

/** The authenticated caller of one request. `groups` come from a company issuer, an entry in `people`, the domain of a verified
 *  email or Slack user groups. `issuer` is that of the caller's token; a caller without a token, as from Slack, has none.
 *  `unlisted` is a person whom neither a token nor an entry in `people` names: they request and read only. */
export type Caller =
  | PipelineCaller
  | {
      principal: Principal & { kind: OtherKind };
      groups: readonly string[];
      issuer?: string | undefined;
      pipeline?: undefined;
      unlisted?: true | undefined;
    };

const isOther = (principal: Principal): principal is Principal & { kind: OtherKind } =>
  principal.kind !== 'pipeline';

/** A principal of the log as the caller that it was; undefined for a pipeline, whose claims the log does not hold. */
export const callerOf = (principal: Principal, groups: readonly string[]): Caller | undefined =>
  isOther(principal) ? { principal, groups } : undefined;
