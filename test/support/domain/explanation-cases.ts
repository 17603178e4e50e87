import type { DiagnosisCode } from '../../../domain/explanation/diagnosis.ts';
import type { StepIdentity } from '../../../domain/explanation/step-identity.ts';
import type { NewEvent } from '../../../domain/grants/event.ts';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import type { Claims } from '../../../domain/trust/evaluation.ts';
import { renderTrustPolicy } from '../../../domain/trust/policy.ts';
import { asAccountId } from '../identifiers.ts';
import { createdRole, GLOBEX, production, shop, staging, subject, web } from './samples.ts';
import {
  closedByHand,
  closingFound,
  created,
  disabled,
  driftFound,
  failed,
  frozen,
  rejected,
  repaired,
  requested,
  revocation,
  revoked,
  started,
} from './stories.ts';

/** Epoch milliseconds at which the cases are asked about; the role is an hour old. */
export const ASKED_AT = Date.UTC(2026, 0, 1, 1);
export const STEP = '{759de0c6-eaee-4eaa-b7a6-c507eec759a7}';
const OTHER = '{00000000-0000-4000-8000-000000000000}';
const seconds = ASKED_AT / 1000;
const issuerFor = (slug: string) =>
  `https://api.bitbucket.org/2.0/workspaces/${slug}/pipelines-config/identity/oidc`;
const acmeAudience = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';

/** What a step of acme/shop has. */
export const stepClaims: Claims = {
  iss: issuerFor('acme'),
  aud: acmeAudience,
  sub: `${shop.uuid}:${STEP}`,
  iat: seconds - 60,
  exp: seconds + 3600,
  workspaceUuid: shop.workspace.uuid,
  repositoryUuid: shop.uuid,
  stepUuid: STEP,
  branchName: 'main',
};
const deployingTo = ({ uuid, name }: { uuid: string; name: string }): Claims => ({
  ...stepClaims,
  sub: `${shop.uuid}:${uuid}:${STEP}`,
  deploymentEnvironmentUuid: uuid,
  deploymentEnvironment: name,
});

/** The events of a grant that is active, for the repository or for one environment of it. */
function activeStory(over: Partial<GrantIntent> = {}): NewEvent[] {
  const { environment } = over;
  const trustPolicy = renderTrustPolicy({
    account: { id: asAccountId('111122223333'), partition: 'aws' },
    workspace: shop.workspace,
    repositoryUuid: shop.uuid,
    environmentUuid: environment?.uuid,
  });
  const data = { ...subject, role: createdRole, trustPolicy, permissionsPolicy: {} };
  return [requested('none', over), started, created, { type: 'GrantActivated', data }];
}
const wide = activeStory();
const narrow = activeStory({ environment: production });
const expired: NewEvent = { type: 'RevocationRequested', data: { ...subject, cause: 'expired' } };

/** One way in which a token fares. `holds` of the audience and of the subject; `advice` must be in the advice. */
export type ExplanationCase = {
  name: string;
  story: NewEvent[];
  token?: Claims | 'none' | 'unreadable';
  signature?: 'invalid' | 'unchecked';
  claims?: Claims;
  step?: StepIdentity;
  now?: number;
  code: DiagnosisCode;
  holds: [aud: boolean, sub: boolean];
  advice: RegExp;
  snippet?: string;
};

const wideStep = '- step:\n    oidc: true\n';
const narrowStep = '- step:\n    deployment: "Production"\n    oidc: true\n';

