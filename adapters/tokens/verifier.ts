import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import * as z from 'zod';
import { type CompanyCaller, companyCaller } from '../../domain/access/company-caller.ts';
import type { TrustedIssuer } from '../../domain/access/trusted-issuer.ts';
import { audienceOf, issuerOf } from '../../domain/bitbucket/oidc.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import { parseUuid } from '../../domain/shared/identifiers.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { type Caller, foldAscii } from '../../domain/shared/principal.ts';
import { problem } from '../../domain/shared/problem.ts';
import { fail, ok, type Result } from '../../domain/shared/result.ts';
import { type IssuerKeys, issuerKeys, isVerdict, STEP_TOKEN_ALGORITHMS } from './issuer-keys.ts';

/** Verifies bearer tokens. */
export type TokenVerifier = { verify(token: string): Promise<Result<Caller>> };

/** Where the keys of an issuer are fetched from. */
export type KeyLocations = {
  bitbucket(workspaceSlug: string): string;
  company(issuer: TrustedIssuer): string;
};

/** The most seconds by which an issuer's clock may differ from ours. */
const CLOCK_TOLERANCE_SECONDS = 30;
/** The longest token in characters. API Gateway accepts 10 240 bytes of headers. */
const LONGEST_TOKEN = 8192;

type Expected = {
  issuer: string;
  audience: string;
  algorithms: string[];
  keys: IssuerKeys;
  toCaller(claims: JWTPayload): CompanyCaller;
};

/** Verifies tokens of the configured issuers: company issuers for people and services, and each workspace's own for
 *  pipelines. The `iss` selects the checks, and the signature then proves it. `UNAUTHENTICATED` for every token that
 *  fails a check. Throws if the keys cannot be fetched. */
export function tokenVerifier(
  configuration: Configuration,
  locations: KeyLocations,
  clock: Clock,
): TokenVerifier {
  const expected = new Map<string, Expected>();
  for (const issuer of configuration.issuers) {
    expected.set(issuer.issuer, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: issuer.algorithms,
      keys: issuerKeys(locations.company(issuer), clock),
      toCaller: (claims) => companyCaller(issuer, claims, configuration),
    });
  }
  for (const workspace of configuration.workspaces) {
    const issuer = issuerOf(workspace.slug);
    expected.set(issuer, {
      issuer,
      audience: configuration.pipelineAudience,
      algorithms: STEP_TOKEN_ALGORITHMS,
      keys: issuerKeys(locations.bitbucket(workspace.slug), clock),
      toCaller: (claims) => {
        const caller = pipelineCaller(workspace, audienceOf(workspace), claims);
        return caller ? { caller } : { refused: 'The claims of the token do not agree with one another.' };
      },
    });
  }

  return {
    async verify(token) {
      const entry = token.length <= LONGEST_TOKEN ? expected.get(issuerIn(token) ?? '') : undefined;
      if (!entry) return unauthenticated('The token does not come from a trusted issuer.');
      const { issuer, audience, algorithms, keys, toCaller } = entry;
      try {
        const { payload, protectedHeader } = await jwtVerify(token, keys, {
          issuer,
          audience,
          algorithms,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(clock.now()),
          requiredClaims: ['exp', 'sub'],
        });
        const now = clock.now() / 1000;
        const refused = headerRefusal(protectedHeader.typ) ?? issueRefusal(payload.iat, now);
        if (refused) return unauthenticated(refused);
        const found = toCaller(payload);
        return 'caller' in found ? ok(found.caller) : unauthenticated(found.refused);
      } catch (error) {
        const refused = reasonOf(error, audience);
        if (refused) return unauthenticated(refused);
        throw new PortError('identity provider', 'UNAVAILABLE', "The issuer's keys cannot be fetched.", {
          retryAfter: 5,
          cause: error,
        });
      }
    },
  };
}

/** The types of tokens that are for access or sign-in: none said, a JWT, or an access token. Others, such as logout, DPoP
 *  and security event tokens, are signed by the same keys and prove another thing. Source: RFC 9068 section 2.1, RFC 8725
 *  section 3.11; the part before the slash may be left out, and case does not matter (RFC 7515, 4.1.9). */
const TOKEN_TYPES = new Set(['jwt', 'at+jwt']);

const headerRefusal = (typ: string | undefined): string | undefined =>
  typ === undefined || TOKEN_TYPES.has(foldAscii(typ).replace(/^application\//, ''))
    ? undefined
    : 'The token is neither an access token nor an ID token (typ).';

const issueRefusal = (iat: number | undefined, now: number): string | undefined =>
  iat !== undefined && iat > now + CLOCK_TOLERANCE_SECONDS
    ? 'The token is issued in the future (iat).'
    : undefined;

const unauthenticated = (detail: string) => fail(problem('UNAUTHENTICATED', detail));

function issuerIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** Why a token is refused, for a caller whose token its issuer has signed; undefined for failures that are not about
 *  the token. */
function reasonOf(error: unknown, audience: string): string | undefined {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim } = error;
    const remedy = claim === 'aud' ? ` Request one with the audience "${audience}".` : '';
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
  workspaceUuid: uuidClaim,
  repositoryUuid: uuidClaim,
  deploymentEnvironmentUuid: uuidClaim.optional(),
  stepUuid: uuidClaim.optional(),
  pipelineUuid: wellFormed.max(64).optional(),
  branchName: wellFormed.max(1000).optional(),
});

function pipelineCaller(
  workspace: { slug: string; uuid: string },
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
