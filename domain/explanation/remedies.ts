import { audienceOf, type Workspace } from '../bitbucket/oidc.ts';
import type { GrantIntent } from '../grants/intent.ts';
import type { GrantId } from '../shared/identifiers.ts';
import { epochTime, toEpoch, toInstant } from '../shared/time.ts';
import { type Claims, workspaceSlugIn } from '../trust/evaluation.ts';
import type { DiagnosisCode, Question } from './diagnosis.ts';

/** What to do: a sentence or more, and the YAML to change where YAML is what is wrong. */
export type Remedy = { remedy: string; snippet?: string | undefined };

/** How the caller's endpoint names its actions: to request a grant, and to show a grant and its events. */
export type Wording = {
  ask: string;
  showGrant(grantId: GrantId): string;
  showEvents(grantId: GrantId): string;
};

/** The remedy for one code. Quotes claims only in forms that were checked, or as JSON. */
export const remedyFor = (
  code: DiagnosisCode,
  question: Question,
  settings: { workspaces: readonly Workspace[]; wording: Wording },
): Remedy => remedies[code](situationOf(question, settings));

/** What the remedies speak of. `step` is the YAML of the step as it has to be; `askAgain` ends a sentence. */
type Situation = Omit<Question, 'step'> & {
  question: Question;
  claims: Claims;
  currentName: string;
  step: string;
  repository: GrantIntent['repository'];
  workspace: Workspace;
  workspaces: readonly Workspace[];
  wording: Wording;
  askAgain: string;
};

function situationOf(
  question: Question,
  { workspaces, wording }: { workspaces: readonly Workspace[]; wording: Wording },
): Situation {
  const { grant, evidence, environmentNow } = question;
  const { repository, workspace, environment } = grant.request.intent;
  const currentName =
    typeof environmentNow === 'object' ? environmentNow.name : (environment?.name ?? 'the environment');
  return {
    ...question,
    question,
    claims: 'claims' in evidence ? evidence.claims : {},
    currentName,
    step: stepYaml(environment && currentName),
    repository,
    workspace,
    workspaces,
    wording,
    askAgain: `request the grant again with ${wording.ask}`,
  };
}

