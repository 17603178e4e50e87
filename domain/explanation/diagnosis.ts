import * as z from 'zod';
import { audienceOf, issuerOf } from '../bitbucket/oidc.ts';
import type { Difference } from '../grants/drift.ts';
import { type Grant, type GrantState, roleOf } from '../grants/grant.ts';
import { PROPAGATION_SECONDS } from '../policy/propagation.ts';
import { parseUuid } from '../shared/identifiers.ts';
import { type EpochMilliseconds, toEpoch } from '../shared/time.ts';
import {
  audiencesOf,
  type Claims,
  type ConditionOutcome,
  presentedAudiencesOf,
  type TrustEvaluation,
  workspaceSlugIn,
} from '../trust/evaluation.ts';
import { type StepIdentity, usesOtherCredentials } from './step-identity.ts';

/** Why a token is or is not admitted: a closed list, part of the public contract; `docs/explain.md` explains each. Where
 *  several apply, the first in this list is the answer's. Only the last four are of an admitted token. */
export const diagnosisCodes = [
  'GRANT_PENDING',
  'GRANT_PROVISIONING',
  'GRANT_FROZEN',
  'GRANT_REVOKED',
  'GRANT_EXPIRED',
  'GRANT_REJECTED',
  'GRANT_FAILED',
  'NO_TOKEN',
  'TOKEN_UNREADABLE',
  'ISSUER_UNKNOWN',
  'WORKSPACE_RENAMED',
  'WRONG_WORKSPACE',
  'SIGNATURE_INVALID',
  'TOKEN_INCOMPLETE',
  'TOKEN_EXPIRED',
  'TOKEN_NOT_YET_VALID',
  'WRONG_REPOSITORY',
  'DEPLOYMENT_MISSING',
  'ENVIRONMENT_REPLACED',
  'WRONG_ENVIRONMENT',
  'SUBJECT_UNEXPECTED',
  'WRONG_AUDIENCE',
  'CUSTOM_AUDIENCES',
  'OTHER_CREDENTIALS',
  'DRIFT_FOUND',
  'PROPAGATING',
  'ADMITTED',
] as const;

/** See `diagnosisCodes`. */
export type DiagnosisCode = (typeof diagnosisCodes)[number];

/** What is known of the token in question. `signature` is `unchecked` where its issuer is not configured or the issuer's
 *  keys could not be fetched, and for typed claims. `assumed` names those that the typed claims lack and that
 *  every step token of the workspace has alike. */
export type Evidence =
  | { kind: 'none' }
  | { kind: 'unreadable' }
  | { kind: 'token'; claims: Claims; signature: 'valid' | 'invalid' | 'unchecked' }
  | { kind: 'claims'; claims: Claims; assumed: AssumedClaim[] };

/** A claim that is the same in every step token of a workspace. */
export type AssumedClaim = (typeof assumedClaims)[number];
const assumedClaims = ['iss', 'aud'] as const;

/** A grant's deployment environment as Bitbucket has it now: `gone` when Bitbucket says that no environment
 *  has that UUID, `unasked` when Bitbucket was not asked or did not answer. */
export type EnvironmentNow = { name: string } | 'gone' | 'unasked';

/** What an explanation is made from. `evaluation` is of the trust policy that the log records, or where it records none of
 *  the one that would be written. */
export type Question = {
  grant: Grant;
  /** Whether it was its expiry that ended the grant. */
  hasExpired: boolean;
  evidence: Evidence;
  evaluation: TrustEvaluation;
  step: StepIdentity;
  now: EpochMilliseconds;
  environmentNow: EnvironmentNow;
};

/** Seconds by which an issuer's clock may be ahead. Our choice: AWS does not say how much STS allows. */
const CLOCK_DIFFERENCE_SECONDS = 300;

/** Every reason why a token is refused, in the order in which to fix them. Without a reason, only the
 *  admitting codes. */
