import { audienceOf } from '../bitbucket/oidc.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { toEpoch, toInstant } from '../shared/time.ts';
import { type Claims, workspaceSlugIn } from '../trust/evaluation.ts';
import type { ExplanationCode, Question } from './diagnosis.ts';

/** What to do: a sentence or more, and the YAML to change where YAML is what is wrong. */
export type Advice = { advice: string; snippet?: string | undefined };

/** The advice for one code. Quotes claims only in forms that were checked, or as JSON. */
export function adviceFor(
  code: ExplanationCode,
  question: Question,
  { workspaces }: Pick<Configuration, 'workspaces'>,
): Advice {
  const { grant, evidence, environmentNow, now } = question;
  const { repository, workspace, environment } = grant.request.intent;
  const claims: Claims = 'claims' in evidence ? evidence.claims : {};
  const currentName =
    typeof environmentNow === 'object' ? environmentNow.name : (environment?.name ?? 'the environment');
  const step = stepYaml(environment && currentName);
  const askAgain = 'ask for the grant again with POST /v1/grants';

  switch (code) {
    case 'GRANT_PENDING':
      return { advice: 'The grant waits for approval, and until then there is no role.' };
    case 'GRANT_PROVISIONING':
      return {
        advice: `The role is being made. GET /v1/grants/${grant.id} says when the grant is active; try again then.`,
      };
    case 'GRANT_REVOKED':
      return { advice: `The grant was revoked, and its role is or will be gone. To use it, ${askAgain}.` };
    case 'GRANT_EXPIRED':
      return {
        advice: `The grant expired${grant.expiresAt ? ` at ${grant.expiresAt}` : ''}, and its role is or will be gone. To use it, ${askAgain}.`,
      };
    case 'GRANT_REJECTED':
      return {
        advice: `The grant was rejected, or nobody decided in time, and there is no role. GET /v1/grants/${grant.id}/events shows which, by whom and why.`,
      };
    case 'GRANT_FAILED': {
      const { code: failure = '', detail = '' } = grant.lastError ?? {};
      return {
        advice: `The role could not be made (${failure}: ${detail}) Put that right, and ${askAgain}.`,
      };
    }
    case 'NO_TOKEN':
      return {
        advice:
          'The step has no token. Bitbucket sets BITBUCKET_STEP_OIDC_TOKEN only in a step that says "oidc: true": add it to the very step that calls AWS.',
        snippet: step,
      };
    case 'TOKEN_UNREADABLE':
      return {
        advice:
          'This is not a JSON Web Token. Hand over what BITBUCKET_STEP_OIDC_TOKEN holds, whole: not its name, not in quotes, and not from a log, where it may be masked.',
      };
    case 'ISSUER_UNKNOWN':
      return {
        advice: `The token was not issued by a Bitbucket workspace. The role admits step tokens of workspace ${workspace.slug} only: use BITBUCKET_STEP_OIDC_TOKEN.`,
        snippet: step,
      };
    case 'WORKSPACE_RENAMED':
      return { advice: renamedWorkspace(question, claims, workspaces) };
    case 'WRONG_WORKSPACE':
      return {
        advice: `The token is of workspace ${workspaceSlugIn(claims.iss)}${idOf(claims.workspaceUuid)}, and the grant is for ${repository.fullName} in workspace ${workspace.slug} (${workspace.uuid}). Use a step of ${repository.fullName}, or ask for a grant for the repository that this pipeline runs in.`,
      };
    case 'SIGNATURE_INVALID':
      return {
        advice:
          "The token's signature does not fit the keys that its workspace publishes: it was cut, altered or made by somebody else. Hand over what BITBUCKET_STEP_OIDC_TOKEN holds, unchanged.",
      };
    case 'TOKEN_INCOMPLETE':
      return {
        advice:
          'A token needs iss, aud and sub as text (aud also as a list), exp as a number of seconds, and nbf and iat, where there are any, as numbers as well. One of them is missing or of another kind.',
      };
    case 'TOKEN_EXPIRED':
      return {
        advice: `The token expired at ${instantOf(claims.exp)}. Each step gets its own when it starts. Call AWS early in the step; a session lives on after the token (${grant.request.intent.maxSessionDuration} s at the most), and another step has another token.`,
      };
    case 'TOKEN_NOT_YET_VALID':
      return {
        advice: `The token is dated in the future; the time here is ${instantOf(now / 1000)}. Wait, or set the clock that made it.`,
      };
    case 'WRONG_REPOSITORY':
      return {
        advice: `The token is of another repository than the grant's, ${repository.fullName} (${repository.uuid}). A grant is for one repository: ask for one for ${idOf(claims.repositoryUuid).trim() || 'the repository that this pipeline runs in'} with POST /v1/grants.`,
      };
    case 'DEPLOYMENT_MISSING':
      return {
        advice: `The grant is for deployment environment ${JSON.stringify(currentName)}, and the step deploys nowhere: its token names no environment. Add "deployment" to the step.${goneNotice(question)}`,
        snippet: environmentNow === 'gone' ? undefined : step,
      };
    case 'ENVIRONMENT_REPLACED':
      return { ...replacedEnvironment(question), snippet: environmentNow === 'gone' ? undefined : step };
    case 'WRONG_ENVIRONMENT':
      return {
        advice: `The step runs in another deployment environment${nameOf(claims)} than the grant's, ${JSON.stringify(currentName)}. Deploy to that one, or ask for a grant for this one.`,
        snippet: step,
      };
    case 'SUBJECT_UNEXPECTED':
      return {
        advice:
          "The token's sub is not {repository}:{step} or {repository}:{environment}:{step} with UUIDs in braces and lower case, as every known step token has it; IAM compares upper and lower case. Show this answer to the operators of Rolewright.",
      };
    case 'WRONG_AUDIENCE':
      return {
        advice: `The token's aud lacks ${audienceOf(workspace)}, which Bitbucket puts into every step token of workspace ${workspace.slug}. Use BITBUCKET_STEP_OIDC_TOKEN as it is.`,
        snippet: step,
      };
    case 'CUSTOM_AUDIENCES':
      return {
        advice:
          'The step asks for audiences of its own, which makes aud a list, and the trust policy compares aud with StringEquals, for single values. AWS does not say whether it admits a list then: it may, and it may stop doing so. Rolewright takes it as refused. Write "oidc: true" without audiences in the step that calls AWS, and give whatever needs another audience a step of its own.',
        snippet: step,
      };
    case 'OTHER_CREDENTIALS':
      return { advice: otherCredentials(question) };
    case 'PROPAGATING':
      return {
        advice: `The trust policy admits this token, but the role is less than a minute old, and IAM shows a new role everywhere within seconds as a rule, without promising a time. Where STS refuses it now, try again.${proviso(question)}`,
      };
    case 'ADMITTED':
      return {
        advice: `The trust policy admits this token. Where AWS refuses a later call, look at what the role may do (GET /v1/grants/${grant.id}), and whether somebody changed the role by hand: this answer comes from the log, not from IAM.${proviso(question)}`,
      };
  }
}

