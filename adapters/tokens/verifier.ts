import { base64url, decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import * as z from 'zod';
import { type CompanyCaller, companyCaller } from '../../domain/access/issuers/company-caller.ts';
import { fitsEntry } from '../../domain/access/issuers/fitting-entry.ts';
import type { TrustedIssuer } from '../../domain/access/issuers/trusted-issuer.ts';
import { audienceOf, issuerOf, type Workspace } from '../../domain/bitbucket/oidc.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import {
  environmentUuidSchema,
  parseUuid,
  repositoryUuidSchema,
  workspaceUuidSchema,
} from '../../domain/shared/identifiers.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { type Caller, foldAscii } from '../../domain/shared/principal.ts';
import { problem } from '../../domain/shared/problem.ts';
import { fail, ok, type Result } from '../../domain/shared/result.ts';
import { visible } from '../../domain/shared/text/visible-text.ts';
import { hasDuplicateMembers } from './duplicate-members.ts';
import { type IssuerKeys, issuerKeys, isVerdict, STEP_TOKEN_ALGORITHMS } from './issuer-keys.ts';

/** Verifies bearer tokens. */
export type TokenVerifier = {
  verify(token: string): Promise<Result<Caller>>;
  /** What the log says of the origin of a token that was refused. Nothing of it is proven. */
  originOf(token: string): TokenOrigin;
};

/** The `iss` that a token came with, as visible text of 200 characters at most; undefined where it has none. `known` are the
 *  issuers whose tokens are taken. */
export type TokenOrigin = { issuer: string | undefined; known: readonly string[] };

/** Where the keys of an issuer are fetched from. */
export type KeyLocations = {
  bitbucket(workspaceSlug: string): string;
  company(issuer: TrustedIssuer): string;
};

/** The most seconds by which an issuer's clock may differ from ours. */
const CLOCK_TOLERANCE_SECONDS = 30;
/** The longest token in characters. API Gateway accepts 10 240 bytes of headers. */
const LONGEST_TOKEN = 8192;

/** What is expected of the tokens of one entry. */
type Expected = {
  issuer: string;
  audience: string | undefined;
  algorithms: string[];
  keys: IssuerKeys;
  fits(claims: JWTPayload): boolean;
  toCaller(claims: JWTPayload): CompanyCaller;
};

/** Verifies tokens of the configured issuers: company issuers for people and services, and each workspace's own for
 *  pipelines. A token fits exactly one entry. Unverified claims select the entry and so the checks; the signature
 *  then proves these claims. `UNAUTHENTICATED` for every token that fits none or several, or fails a check. Throws if
 *  the keys cannot be fetched. */
export function tokenVerifier(
  configuration: Configuration,
  locations: KeyLocations,
  clock: Clock,
): TokenVerifier {
  const entries = [
    ...companyEntries(configuration, locations, clock),
    ...workspaceEntries(configuration, locations, clock),
  ];
  const known = [...new Set(entries.map(({ issuer }) => issuer))];
  return {
    originOf: (token) => ({ issuer: issuerIn(token), known }),
    async verify(token) {
      const chosen = entryFor(entries, token);
      if ('refused' in chosen) return unauthenticated(chosen.refused);
      try {
        return await verifiedCaller(chosen, token, clock.now());
      } catch (error) {
        const refused = reasonOf(error, chosen.audience);
        if (refused) return unauthenticated(refused);
        throw new PortError('identity provider', 'UNAVAILABLE', "The issuer's keys cannot be fetched.", {
          retryAfter: 5,
          cause: error,
        });
      }
    },
  };
}

/** The caller of a token whose signature and claims are verified. Throws what jose throws. */
async function verifiedCaller(entry: Expected, token: string, nowMs: number): Promise<Result<Caller>> {
  const { issuer, audience, algorithms } = entry;
  const { payload, protectedHeader } = await jwtVerify(token, entry.keys, {
    issuer,
    ...(audience === undefined ? {} : { audience }),
    algorithms,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: new Date(nowMs),
    requiredClaims: ['exp', 'sub'],
  });
  const refused = purposeRefusal(protectedHeader.typ, payload) ?? issueRefusal(payload.iat, nowMs / 1000);
  if (refused) return unauthenticated(refused);
  if (!entry.fits(payload)) return unauthenticated(FITS_NONE);
  const found = entry.toCaller(payload);
  return 'caller' in found ? ok(found.caller) : unauthenticated(found.refused);
}