export function diagnose(question: Question): [DiagnosisCode, ...DiagnosisCode[]] {
  const { grant, now } = question;
  const found = new Set([
    ...grantErrors(question),
    ...tokenErrors(question),
    ...(usesOtherCredentials(grant, question.step) ? (['OTHER_CREDENTIALS'] as const) : []),
    ...(differencesOf(grant).length > 0 ? (['DRIFT_FOUND'] as const) : []),
  ]);
  const [first, ...more] = diagnosisCodes.filter((code) => found.has(code));
  if (first) return [first, ...more];
  const role = roleOf(grant);
  const confirmedAt = role?.id === undefined ? Number.NaN : toEpoch(role.confirmedAt);
  return [now - confirmedAt < PROPAGATION_SECONDS * 1000 ? 'PROPAGATING' : 'ADMITTED'];
}

/** True for the codes of an admitted token. */
export const isAdmitting = (code: DiagnosisCode): boolean =>
  code === 'ADMITTED' || code === 'PROPAGATING' || code === 'DRIFT_FOUND' || code === 'OTHER_CREDENTIALS';

/** How an active grant is known to differ from what was applied. What closes it is no such difference: that freezes it. */
const differencesOf = (grant: Grant): readonly Difference[] =>
  grant.state === 'active' && !isBeingFrozen(grant) ? (grant.drift?.differences ?? []) : [];

const isBeingFrozen = ({ drift }: Grant): boolean => drift?.pending === 'freeze';

/** True for codes whose remedy depends on the current state of the grant's environment. */
export const dependsOnEnvironment = (code: DiagnosisCode): boolean =>
  code === 'DEPLOYMENT_MISSING' || code === 'ENVIRONMENT_REPLACED' || code === 'WRONG_ENVIRONMENT';

function grantErrors({ grant, hasExpired }: Question): DiagnosisCode[] {
  const errors: Record<GrantState, DiagnosisCode | undefined> = {
    pending: 'GRANT_PENDING',
    provisioning: 'GRANT_PROVISIONING',
    active: isBeingFrozen(grant) ? 'GRANT_FROZEN' : undefined,
    frozen: 'GRANT_FROZEN',
    revoking: hasExpired ? 'GRANT_EXPIRED' : 'GRANT_REVOKED',
    revoked: hasExpired ? 'GRANT_EXPIRED' : 'GRANT_REVOKED',
    rejected: 'GRANT_REJECTED',
    failed: 'GRANT_FAILED',
  };
  const fieldError = errors[grant.state];
  return fieldError ? [fieldError] : [];
}

function tokenErrors(question: Question): DiagnosisCode[] {
  const { evidence, evaluation } = question;
  if (evidence.kind === 'none') return ['NO_TOKEN'];
  if (evidence.kind === 'unreadable') return ['TOKEN_UNREADABLE'];
  const { claims } = evidence;
  const origin = originError(question.grant, claims, evaluation.isFromProvider);
  if (origin) return [origin];
  const isForged = evidence.kind === 'token' && evidence.signature === 'invalid';
  return [
    ...(isForged ? (['SIGNATURE_INVALID'] as const) : []),
    ...timeErrors(claims, evidence.kind, question.now),
    ...conditionErrors(question, claims),
  ];
}

/** What is wrong with the token's issuer. STS looks for a provider first, and each workspace has its own. */
function originError(grant: Grant, claims: Claims, isFromProvider: boolean): DiagnosisCode | undefined {
  const { workspace } = grant.request.intent;
  if (claims.iss === undefined) return 'TOKEN_INCOMPLETE';
  if (workspaceSlugIn(claims.iss) === undefined) return 'ISSUER_UNKNOWN';
  const isSameWorkspace =
    uuidIn(claims.workspaceUuid) === workspace.uuid || audiencesOf(claims).includes(audienceOf(workspace));
  if (isFromProvider) {
    // Another workspace that took over an abandoned slug signs under the same issuer.
    const isOther = uuidIn(claims.workspaceUuid) !== undefined && !isSameWorkspace;
    return isOther ? 'WRONG_WORKSPACE' : undefined;
  }
  return isSameWorkspace && claims.iss !== issuerOf(workspace.slug) ? 'WORKSPACE_RENAMED' : 'WRONG_WORKSPACE';
}

/** What is wrong with the token's times. STS reads them as integers only (STS API Reference,
 *  AssumeRoleWithWebIdentity). Typed claims need no times. */