function otherCredentials({ grant, step: { identity } }: Question): string {
  const first =
    identity === undefined
      ? 'The step does not use the role: AWS_ACCESS_KEY_ID is set, and every AWS SDK takes keys from the environment before a web identity.'
      : `The step does not use the role: AWS says that it runs as ${identity}. A variable of the repository, workspace or deployment, or a file of the image, holds other credentials.`;
  return `${first} Delete AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN in Bitbucket's variables, or use the step that GET /v1/grants/${grant.id} shows as pipelineSnippet: it does without them.`;
}

/** The step as it has to be, as far as the token goes; ends in a line feed. */
function stepYaml(environmentName: string | undefined): string {
  // A JSON string is a YAML string: environments may be called anything.
  const deployment =
    environmentName === undefined ? [] : [`    deployment: ${JSON.stringify(environmentName)}`];
  return ['- step:', ...deployment, '    oidc: true', ''].join('\n');
}

function renamedWorkspace(
  { grant }: Question,
  claims: Claims,
  workspaces: Configuration['workspaces'],
): string {
  const { workspace } = grant.request.intent;
  const slug = workspaceSlugIn(claims.iss);
  const isKnown = workspaces.some((known) => known.uuid === workspace.uuid && known.slug === slug);
  const first = `Workspace ${workspace.slug} is called ${slug} now. Its issuer, and with it the identity provider and every condition key, bear the new name; the role still has the old one.`;
  return isKnown
    ? `${first} Ask for the grant again with the same POST /v1/grants: the role gets a trust policy for the new name.`
    : `${first} An administrator changes the slug in config/rolewright.yaml and deploys; then ask for the grant again with the same POST /v1/grants.`;
}

function replacedEnvironment({ grant, environmentNow }: Question): Advice {
  const { environment } = grant.request.intent;
  const name = JSON.stringify(environment?.name);
  const first = `The step's deployment environment is not the one that the grant is for (${environment?.uuid}), whatever its name: a grant binds the UUID.`;
  const renew = `Ask for a new grant for the environment with POST /v1/grants, and revoke this one.`;
  if (environmentNow === 'gone') {
    return { advice: `${first} Bitbucket has no such environment any more: ${name} was deleted. ${renew}` };
  }
  if (environmentNow === 'unasked') {
    return {
      advice: `${first} ${name} was deleted and made again, or renamed, and another took the name. ${renew}`,
    };
  }
  return {
    advice: `${first} That one is called ${JSON.stringify(environmentNow.name)} now. Deploy to it under this name; or, if the role is to be for the step's environment, ask for a new grant with POST /v1/grants.`,
  };
}

const goneNotice = ({ environmentNow }: Question): string =>
  environmentNow === 'gone'
    ? ' But Bitbucket has no such environment any more: make one, and ask for a new grant for it.'
    : '';

/** What limits the promise of an admission. */
function proviso({ grant, evidence, now }: Question): string {
  const isVerified = evidence.kind === 'token' && evidence.signature === 'valid';
  const signature = isVerified
    ? ''
    : ' The signature was not checked: this holds for a genuine token with these claims.';
  const { expiresAt } = grant;
  if (expiresAt === undefined) return signature;
  const isOver = toEpoch(expiresAt) <= now;
  return isOver
    ? `${signature} The grant expired at ${expiresAt}: its role is about to be removed.`
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

/** Latest moment that a calendar has, in milliseconds. Source: ECMAScript, time values. */
const LATEST_MS = 8.64e15;

/** Seconds since the epoch for people; as they are where no calendar has them. */
const instantOf = (seconds: unknown): string =>
  Math.abs(Number(seconds) * 1000) <= LATEST_MS ? toInstant(Number(seconds) * 1000) : String(seconds);