const FITS_NONE =
  'The token fits no entry of issuers: its audience, its application or a claim of match is another. Request one for Rolewright.';
const TOO_LONG = `The token is longer than ${LONGEST_TOKEN} characters. Have the issuer's administrators put only the groups that are assigned to the application into its tokens.`;
const NO_JWT =
  'The token is no signed JWT: it is cut off, opaque or encrypted. Send an ID token, or an access token that was requested for Rolewright as an API of the issuer.';
const NOT_TRUSTED =
  'The token does not come from a trusted issuer. The log names its issuer and the known ones under the id in "instance".';
const FITS_SEVERAL =
  'The token fits more than one entry of issuers, by its audiences. Request one for a single audience.';

/** One set of keys for all entries with the same location: they share what was fetched, and what failed. */
function companyEntries(configuration: Configuration, { company }: KeyLocations, clock: Clock): Expected[] {
  const keysAt = new Map<string, IssuerKeys>();
  return configuration.issuers.map((entry) => {
    const url = company(entry);
    const keys = keysAt.get(url) ?? issuerKeys(url, clock);
    keysAt.set(url, keys);
    return {
      issuer: entry.issuer,
      audience: entry.audience,
      algorithms: entry.algorithms,
      keys,
      fits: (claims) => fitsEntry(entry, claims),
      toCaller: (claims) => companyCaller(entry, claims, configuration),
    };
  });
}

const workspaceEntries = (
  { workspaces, pipelineAudience }: Configuration,
  { bitbucket }: KeyLocations,
  clock: Clock,
): Expected[] =>
  workspaces.map((workspace) => {
    const issuer = issuerOf(workspace.slug);
    return {
      issuer,
      audience: pipelineAudience,
      algorithms: STEP_TOKEN_ALGORITHMS,
      keys: issuerKeys(bitbucket(workspace.slug), clock),
      fits: ({ iss, aud }) => iss === issuer && [aud].flat().includes(pipelineAudience),
      toCaller: (claims) => {
        const caller = pipelineCaller(workspace, audienceOf(workspace), claims);
        return caller
          ? { caller: { ...caller, issuer } }
          : { refused: 'The claims of the token do not agree with one another.' };
      },
    };
  });

/** The one entry that a token fits, by claims that are not verified yet. If the issuer has a single entry, it is used
 *  even for a token that does not fit: after the signature is verified, its checks say what is wrong. */
function entryFor(entries: readonly Expected[], token: string): Expected | { refused: string } {
  if (token.length > LONGEST_TOKEN) return { refused: TOO_LONG };
  const claims = claimsIn(token);
  if (claims === undefined) return { refused: NO_JWT };
  if (claims === 'ambiguous') return { refused: AMBIGUOUS };
  const ofIssuer = entries.filter(({ issuer }) => claims.iss === issuer);
  const fitting = ofIssuer.filter(({ fits }) => fits(claims));
  const [chosen, ...others] = fitting.length > 0 ? fitting : ofIssuer;
  if (!chosen) return { refused: NOT_TRUSTED };
  if (others.length === 0) return chosen;
  return { refused: fitting.length > 0 ? FITS_SEVERAL : FITS_NONE };
}

/** The values of `typ` for access and sign-in, besides a missing one. Other tokens, such as logout, DPoP and security
 *  event tokens, are signed with the same keys for other purposes. Source: RFC 9068 section 2.1, RFC 8725 section
 *  3.11; the part before the slash may be left out, and case does not matter (RFC 7515, 4.1.9). */
const TOKEN_TYPES = new Set(['jwt', 'at+jwt']);

/** How tokens for other purposes identify themselves by a claim if their header does not: Keycloak's `typ`, and
 *  `events` of logout and security event tokens. Source: Keycloak's TokenUtil; OpenID Connect Back-Channel Logout
 *  1.0, section 2.4, which recommends a `typ` and does not demand it; RFC 8417 section 2.2. */
const OTHER_PURPOSES = new Set(['refresh', 'offline', 'logout']);