const remedies: Record<DiagnosisCode, (situation: Situation) => Remedy> = {
  GRANT_PENDING: () => ({
    remedy: 'The grant waits for approval. There is no role until it is approved.',
  }),
  GRANT_PROVISIONING: ({ grant, wording }) => ({
    remedy: `The role is being created. ${wording.showGrant(grant.id)} shows when the grant is active; try again then.`,
  }),
  GRANT_FROZEN: ({ grant }) => ({ remedy: frozenGrant(grant) }),
  GRANT_REVOKED: ({ askAgain }) => ({
    remedy: `The grant was revoked, and its role is deleted or about to be. To use it, ${askAgain}.`,
  }),
  GRANT_EXPIRED: ({ grant, askAgain }) => ({
    remedy: `The grant expired${grant.expiresAt ? ` at ${grant.expiresAt}` : ''}, and its role is deleted or about to be. To use it, ${askAgain}.`,
  }),
  GRANT_REJECTED: ({ grant, wording }) => ({
    remedy: `The grant was rejected or its request lapsed, and there is no role. ${wording.showEvents(grant.id)} shows which, who decided and why.`,
  }),
  GRANT_FAILED: ({ grant, askAgain }) => {
    const { code: failure = '', detail = '' } = grant.lastError ?? {};
    return {
      remedy: `The role could not be created. ${failure}: ${detail} Fix the cause, and ${askAgain}.`,
    };
  },
  NO_TOKEN: ({ step }) => ({
    remedy:
      'The step has no token. Bitbucket sets BITBUCKET_STEP_OIDC_TOKEN only in a step with "oidc: true". Add it to the step that calls AWS.',
    snippet: step,
  }),
  TOKEN_UNREADABLE: () => ({
    remedy:
      'This is not a JSON Web Token. Send the whole value of BITBUCKET_STEP_OIDC_TOKEN: not its name, not in quotes, and not from a log, where it may be masked.',
  }),
  ISSUER_UNKNOWN: ({ step, workspace }) => ({
    remedy: `No Bitbucket workspace issued the token. The role admits only step tokens of workspace ${workspace.slug}: use BITBUCKET_STEP_OIDC_TOKEN.`,
    snippet: step,
  }),
  WORKSPACE_RENAMED: (situation) => ({ remedy: renamedWorkspace(situation) }),
  WRONG_WORKSPACE: ({ claims, repository, workspace }) => ({
    remedy: `The token comes from workspace ${workspaceSlugIn(claims.iss)}${idOf(claims.workspaceUuid)}. The grant is for ${repository.fullName} in workspace ${workspace.slug} (${workspace.uuid}). Use a step of ${repository.fullName}, or request a grant for the repository that this pipeline runs in.`,
  }),
  SIGNATURE_INVALID: () => ({
    remedy:
      "The token's signature does not match the keys that its workspace publishes: the token was truncated, altered or not issued by Bitbucket. Send the value of BITBUCKET_STEP_OIDC_TOKEN unchanged.",
  }),
  TOKEN_INCOMPLETE: () => ({
    remedy:
      'A token needs iss, aud and sub as text (aud also as a list), exp as a whole number of seconds, and azp as text and nbf and iat as whole numbers where it has them. One of them is missing or of another kind.',
  }),
  TOKEN_EXPIRED: ({ grant, claims }) => ({
    remedy: `The token expired at ${instantOf(claims.exp)}. Each step gets a token of its own when it starts. Call AWS early in the step: a session outlives the token (at most ${grant.request.intent.maxSessionDuration} s).`,
  }),
  TOKEN_NOT_YET_VALID: ({ now }) => ({
    remedy: `The token is dated in the future; the time here is ${instantOf(now / 1000)}. Wait, or correct the clock of its issuer.`,
  }),
  WRONG_REPOSITORY: ({ claims, repository, wording }) => ({
    remedy: `The token comes from a repository other than the grant's, ${repository.fullName} (${repository.uuid}). A grant is for one repository: request one for ${idOf(claims.repositoryUuid).trim() || 'the repository that this pipeline runs in'} with ${wording.ask}.`,
  }),
  DEPLOYMENT_MISSING: ({ currentName, step, question, environmentNow }) => ({
    remedy: `The grant is for deployment environment ${JSON.stringify(currentName)}, and the step has no deployment: its token names no environment. Add "deployment" to the step.${goneNotice(question)}`,
    snippet: environmentNow === 'gone' ? undefined : step,
  }),
  ENVIRONMENT_REPLACED: (situation) => ({
    ...replacedEnvironment(situation),
    snippet: situation.environmentNow === 'gone' ? undefined : situation.step,
  }),
  WRONG_ENVIRONMENT: ({ claims, currentName, step }) => ({
    remedy: `The step runs in another deployment environment${nameOf(claims)} than the grant's, ${JSON.stringify(currentName)}. Deploy to the grant's environment, or request a grant for this one.`,
    snippet: step,
  }),
  SUBJECT_UNEXPECTED: () => ({
    remedy:
      "The token's sub is not {repository}:{step} or {repository}:{environment}:{step} with UUIDs in braces and lower case, the form of every known step token. IAM compares it case-sensitively. Show this answer to the operators of Rolewright.",
  }),
  WRONG_AUDIENCE: ({ claims, step, workspace }) => ({
    remedy: `The token's ${claims.azp === undefined ? 'aud' : 'azp, which STS reads instead of aud,'} lacks ${audienceOf(workspace)}, which Bitbucket puts into every step token of workspace ${workspace.slug}. Use BITBUCKET_STEP_OIDC_TOKEN as it is.`,
    snippet: step,
  }),
  CUSTOM_AUDIENCES: ({ step }) => ({
    remedy:
      'The step asks for custom audiences, so aud is a list. The trust policy compares aud with StringEquals, which is for single values. AWS does not document the result for a list; Rolewright assumes a refusal. Write "oidc: true" without audiences in the step that calls AWS, and call services that need another audience from another step.',
    snippet: step,
  }),
  OTHER_CREDENTIALS: (situation) => ({ remedy: otherCredentials(situation) }),
  DRIFT_FOUND: (situation) => ({ remedy: driftedGrant(situation) }),
  PROPAGATING: ({ question }) => ({
    remedy: `The trust policy admits this token. The role is less than a minute old, and IAM is eventually consistent: a new role is usually visible everywhere within seconds. If STS refuses the token now, try again.${proviso(question)}`,
  }),
  ADMITTED: ({ grant, wording, question }) => ({
    remedy: `The trust policy admits this token. If AWS refuses a later call, check what the role may do (${wording.showGrant(grant.id)}), and whether the role was changed by hand: this answer comes from the log, not from IAM.${proviso(question)}`,
  }),
};

function otherCredentials({ grant, question, wording }: Situation): string {
  const { identity } = question.step;
  const first =
    identity === undefined
      ? 'The step does not use the role: AWS_ACCESS_KEY_ID is set, and every AWS SDK takes keys from the environment before a web identity.'
      : `The step does not use the role: AWS says that it runs as ${identity}. A variable of the repository, workspace or deployment, or a file of the image, holds other credentials.`;
  return `${first} Delete AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN in Bitbucket's variables, or use the step that ${wording.showGrant(grant.id)} shows as pipelineSnippet: it does without them.`;
}

/** The step as it has to be, as far as the token goes; ends in a line feed. */
function stepYaml(environmentName: string | undefined): string {
  // A JSON string is a YAML string: environments may be called anything.
  const deployment =
    environmentName === undefined ? [] : [`    deployment: ${JSON.stringify(environmentName)}`];
  return ['- step:', ...deployment, '    oidc: true', ''].join('\n');
}

