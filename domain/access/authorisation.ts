import type { Uuid } from '../shared/identifiers.ts';
import type { Caller, Principal } from '../shared/principal.ts';
import { problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import type { Template } from '../templates/template.ts';

/** What a principal can do to grants. `audit` reads the log of all grants. */
export const actions = ['request', 'revoke', 'approve', 'read', 'audit'] as const;

/** See `actions`. */
export type Action = (typeof actions)[number];

/** What is acted on: a grant, or with `audit` an event. A grant has its workspace, its project where Bitbucket named one,
 *  and its template, of which `requestableBy` and `approval` stand where the grant is requested. An event has its
 *  repository and account only. */
export type Resource = {
  workspaceUuid?: Uuid | undefined;
  projectUuid?: Uuid | undefined;
  repositoryUuid: Uuid;
  environmentUuid?: Uuid | undefined;
  accountId: string;
  template?: Pick<Template, 'name'> & Partial<Pick<Template, 'requestableBy' | 'approval'>>;
};

/** What a rule may look at beside caller and resource. `requesterKinds`, with `approve`: the kinds of all who asked for
 *  what waits. `repositoryAdmin`, with `request`, `revoke` and `read`: whether Bitbucket says that the caller has *admin*
 *  on the repository; false unless said. */
export type AccessContext = {
  requesterKinds?: readonly Principal['kind'][] | undefined;
  repositoryAdmin?: boolean | undefined;
};

/** A decision and the id of the rule that made it; `next` is what the rule says that a denied caller can do. */
export type Decision = { allowed: boolean; rule: string; next?: string | undefined };

/** The access rules. Asked without a resource, they answer whether the caller could be allowed on any resource. */
export type AccessRules = {
  decide(caller: Caller, action: Action, resource?: Resource, context?: AccessContext): Decision;
};

const ASK = 'Ask your platform team for access.';

/** A refused request, as the operator's log gets it. */
export type DeniedAccess = { principal: Principal; action: Action; resource: string; rule: string };

/** Decides. First comes what holds whatever the rules say: a pipeline's limits and who may request a template; then the
 *  rules, which deny by default. */
export function decideAccess(
  rules: AccessRules,
  caller: Caller,
  action: Action,
  resource?: Resource,
  context: AccessContext = {},
): Decision {
  const broken = pipelineLimit(caller, action, resource) ?? requestability(caller, action, resource);
  return broken ? { allowed: false, rule: broken } : rules.decide(caller, action, resource, context);
}

/** Decides as `decideAccess` does, and reports a denial. `DENIED` names the rule. */
export function authorise(
  rules: AccessRules,
  caller: Caller,
  action: Action,
  resource?: Resource,
  report: (denial: DeniedAccess) => void = () => {},
  context: AccessContext = {},
): Result<undefined> {
  const decision = decideAccess(rules, caller, action, resource, context);
  if (decision.allowed) return ok(undefined);
  const { principal } = caller;
  report(deniedAccess(caller, action, resource, decision.rule));
  return fail(
    problem(
      'DENIED',
      `Rule ${decision.rule} does not let ${principal.kind} ${principal.id} ${action} here. ${decision.next ?? nextStep(decision.rule)}`,
    ),
  );
}

/** A refused request as a line for the operators. The resource is `{repository}:{environment}` or `{repository}:*`; `any`
 *  where the caller could be allowed on none, or named one that is not looked at. */
export const deniedAccess = (
  { principal }: Caller,
  action: Action,
  resource: Resource | undefined,
  rule: string,
): DeniedAccess => ({
  principal,
  action,
  rule,
  resource: resource ? `${resource.repositoryUuid}:${resource.environmentUuid ?? '*'}` : 'any',
});

/** The limits of a pipeline: anyone who can push a branch is one, so it reaches its own repository, in the environment
 *  that it runs in, and never revokes, approves, audits or asks for what needs approval. */
function pipelineLimit(caller: Caller, action: Action, resource?: Resource): string | undefined {
  const { pipeline } = caller;
  if (!pipeline) return undefined;
  if (action !== 'request' && action !== 'read') return 'pipeline-requests-and-reads-only';
  if (!resource) return undefined;
  if (
    resource.repositoryUuid !== pipeline.repositoryUuid ||
    resource.workspaceUuid !== pipeline.workspaceUuid
  ) {
    return 'pipeline-own-repository';
  }
  if (resource.environmentUuid !== pipeline.environmentUuid) return 'pipeline-own-environment';
  if (action === 'request' && resource.template?.approval !== 'none') return 'pipeline-without-approval';
  return undefined;
}

function requestability(caller: Caller, action: Action, resource?: Resource): string | undefined {
  if (action !== 'request' || !resource) return undefined;
  const listed = resource.template?.requestableBy?.includes(caller.principal.kind) ?? false;
  return listed ? undefined : 'template-requestable-by';
}

/** What to do about the rules that hold whatever the access rules say, and about `default-deny`: no rule permits. */
const nextSteps = {
  'default-deny': ASK,
  ownership: ASK,
  'pipeline-without-approval': 'A person asks for what needs approval.',
  'pipeline-own-repository': "A pipeline's token works for its own repository only.",
  'pipeline-own-environment':
    'A pipeline reaches the deployment environment that its step runs in; without one, repository-wide grants.',
  'pipeline-requests-and-reads-only': 'Ask a person of the platform team.',
  'pipeline-no-longer-expiry': ASK,
  'nobody-approves-their-own-request': 'A person who has not asked for it decides.',
  'template-requestable-by': 'GET /v1/templates shows who may request which template.',
};

const nextStep = (rule: string): string =>
  rule in nextSteps ? nextSteps[rule as keyof typeof nextSteps] : ASK;

/** Ids that no access rule may have: denials name them already. */
export const reservedRules: readonly string[] = Object.keys(nextSteps);