/** Every class of failure, and what is admitted. */
export const explanationCases: ExplanationCase[] = [
  {
    name: 'its own step',
    story: wide,
    token: stepClaims,
    code: 'ADMITTED',
    holds: [true, true],
    advice: /admits this token/,
  },
  {
    name: 'a step that deploys, where the grant names no environment',
    story: wide,
    token: deployingTo(staging),
    code: 'ADMITTED',
    holds: [true, true],
    advice: /admits this token/,
  },
  {
    name: 'a step of its own environment',
    story: narrow,
    token: deployingTo(production),
    code: 'ADMITTED',
    holds: [true, true],
    advice: /admits this token/,
  },
  {
    name: 'one audience in a list',
    story: wide,
    token: { ...stepClaims, aud: [acmeAudience] },
    code: 'ADMITTED',
    holds: [true, true],
    advice: /admits this token/,
  },
  {
    name: 'claims that somebody typed, without times',
    story: wide,
    claims: { iss: stepClaims.iss, aud: stepClaims.aud, sub: stepClaims.sub },
    code: 'ADMITTED',
    holds: [true, true],
    advice: /signature was not checked/,
  },
  {
    name: 'keys that cannot be fetched',
    story: wide,
    token: stepClaims,
    signature: 'unchecked',
    code: 'ADMITTED',
    holds: [true, true],
    advice: /signature was not checked/,
  },
  {
    name: 'a role that is younger than a minute',
    story: wide,
    token: { ...stepClaims, iat: seconds - 3600 },
    now: Date.UTC(2026, 0, 1, 0, 1, 2),
    code: 'PROPAGATING',
    holds: [true, true],
    advice: /try again/,
  },
  {
    name: 'a step without oidc',
    story: wide,
    token: 'none',
    code: 'NO_TOKEN',
    holds: [false, false],
    advice: /oidc: true/,
    snippet: wideStep,
  },
  {
    name: 'the name of the variable',
    story: wide,
    token: 'unreadable',
    code: 'TOKEN_UNREADABLE',
    holds: [false, false],
    advice: /BITBUCKET_STEP_OIDC_TOKEN/,
  },
  {
    name: "a person's token",
    story: wide,
    token: { ...stepClaims, iss: 'https://id.acme.example' },
    signature: 'unchecked',
    code: 'ISSUER_UNKNOWN',
    holds: [false, false],
    advice: /No Bitbucket workspace issued the token/,
    snippet: wideStep,
  },
  {
    name: 'a workspace that has a new slug',
    story: wide,
    token: { ...stepClaims, iss: issuerFor('acme-corp') },
    signature: 'unchecked',
    code: 'WORKSPACE_RENAMED',
    holds: [false, false],
    advice: /is now called acme-corp.*config\/rolewright\.yaml/,
  },
  {
    name: 'another workspace',
    story: wide,
    token: {
      ...stepClaims,
      iss: issuerFor('globex'),
      aud: 'ari:cloud:bitbucket::workspace/5b6c0a5e-8a4f-4c1a-9a52-0a3c9e3f7f11',
      workspaceUuid: GLOBEX.uuid,
    },
    code: 'WRONG_WORKSPACE',
    holds: [false, false],
    advice: /workspace globex/,
  },
  {
    name: 'another workspace that took over the slug',
    story: wide,
    token: {
      ...stepClaims,
      aud: 'ari:cloud:bitbucket::workspace/5b6c0a5e-8a4f-4c1a-9a52-0a3c9e3f7f11',
      workspaceUuid: GLOBEX.uuid,
    },
    code: 'WRONG_WORKSPACE',
    holds: [false, true],
    advice: /5b6c0a5e/,
  },
  {
    name: 'a token that somebody altered',
    story: wide,
    token: stepClaims,
    signature: 'invalid',
    code: 'SIGNATURE_INVALID',
    holds: [true, true],
    advice: /signature/,
  },
  {
    name: 'a token without an end',
    story: wide,
    token: { ...stepClaims, exp: undefined },
    code: 'TOKEN_INCOMPLETE',
    holds: [true, true],
    advice: /exp/,
  },
  {
    name: 'a token without an issuer',
    story: wide,
    token: { ...stepClaims, iss: undefined },
    code: 'TOKEN_INCOMPLETE',
    holds: [false, false],
    advice: /iss/,
  },
  {
    name: 'claims whose issuer is no text',
    story: wide,
    claims: { ...stepClaims, iss: null },
    code: 'ISSUER_UNKNOWN',
    holds: [false, false],
    advice: /BITBUCKET_STEP_OIDC_TOKEN/,
    snippet: wideStep,
  },
  {
    name: 'a subject alone',
    story: wide,
    claims: { sub: stepClaims.sub },
    code: 'ADMITTED',
    holds: [true, true],
    advice: /signature was not checked/,
  },
  {
    name: 'the subject alone of a step that does not deploy',
    story: narrow,
    claims: { sub: stepClaims.sub },
    code: 'DEPLOYMENT_MISSING',
    holds: [true, false],
    advice: /names no environment/,
    snippet: narrowStep,
  },
  {
    name: 'a step that runs as the old user',
    story: wide,
    token: stepClaims,
    step: { identity: 'arn:aws:iam::111122223333:user/old' },
    code: 'OTHER_CREDENTIALS',
    holds: [true, true],
    advice: /runs as arn:aws:iam::111122223333:user\/old.*Delete AWS_ACCESS_KEY_ID/,
  },
  {
    name: 'a step that runs as the role of that name in another account',
    story: wide,
    token: stepClaims,
    step: { identity: `arn:aws:sts::444455556666:assumed-role/${createdRole.name}/shop-42` },
    code: 'OTHER_CREDENTIALS',
    holds: [true, true],
    advice: /runs as arn:aws:sts::444455556666/,
  },
  {
    name: 'a step in which a key is set',
    story: wide,
    claims: { sub: stepClaims.sub },
    step: { variables: ['AWS_REGION', 'AWS_ACCESS_KEY_ID'] },
    code: 'OTHER_CREDENTIALS',
    holds: [true, true],
    advice: /AWS_ACCESS_KEY_ID is set/,
  },
  {
    name: 'a step that runs as the role although a key is set',
    story: wide,
    token: stepClaims,
    step: {
      identity: `arn:aws:sts::111122223333:assumed-role/${createdRole.name}/shop-42`,
      variables: ['AWS_ACCESS_KEY_ID'],
    },
    code: 'ADMITTED',
    holds: [true, true],
    advice: /admits this token/,
  },
  {
    name: 'a step that does not deploy and runs as the old user, both at once',
    story: narrow,
    token: stepClaims,
    step: { identity: 'arn:aws:iam::111122223333:user/old' },
    code: 'DEPLOYMENT_MISSING',
    holds: [true, false],
    advice: /names no environment.*runs as arn:aws:iam::111122223333:user\/old/,
    snippet: narrowStep,
  },
  {
    name: 'claims without a subject',
    story: wide,
    claims: { ...stepClaims, sub: 7 },
    code: 'TOKEN_INCOMPLETE',
    holds: [true, false],
    advice: /sub/,
  },
  {
    name: 'claims without an audience',
    story: wide,
    claims: { ...stepClaims, aud: [] },
    code: 'TOKEN_INCOMPLETE',
    holds: [false, true],
    advice: /aud/,
  },
  {
    name: 'a token that expires this very moment',
    story: wide,
    token: { ...stepClaims, exp: seconds },
    code: 'TOKEN_EXPIRED',
    holds: [true, true],
    advice: /2026-01-01T01:00:00\.000Z/,
  },
  {
    name: 'a token of tomorrow',
    story: wide,
    token: { ...stepClaims, nbf: seconds + 86_400, exp: seconds + 90_000 },
    code: 'TOKEN_NOT_YET_VALID',
    holds: [true, true],
    advice: /clock/,
  },
  {
    name: 'another repository',
    story: wide,
    token: { ...stepClaims, sub: `${web.uuid}:${STEP}`, repositoryUuid: web.uuid },
    code: 'WRONG_REPOSITORY',
    holds: [true, false],
    advice: /acme\/shop.*2aa2f7a1-1111-4222-8333-444455556666/,
  },
  {
    name: 'a step that does not deploy',
    story: narrow,
    token: stepClaims,
    code: 'DEPLOYMENT_MISSING',
    holds: [true, false],
    advice: /"Production".*deployment/,
    snippet: narrowStep,
  },
  {
    name: 'an environment of the same name',
    story: narrow,
    token: deployingTo({ uuid: OTHER, name: 'Production' }),
    code: 'ENVIRONMENT_REPLACED',
    holds: [true, false],
    advice: /binds the UUID/,
    snippet: narrowStep,
  },
  {
    name: 'another environment',
    story: narrow,
    token: deployingTo(staging),
    code: 'WRONG_ENVIRONMENT',
    holds: [true, false],
    advice: /"Staging".*"Production"/,
    snippet: narrowStep,
  },
  {
    name: 'a subject in upper case',
    story: wide,
    token: { ...stepClaims, sub: `${shop.uuid.toUpperCase()}:${STEP}` },
    code: 'SUBJECT_UNEXPECTED',
    holds: [true, false],
    advice: /case-sensitively/,
  },
  {
    name: 'a subject without a step',
    story: wide,
    token: { ...stepClaims, sub: shop.uuid },
    code: 'SUBJECT_UNEXPECTED',
    holds: [true, false],
    advice: /\{repository\}:\{step\}/,
  },
  {
    name: 'an audience that is not the workspace’s',
    story: wide,
    token: { ...stepClaims, aud: 'sts.amazonaws.com' },
    code: 'WRONG_AUDIENCE',
    holds: [false, true],
    advice: /ari:cloud:bitbucket/,
    snippet: wideStep,
  },
  {
    name: 'audiences of its own',
    story: narrow,
    token: { ...deployingTo(production), aud: [acmeAudience, 'rolewright'] },
    code: 'CUSTOM_AUDIENCES',
    holds: [false, true],
    advice: /AWS does not document.*another step/,
    snippet: narrowStep,
  },
  {
    name: 'several faults at once',
    story: narrow,
    token: { ...stepClaims, aud: [acmeAudience, 'rolewright'], exp: seconds - 1 },
    code: 'TOKEN_EXPIRED',
    holds: [false, false],
    advice: /expired.*deployment.*audiences/s,
    snippet: narrowStep,
  },
  {
    name: 'a grant that waits for approval',
    story: [requested('required')],
    token: stepClaims,
    code: 'GRANT_PENDING',
    holds: [true, true],
    advice: /waits for approval/,
  },
  {
    name: 'a grant that is being made',
    story: [requested(), started],
    token: stepClaims,
    code: 'GRANT_PROVISIONING',
    holds: [true, true],
    advice: /being created/,
  },
  {
    name: 'a grant that is frozen',
    story: [...wide, frozen, disabled],
    token: stepClaims,
    code: 'GRANT_FROZEN',
    holds: [true, true],
    advice: /frozen since .*Odd calls.*thaws or repairs/,
  },
  {
    name: 'a grant whose role somebody closed',
    story: [...wide, closedByHand, disabled],
    token: stepClaims,
    code: 'GRANT_FROZEN',
    holds: [true, true],
    advice: /role was closed by hand/,
  },
  {
    name: 'a grant whose role somebody has just closed',
    story: [...wide, closingFound],
    token: stepClaims,
    code: 'GRANT_FROZEN',
    holds: [true, true],
    advice: /being frozen.*TRUST_CHANGED, CLOSED_BY_HAND.*closed by hand/,
  },
  {
    name: 'a grant whose role was opened, which is reported only',
    story: [...wide, driftFound('report')],
    token: stepClaims,
    code: 'DRIFT_FOUND',
    holds: [true, true],
    advice: /admits this token, but the grant differs.*TRUST_CHANGED. It is reported only/,
  },
  {
    name: 'a grant whose role is being restored',
    story: [...wide, driftFound('repair')],
    token: stepClaims,
    code: 'DRIFT_FOUND',
    holds: [true, true],
    advice: /being restored/,
  },
  {
    name: 'a grant whose role was restored',
    story: [...wide, driftFound('repair'), repaired],
    token: stepClaims,
    code: 'ADMITTED',
    holds: [true, true],
    advice: /admits this token/,
  },
  {
    name: 'a token of another repository, and a role that was opened',
    story: [...wide, driftFound('report')],
    token: { ...stepClaims, sub: `${web.uuid}:${STEP}` },
    code: 'WRONG_REPOSITORY',
    holds: [true, false],
    advice: /another|other.*TRUST_CHANGED/,
  },
  {
    name: 'a grant that was revoked',
    story: [...wide, revocation, revoked],
    token: stepClaims,
    code: 'GRANT_REVOKED',
    holds: [true, true],
    advice: /revoked.*POST \/v1\/grants/,
  },
  {
    name: 'a grant that is being revoked',
    story: [...wide, revocation],
    token: stepClaims,
    code: 'GRANT_REVOKED',
    holds: [true, true],
    advice: /revoked/,
  },
  {
    name: 'a grant whose time was over',
    story: [...wide, expired, revoked],
    token: stepClaims,
    code: 'GRANT_EXPIRED',
    holds: [true, true],
    advice: /expired/,
  },
  {
    name: 'a grant that was rejected',
    story: [requested('required'), rejected],
    token: stepClaims,
    code: 'GRANT_REJECTED',
    holds: [true, true],
    advice: /rejected/,
  },
  {
    name: 'a grant that failed',
    story: [requested(), failed],
    token: stepClaims,
    code: 'GRANT_FAILED',
    holds: [true, true],
    advice: /UPSTREAM_FAILED/,
  },
];