function renamedWorkspace({ grant, claims, workspaces, wording }: Situation): string {
  const { workspace } = grant.request.intent;
  const slug = workspaceSlugIn(claims.iss);
  const isKnown = workspaces.some((known) => known.uuid === workspace.uuid && known.slug === slug);
  const first = `Workspace ${workspace.slug} is now called ${slug}. Its issuer, the identity provider and every condition key have the new name; the role still has the old one.`;
  return isKnown
    ? `${first} Repeat the same ${wording.ask}: the role gets a trust policy for the new name.`
    : `${first} Have an administrator change the slug in config/rolewright.yaml and deploy, then repeat the same ${wording.ask}.`;
}

function replacedEnvironment({ grant, environmentNow, wording }: Situation): Remedy {
  const { environment } = grant.request.intent;
  const name = JSON.stringify(environment?.name);
  const first = `The step's deployment environment is not the grant's (${environment?.uuid}), even if it has the same name: a grant binds the UUID.`;
  const renew = `Request a new grant for the environment with ${wording.ask}, and revoke this one.`;
  if (environmentNow === 'gone') {
    return {
      remedy: `${first} Bitbucket no longer has the grant's environment: ${name} was deleted. ${renew}`,
    };
  }
  if (environmentNow === 'unasked') {
    return {
      remedy: `${first} ${name} was deleted and created again, or it was renamed and another environment took its name. ${renew}`,
    };
  }
  return {
    remedy: `${first} The grant's environment is now called ${JSON.stringify(environmentNow.name)}. Deploy to it under this name. If the role is to be for the step's environment, request a new grant with ${wording.ask}.`,
  };
}

const goneNotice = ({ environmentNow }: Question): string =>
  environmentNow === 'gone'
    ? ' But Bitbucket no longer has this environment: create one, and request a new grant for it.'
    : '';

/** What limits the promise of an admission. */
function proviso({ grant, evidence, now }: Question): string {
  const isVerified = evidence.kind === 'token' && evidence.signature === 'valid';
  const signature = isVerified
    ? ''
    : ' The signature was not checked: this applies to a genuine token with these claims.';
  const { expiresAt } = grant;
  if (expiresAt === undefined) return signature;
  const isOver = toEpoch(expiresAt) <= now;
  return isOver
    ? `${signature} The grant expired at ${expiresAt}: its role is about to be deleted.`
    : `${signature} The grant expires at ${expiresAt}.`;
}

/** A UUID claim in brackets, where it is one. */
const idOf = (claim: unknown): string =>
  typeof claim === 'string' && /^\{[0-9a-f-]{36}\}$/i.test(claim) ? ` (${claim})` : '';

/** The environment's name as the token has it; Bitbucket documents no limit, ours is its length on screen. */
const nameOf = ({ deploymentEnvironment }: Claims): string =>
  typeof deploymentEnvironment === 'string'
    ? `, ${JSON.stringify(deploymentEnvironment.slice(0, 255))},`
    : '';

/** The latest time that a `Date` can hold, in milliseconds. Source: ECMAScript, time values. */
const LATEST_MS = 8.64e15;

/** Seconds since the epoch as ISO 8601; unchanged where ISO 8601 cannot express them. */
const instantOf = (seconds: unknown): string =>
  Math.abs(Number(seconds) * 1000) <= LATEST_MS
    ? toInstant(epochTime(Number(seconds) * 1000))
    : String(seconds);

/** Why the role of an active grant is about to be closed. */
function beingFrozen({ drift }: Situation['grant']): string {
  const kinds = drift?.kinds ?? [];
  const byHand = kinds.includes('CLOSED_BY_HAND') ? ' The role was closed by hand in AWS.' : '';
  return `The grant is being frozen: on ${drift?.foundAt} its role was found to be changed from outside Rolewright (${kinds.join(', ')}).${byHand} It admits no token until a person of the platform team repairs it.`;
}

function driftedGrant({ grant, wording, question }: Situation): string {
  const { kinds = [], foundAt, action } = grant.drift ?? {};
  const done =
    grant.state === 'active' && grant.repair
      ? 'The role is being restored.'
      : action === 'reported'
        ? 'It is reported only.'
        : '';
  return `The trust policy that was last applied admits this token, but the grant differs from it since ${foundAt}: ${kinds.join(', ')}. ${done} ${wording.showGrant(grant.id)} shows what was found.${proviso(question)}`;
}

function frozenGrant(grant: Situation['grant']): string {
  if (grant.state !== 'frozen') return beingFrozen(grant);
  const { by, at, reason, kinds } = grant.frozen;
  const byHand = kinds?.includes('CLOSED_BY_HAND') ? ' Its role was closed by hand in AWS.' : '';
  return `The grant is frozen since ${at} by ${by.kind} ${by.id}: ${reason}.${byHand} Its role admits no token until a person of the platform team thaws or repairs it.`;
}