function timeErrors(claims: Claims, kind: 'token' | 'claims', now: EpochMilliseconds): DiagnosisCode[] {
  const { exp, nbf, iat } = claims;
  if (!isInteger(exp) && (kind === 'token' || exp !== undefined)) return ['TOKEN_INCOMPLETE'];
  if (isInteger(exp) && exp * 1000 <= now) return ['TOKEN_EXPIRED'];
  const latest = now / 1000 + CLOCK_DIFFERENCE_SECONDS;
  const begins = [nbf, iat].filter((time) => time !== undefined);
  if (!begins.every(isInteger)) return ['TOKEN_INCOMPLETE'];
  return begins.some((time) => Number(time) > latest) ? ['TOKEN_NOT_YET_VALID'] : [];
}

const isInteger = (claim: unknown): claim is number => Number.isInteger(claim);

function conditionErrors(question: Question, claims: Claims): DiagnosisCode[] {
  const { evaluation } = question;
  if (typeof claims.sub !== 'string' || claims.sub === '') return ['TOKEN_INCOMPLETE'];
  const audiences = presentedAudiencesOf(claims);
  if (audiences.length === 0) return ['TOKEN_INCOMPLETE'];
  const isWorkspaces = audiences.includes(audienceOf(question.grant.request.intent.workspace));
  return evaluation.conditions
    .filter(({ holds }) => !holds)
    .map((condition) => {
      if (!condition.key.endsWith(':aud')) return subError(question, claims, claims.sub as string);
      return isWorkspaces && isList(condition) ? 'CUSTOM_AUDIENCES' : 'WRONG_AUDIENCE';
    });
}

const isList = ({ actual }: ConditionOutcome): boolean => Array.isArray(actual);

/** Reads a `sub` that the trust policy refuses: `{repository}:{step}` or `{repository}:{environment}:{step}`. */
function subError({ grant, environmentNow }: Question, claims: Claims, sub: string): DiagnosisCode {
  const { repository, environment } = grant.request.intent;
  const parts = sub.split(':');
  const [repositoryUuid, environmentUuid] = parts.map((part) => parseUuid(part));
  if (!repositoryUuid || parts.length < 2 || parts.length > 3) return 'SUBJECT_UNEXPECTED';
  if (repositoryUuid !== repository.uuid) return 'WRONG_REPOSITORY';
  if (!environment) return 'SUBJECT_UNEXPECTED';
  if (parts.length === 2) return 'DEPLOYMENT_MISSING';
  if (!environmentUuid || environmentUuid === environment.uuid) return 'SUBJECT_UNEXPECTED';
  const bearsItsName = claims.deploymentEnvironment === environment.name;
  return bearsItsName || environmentNow === 'gone' ? 'ENVIRONMENT_REPLACED' : 'WRONG_ENVIRONMENT';
}

const uuidIn = (claim: unknown): string | undefined =>
  typeof claim === 'string' ? parseUuid(claim) : undefined;

/** Completes typed claims by those that are the same in every step token of the grant's workspace, so `sub` alone is
 *  enough. */
export function claimsEvidence(claims: Claims, { request }: Grant): Evidence {
  const { workspace } = request.intent;
  const usual = { iss: issuerOf(workspace.slug), aud: audienceOf(workspace) };
  const assumed = assumedClaims.filter((name) => claims[name] === undefined);
  const added = Object.fromEntries(assumed.map((name) => [name, usual[name]]));
  return { kind: 'claims', claims: { ...claims, ...added }, assumed };
}

/** Why a token is or is not admitted. `verified` is false if the signature was not checked. The answer then holds for
 *  a genuine token with these claims. */
export const diagnosisSchema = z
  .strictObject({
    admitted: z.boolean(),
    code: z.enum(diagnosisCodes),
    verified: z.boolean(),
    assumed: z
      .array(z.enum(assumedClaims))
      .optional()
      .describe('Claims that were not given, and were taken as every step token of the workspace has them'),
    conditions: z.array(
      z.strictObject({
        key: z.string(),
        operator: z.string(),
        expected: z.union([z.string(), z.array(z.string())]),
        actual: z.union([z.string(), z.array(z.string()), z.null()]),
        holds: z.boolean(),
      }),
    ),
    advice: z.string(),
    snippet: z.string().optional(),
  })
  .meta({ id: 'Explanation' });

/** See `diagnosisSchema`. */
export type Diagnosis = z.infer<typeof diagnosisSchema>;
