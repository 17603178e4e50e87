import type {
  AccountId,
  EnvironmentUuid,
  ProjectUuid,
  RepositoryUuid,
  WorkspaceUuid,
} from '../shared/identifiers.ts';
import type { Caller, Principal } from '../shared/principal.ts';
import { type Problem, problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import type { Template } from '../templates/template.ts';
import { unlistedLimit } from './derived-groups/unlisted-limit.ts';
import { pipelineActionLimit, pipelineLimit } from './pipeline-limit.ts';
import type { Reach } from './reach.ts';

/** What only people do, whatever the rules say. `hold` and `release` are of a repository, `reconcile` of the installation,
 *  `freeze` of a grant and of the installation. */
const personActions = ['freeze', 'thaw', 'repair', 'release', 'hold', 'reconcile'] as const;

/** See `personActions`. */
export type PersonAction = (typeof personActions)[number];

/** What a principal can do to grants. `audit` reads the log of all grants. */
export const actions = ['request', 'revoke', 'approve', 'read', 'audit', ...personActions] as const;

/** See `actions`. */
export type Action = (typeof actions)[number];

/** What an action is on: a grant, or with `audit` an event. A grant has its workspace, its template, and its project
 *  if Bitbucket names one. The action `request` needs the template's `requestableBy` and `approval`, and is denied
 *  without them. An event has its repository and account, and its project if that is known. No field is
 *  optional, because a caller that forgot one would widen access. */
export type Resource = {
  workspaceUuid: WorkspaceUuid | undefined;
  projectUuid: ProjectUuid | undefined;
  repositoryUuid: RepositoryUuid;
  environmentUuid: EnvironmentUuid | undefined;
  accountId: AccountId;
  /** The projects whose approvers decide the grant's request; empty where only the installation's do. */
  decidedBy: readonly ProjectUuid[];
  template: (Pick<Template, 'name'> & Partial<Pick<Template, 'requestableBy' | 'approval'>>) | undefined;
};

/** An event as the resource of a decision. */
export const eventResource = (
  event: Pick<Resource, 'repositoryUuid' | 'accountId' | 'projectUuid'>,
): Resource => ({
  ...event,
  workspaceUuid: undefined,
  decidedBy: [],
  environmentUuid: undefined,
  template: undefined,
});

/** What a rule may look at beside caller and resource. `requesterKinds`, with `approve`: the kinds of all requesters
 *  of the waiting plan. If they are unknown, a rule that reads them fails, and a failure denies. `repositoryAdmin`,
 *  with `request`, `revoke` and `read`: whether Bitbucket says that the caller has *admin* on the repository. */
export type AccessContext = {
  requesterKinds: readonly Principal['kind'][] | undefined;
  repositoryAdmin: boolean;
};

/** The access context if only the caller's token is known. */
export const unknownContext: AccessContext = { requesterKinds: undefined, repositoryAdmin: false };

/** Who wants to do what. */
export type Attempt = { caller: Caller; action: Action; context: AccessContext };

/** A decision and the id of the rule that made it; `next` is what the rule says that a denied caller can do. */
export type Decision = { allowed: boolean; rule: string; next?: string | undefined };

/** The access rules. */
export type AccessRules = {
  /** Whether the caller could be allowed on any resource. Denies only a caller who is denied on each. */
  couldBeAllowed(attempt: Attempt): Decision;
  decide(attempt: Attempt & { resource: Resource }): Decision;
  /** The resources that the caller could be allowed on, as far as the rules alone show them. `more` says that a
   *  decision could allow others. */
  reachOf(attempt: Attempt): Reach;
};

const ASK = 'Ask your platform team for access.';

/** A refused request, as the operator's log gets it. */
export type DeniedAccess = { principal: Principal; action: Action; resource: string; rule: string };

/** Whether a caller could be allowed on any resource, before one is looked up. Denies only a caller who is denied on
 *  each. */
export function couldBeAllowed({ rules, ...attempt }: Attempt & { rules: AccessRules }): Decision {
  const broken = pipelineActionLimit(attempt) ?? personLimit(attempt) ?? unlistedLimit(attempt);
  return broken ? denial(broken) : rules.couldBeAllowed(attempt);
}

/** The rule that `personActions` are people's; it holds whatever the access rules say. */
const PERSONS_RULE = 'persons-only';

/** The problem of a machine that tries what only people do, which is reported; undefined for a person. */
export function personRequired(
  { report }: { report: (denial: DeniedAccess) => void },
  caller: Caller,
  action: PersonAction,
): Problem | undefined {
  const { kind, id } = caller.principal;
  if (kind === 'person') return undefined;
  report(deniedAccess({ caller, action, resource: undefined, rule: PERSONS_RULE }));
  const detail = `Rule ${PERSONS_RULE}: ${kind} ${id} cannot ${action} anything. ${nextSteps[PERSONS_RULE]}`;
  return problem('PERSON_REQUIRED', detail);
}

const isPersonAction = (action: Action): action is PersonAction =>
  personActions.some((one) => one === action);

/** What no machine does. */
const personLimit = ({ caller, action }: Attempt): string | undefined =>
  isPersonAction(action) && caller.principal.kind !== 'person' ? PERSONS_RULE : undefined;

/** Decides on one resource. The limits of pipelines, of machines, of unlisted people and of who may request a template come first, and no rule
 *  overrides them. Then come the rules, which deny by default. */
export function decideAccess({
  rules,
  ...attempt
}: Attempt & { rules: AccessRules; resource: Resource }): Decision {
  const broken =
    pipelineActionLimit(attempt) ??
    personLimit(attempt) ??
    unlistedLimit(attempt) ??
    pipelineLimit(attempt) ??
    requestability(attempt);
  return broken ? denial(broken) : rules.decide(attempt);
}

/** Decides as `decideAccess` does, and reports a denial. `DENIED` names the rule. */
export function authorise({
  report,
  ...question
}: Attempt & {
  rules: AccessRules;
  resource: Resource;
  report: (denial: DeniedAccess) => void;
}): Result<undefined> {
  const decision = decideAccess(question);
  return decision.allowed ? ok(undefined) : refuse({ ...question, decision, report });
}

/** Refuses what was denied, and reports it: `DENIED` names the rule and what the caller can do. */
export function refuse({
  caller,
  action,
  resource,
  decision: { rule, next },
  report,
}: {
  caller: Caller;
  action: Action;
  resource: Resource | undefined;
  decision: Decision;
  report: (denial: DeniedAccess) => void;
}): { ok: false; problem: Problem } {
  const { kind, id } = caller.principal;
  report(deniedAccess({ caller, action, resource, rule }));
  const detail = `Rule ${rule} does not allow ${kind} ${id} to ${action} here. ${next ?? nextStep(rule)}`;
  const see = rule === 'template-requestable-by' ? { see: { of: 'templates' as const } } : {};
  return fail(problem('DENIED', detail, see));
}

/** A denied request as a line for the operators. The resource is `{repository}:{environment}` or `{repository}:*`. It
 *  is `any` if the request was denied before a resource was looked up. */
export const deniedAccess = ({
  caller: { principal },
  action,
  resource,
  rule,
}: {
  caller: Caller;
  action: Action;
  resource: Resource | undefined;
  rule: string;
}): DeniedAccess => ({
  principal,
  action,
  rule,
  resource: resource ? `${resource.repositoryUuid}:${resource.environmentUuid ?? '*'}` : 'any',
});

const denial = (rule: string): Decision => ({ allowed: false, rule });

function requestability({ caller, action, resource }: Attempt & { resource: Resource }): string | undefined {
  if (action !== 'request') return undefined;
  const isListed = resource.template?.requestableBy?.includes(caller.principal.kind) === true;
  return isListed ? undefined : 'template-requestable-by';
}

/** The next step of a caller whom a built-in rule denies. `default-deny` means that no access rule permits. */
const nextSteps = {
  'default-deny': ASK,
  ownership: ASK,
  'pipeline-without-approval': 'Have a person request what needs approval.',
  'pipeline-own-repository': "A pipeline's token works for its own repository only.",
  'pipeline-own-environment':
    'A pipeline reaches only the deployment environment that its step runs in; a step without one reaches repository-wide grants.',
  'pipeline-requests-and-reads-only': 'Ask a person of the platform team.',
  'pipeline-keeps-expiry': ASK,
  'pipeline-keeps-waiting-request': 'Have the waiting request decided or withdrawn first.',
  'persons-only': 'Have a person do it.',
  'nobody-reopens-their-own-request': 'Have a person who has not requested it open it again.',
  'nobody-approves-their-own-request': 'Have a person who has not requested it decide.',
  'unlisted-requests-and-reads-only':
    'Have an administrator add an entry to people, or come with a token of the company.',
  'approvers-in-people': 'Have an administrator add an entry to people.',
  'template-requestable-by': 'Each template says who may request it.',
};

const nextStep = (rule: string): string =>
  rule in nextSteps ? nextSteps[rule as keyof typeof nextSteps] : ASK;

/** Ids of built-in rules. No access rule may have one of them. */
export const reservedRules: readonly string[] = Object.keys(nextSteps);
