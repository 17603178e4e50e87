import * as z from 'zod';
import type { Bitbucket } from '../../bitbucket/port.ts';
import type { Configuration } from '../../configuration/configuration.ts';
import {
  claimsEvidence,
  type Diagnosis,
  dependsOnEnvironment,
  diagnose,
  type EnvironmentNow,
  type Evidence,
  isAdmitting,
  type Question,
} from '../../explanation/diagnosis.ts';
import { remedyFor, type Wording } from '../../explanation/remedies.ts';
import { stepIdentityShape } from '../../explanation/step-identity.ts';
import type { GrantEvent } from '../../grants/event.ts';
import { documentsOf, type Grant } from '../../grants/grant.ts';
import { deniedByBoundary } from '../../policy/boundary-roles.ts';
import { findAccount, hubOf } from '../../shared/account.ts';
import type { Clock } from '../../shared/clock.ts';
import { grantIdSchema } from '../../shared/identifiers.ts';
import { PortError } from '../../shared/port-error.ts';
import type { Caller } from '../../shared/principal.ts';
import { ok, type Result } from '../../shared/result.ts';
import { evaluateTrust } from '../../trust/evaluation.ts';
import { renderTrustPolicy } from '../../trust/policy.ts';
import { readableStream, type StreamReadPorts } from './read-grants.ts';

/** Longest token, in characters. Source: STS API Reference, AssumeRoleWithWebIdentity, WebIdentityToken. */
const LONGEST_TOKEN = 20_000;

/** Has the two rules below looked at whatever else is wrong, so that all errors are named at once. */
const isObject = ({ value }: { value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A question why a token is or is not admitted. An empty token is what a step without `oidc: true` has. */
export const explainRequestSchema = z
  .strictObject({
    grantId: grantIdSchema.describe('The grant whose role the step assumes'),
    token: z
      .string()
      .max(LONGEST_TOKEN, `must hold at most ${LONGEST_TOKEN} characters`)
      .optional()
      .describe('A step token; empty where the step had none'),
    claims: z.record(z.string(), z.unknown()).optional().describe('Claims of a step token; `sub` is enough'),
    ...stepIdentityShape,
  })
  .refine(({ token, claims }) => token !== undefined || claims !== undefined, {
    error: 'is missing; give it or claims',
    path: ['token'],
    when: isObject,
  })
  .refine(({ token, claims }) => token === undefined || claims === undefined, {
    error: 'must not be given together with token',
    path: ['claims'],
    when: isObject,
  })
  .meta({ id: 'ExplainRequest', oneOf: [{ required: ['token'] }, { required: ['claims'] }] });

/** See `explainRequestSchema`. */
export type ExplainRequest = z.infer<typeof explainRequestSchema>;

/** Reads step tokens. What it answers holds nothing of the signature. */
export type StepTokenReader = {
  /** Never throws for what a token is, nor where its issuer's keys cannot be fetched: then the signature is
   *  `unchecked`. */
  read(token: string): Promise<Evidence>;
};

/** What an explanation needs. It writes nothing and asks nothing of IAM. */
export type ExplainPorts = StreamReadPorts & {
  configuration: Configuration;
  bitbucket: Bitbucket;
  stepTokens: StepTokenReader;
  wording: Wording;
  clock: Clock;
};

/** Explains whether the trust policy of a grant's role admits a token, and what to change where it does not.
 *  Bitbucket is asked at most once, and only where the step's environment matters. The answer does without
 *  Bitbucket when it is unreachable. `GRANT_NOT_FOUND` where the caller may read no such grant. */
export async function explainAdmission(
  ports: ExplainPorts,
  { grantId, token, claims, identity, variables }: ExplainRequest,
  caller: Caller,
): Promise<Result<Diagnosis>> {
  const found = await readableStream(ports, grantId, caller);
  if (!found.ok) return found;
  const { grant, events } = found.value;
  const evidence: Evidence = claims ? claimsEvidence(claims, grant) : await readToken(ports, token ?? '');
  const question: Question = {
    grant,
    hasExpired: hasExpired(events),
    evidence,
    evaluation: evaluateTrust(
      trustPolicyOf(grant, ports.configuration),
      'claims' in evidence ? evidence.claims : {},
    ),
    step: { identity, variables },
    now: ports.clock.now(),
    environmentNow: 'unasked',
  };
  if (!dependsOnEnvironment(diagnose(question)[0])) return ok(diagnosisOf(question, ports));
  const environmentNow = await findEnvironmentNow(ports.bitbucket, grant);
  return ok(diagnosisOf({ ...question, environmentNow }, ports));
}

async function readToken({ stepTokens }: ExplainPorts, text: string): Promise<Evidence> {
  // A shell's redirection ends what it hands over in a line feed.
  const token = text.trim();
  return token === '' ? { kind: 'none' } : stepTokens.read(token);
}

/** The trust policy last sent to IAM; before the first, the one that would be sent. */
function trustPolicyOf(grant: Grant, { accounts }: Configuration): unknown {
  const documents = documentsOf(grant);
  if (documents) return documents.trustPolicy;
  const { account, workspace, repository, environment } = grant.request.intent;
  // An account that is no longer configured is in the partition of the others.
  const { partition = 'aws' } = findAccount(accounts, account) ?? hubOf(accounts) ?? {};
  return renderTrustPolicy({
    account: { id: account, partition },
    workspace,
    repositoryUuid: repository.uuid,
    environmentUuid: environment?.uuid,
  });
}

/** True when the last revoke came because the grant's time was over. */
function hasExpired(events: readonly GrantEvent[]): boolean {
  const revokes = events.filter((event) => event.type === 'RevocationRequested');
  return revokes.at(-1)?.data.cause === 'expired';
}

async function findEnvironmentNow(bitbucket: Bitbucket, { request }: Grant): Promise<EnvironmentNow> {
  const { repository, workspace, environment } = request.intent;
  if (!environment) return 'unasked';
  const [, slug = ''] = repository.fullName.split('/');
  try {
    return (await bitbucket.findEnvironment({ ...repository, slug, workspace }, environment.uuid)) ?? 'gone';
  } catch (error) {
    if (error instanceof PortError) return 'unasked';
    throw error;
  }
}

function diagnosisOf(question: Question, { configuration, wording }: ExplainPorts): Diagnosis {
  const codes = diagnose(question);
  const remedies = codes.map((code) =>
    remedyFor(code, question, { workspaces: configuration.workspaces, wording }),
  );
  const snippet = remedies.find((remedy) => remedy.snippet !== undefined)?.snippet;
  const { evidence, evaluation } = question;
  return {
    admitted: isAdmitting(codes[0]),
    code: codes[0],
    verified: evidence.kind === 'token' && evidence.signature === 'valid',
    ...(evidence.kind === 'claims' && evidence.assumed.length > 0 ? { assumed: evidence.assumed } : {}),
    conditions: evaluation.conditions,
    advice: [
      ...remedies.map(({ remedy }) => remedy),
      // Admission is not everything: the session may still be denied what the grant was made for.
      ...deniedByBoundary(documentsOf(question.grant)?.permissionsPolicy, configuration.boundaryRoles),
    ].join(' '),
    ...(snippet === undefined ? {} : { snippet }),
  };
}