const purposeRefusal = (typ: unknown, claims: JWTPayload): string | undefined => {
  const isTaken =
    typ === undefined ||
    (typeof typ === 'string' && TOKEN_TYPES.has(foldAscii(typ).replace(/^application\//, '')));
  const isOther =
    Object.hasOwn(claims, 'events') ||
    (typeof claims.typ === 'string' && OTHER_PURPOSES.has(foldAscii(claims.typ)));
  return isTaken && !isOther ? undefined : 'The token is neither an access token nor an ID token (typ).';
};

const issueRefusal = (iat: number | undefined, now: number): string | undefined =>
  iat !== undefined && iat > now + CLOCK_TOLERANCE_SECONDS
    ? 'The token is issued in the future (iat).'
    : undefined;

const unauthenticated = (detail: string) => fail(problem('UNAUTHENTICATED', detail));

const AMBIGUOUS =
  "The token names a claim more than once. Have the issuer's administrators correct what fills its claims.";

/** The claims of a token, unproven; undefined for what is no token, `ambiguous` for one that names a claim twice. */
function claimsIn(token: string): JWTPayload | 'ambiguous' | undefined {
  try {
    const claims = decodeJwt(token);
    // Throws for a header that is no JSON.
    decodeProtectedHeader(token);
    const parts = token.split('.').slice(0, 2);
    return parts.some((part) => hasDuplicateMembers(decoded(part))) ? 'ambiguous' : claims;
  } catch {
    return undefined;
  }
}

/** See `TokenOrigin`. */
function issuerIn(token: string): string | undefined {
  const claims = token.length <= LONGEST_TOKEN ? claimsIn(token) : undefined;
  const issuer = typeof claims === 'object' ? claims.iss : undefined;
  return typeof issuer === 'string' ? visible(issuer.slice(0, 200)).slice(0, 200) : undefined;
}

const decoded = (part: string): string => new TextDecoder().decode(base64url.decode(part));

/** Why a token is refused, for a caller whose token its issuer has signed; undefined for failures that are not about
 *  the token. */
function reasonOf(error: unknown, audience: string | undefined): string | undefined {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim } = error;
    const remedy =
      claim === 'aud' && audience !== undefined ? ` Request one with the audience "${audience}".` : '';
    return `The token's ${claim} is not accepted here.${remedy}`;
  }
  return isVerdict(error) ? 'The token cannot be verified.' : undefined;
}

const uuidClaim = z
  .string()
  .refine((text) => parseUuid(text) !== undefined)
  .transform((text) => text.toLowerCase());

/** Text that an event can hold: RFC 8785 has no form for lone surrogates. */
const wellFormed = z.string().refine((text) => text.isWellFormed());

/** Claims of a step token. Source: Bitbucket's OIDC documentation and published examples. */
const stepClaims = z.object({
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  workspaceUuid: uuidClaim.pipe(workspaceUuidSchema),
  repositoryUuid: uuidClaim.pipe(repositoryUuidSchema),
  deploymentEnvironmentUuid: uuidClaim.pipe(environmentUuidSchema).optional(),
  stepUuid: uuidClaim.optional(),
  pipelineUuid: wellFormed.max(64).optional(),
  branchName: wellFormed.max(1000).optional(),
});

function pipelineCaller(
  workspace: Workspace,
  workspaceAudience: string,
  claims: JWTPayload,
): Caller | undefined {
  const parsed = stepClaims.safeParse(claims);
  if (!parsed.success) return undefined;
  const { sub, aud, workspaceUuid, repositoryUuid, deploymentEnvironmentUuid, ...run } = parsed.data;
  if (workspaceUuid !== workspace.uuid || ![aud].flat().includes(workspaceAudience)) return undefined;
  // `{repository}:{step}` or `{repository}:{environment}:{step}`; it must agree with the claims.
  const segments = sub.toLowerCase().split(':');
  const step = segments.pop();
  const expected = deploymentEnvironmentUuid ? [repositoryUuid, deploymentEnvironmentUuid] : [repositoryUuid];
  if (segments.join(':') !== expected.join(':') || !step || !parseUuid(step)) return undefined;
  if (run.stepUuid !== undefined && run.stepUuid !== step) return undefined;
  return {
    principal: { kind: 'pipeline', id: repositoryUuid },
    groups: [],
    pipeline: {
      workspaceUuid,
      workspaceSlug: workspace.slug,
      repositoryUuid,
      environmentUuid: deploymentEnvironmentUuid,
      stepUuid: step,
      pipelineUuid: run.pipelineUuid,
      branchName: run.branchName,
    },
  };
}
