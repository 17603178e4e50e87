import { authorise, deniedAccess, type Resource } from '../../access/authorisation.ts';
import { findPerson } from '../../access/directory.ts';
import {
  type Decided,
  decideApproval,
  decideRejection,
  OWN_REQUEST_RULE,
} from '../../grants/deciders/decide-approval.ts';
import type { Grant, WaitingRequest } from '../../grants/grant.ts';
import { askedLifetime, liveStateOf, type Plan, planOf } from '../../planning/plan.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import { waitingPlanOf } from '../../planning/waiting-plan.ts';
import { canonicalHash } from '../../shared/canonical-hash.ts';
import { type Caller, callerOf } from '../../shared/principal.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { Instant } from '../../shared/time.ts';
import { accessContextOf, kindsOfRequesters, loadForCaller, readOnlyGrant, resourceOf } from '../access.ts';
import {
  appendEventAt,
  type Cause,
  type GrantStream,
  isReadOnly,
  loadStream,
  nextInstant,
  projectStream,
} from '../grant-stream.ts';
import { approvalForbiddenByHold } from '../holds/holds.ts';
import { forbiddenByFreeze } from '../holds/installation.ts';
import { replan } from '../replan.ts';
import { heldElsewhere } from '../reservations.ts';
import { waitForProvisioner } from '../wait-for-provisioner.ts';
import { forgetRequester } from './forget-requester.ts';
import { answerToRequest, type GrantAnswer } from './outcome.ts';
import type { RequestContext, RequestPorts } from './request-grant.ts';

/** What is decided: the grant, the hash of the plan that was read, and why. */
export type DecisionInput = { grantId: string; planHash: string; reason?: string | undefined };

/** The rule of `approvals: {from: people}`. */
const LISTED_APPROVERS_RULE = 'approvers-in-people';

type DecisionContext = Omit<RequestContext, 'dryRun'>;

/** Approves the waiting plan of a grant and waits until it is applied: `changed` once it is, `accepted` while work
 *  goes on. Everything about the request is verified again first, also that the requester may still ask.
 *  `GRANT_NOT_FOUND` where the caller may not read it; `DENIED` where they may not approve, or asked themselves;
 *  `CONFLICT` where nothing waits; `PLAN_CHANGED` if another plan waits, or if the verification leads to another
 *  plan. */
export async function approveGrant(
  ports: RequestPorts,
  input: DecisionInput,
  context: DecisionContext,
): Promise<Result<GrantAnswer>> {
  for (;;) {
    const decided = await decide(ports, { input, context, decider: decideApproval });
    if (!decided.ok) return decided;
    const { stream, grant, request } = decided.value;
    const listed = checkListed(ports, context.caller, grant);
    if (!listed.ok) return listed;
    const verified = await verifyAgain(ports, { grant, waiting: request, approver: context.caller });
    if (!verified.ok) return verified;
    // Verifying takes its time: the decision is made at the moment that its event bears, so that none is void.
    const timely = decideAt(ports, { stream, grant, input, context, decider: decideApproval });
    if (!timely.ok) return timely;
    const approved = await append(ports, timely.value, causeOf(context));
    if (!approved) continue;
    await forgetRequester(ports, grant);
    const settled = await waitForProvisioner(ports, grant.id);
    const answer = answerToRequest('changed', approved, settled);
    return answer.ok ? ok({ ...answer.value, plan: verified.value }) : answer;
  }
}

/** Rejects the waiting plan of a grant: a new grant is then `rejected`, an active one goes on as it is. Refusals as in
 *  `approveGrant`; an approver may also reject their own request. */
export async function rejectGrant(
  ports: RequestPorts,
  input: DecisionInput,
  context: DecisionContext,
): Promise<Result<GrantAnswer>> {
  for (;;) {
    const decided = await decide(ports, { input, context, decider: decideRejection });
    if (!decided.ok) return decided;
    const rejected = await append(ports, decided.value, causeOf(context));
    if (!rejected?.grant) continue;
    const { grant } = decided.value;
    await forgetRequester(ports, grant);
    const plan = waitingPlanOf(grant);
    return ok({ outcome: 'changed', grant: rejected.grant, ...(plan ? { plan } : {}) });
  }
}

/** What is decided, by whom, and by which rule. */
type Deciding = { input: DecisionInput; context: DecisionContext; decider: typeof decideApproval };

/** A decision, the grant that it is about, and when it was made. */
type DatedDecision = Decided & { stream: GrantStream; grant: Grant; at: Instant };

/** What a decision comes to, when the caller may read the grant and decide about it. */
async function decide(ports: RequestPorts, deciding: Deciding): Promise<Result<DatedDecision>> {
  const { grantId } = deciding.input;
  const { caller } = deciding.context;
  const attempt = { grantId, caller, action: 'approve' as const, admins: ports.admins() };
  const found = await loadForCaller(ports, (id) => loadStream(ports, id), attempt);
  if (!found.ok) return found;
  if (isReadOnly(found.value)) return fail(readOnlyGrant(grantId));
  return decideAt(ports, { ...deciding, stream: found.value, grant: found.value.grant });
}

/** What a decision comes to at the moment that the next event would bear. */
function decideAt(
  ports: RequestPorts,
  { stream, grant, input, context, decider }: Deciding & { stream: GrantStream; grant: Grant },
): Result<DatedDecision> {
  const { planHash, reason } = input;
  const { caller } = context;
  const at = nextInstant(ports, stream);
  const decided = decider(grant, { planHash, reason, principal: caller.principal, now: at });
  if (decided.ok) return ok({ ...decided.value, stream, grant, at });
  if (decided.problem.code === 'DENIED') {
    const resource = resourceOf(grant);
    ports.reportDenied(deniedAccess({ caller, action: 'approve', resource, rule: OWN_REQUEST_RULE }));
  }
  return decided;
}

/** With `approvals.from: people`, only a person with an entry in `people` may approve. */
function checkListed(
  { configuration, reportDenied }: RequestPorts,
  caller: Caller,
  grant: Grant,
): Result<undefined> {
  const { id } = caller.principal;
  if (configuration.approvals.from === 'anyone' || findPerson(configuration, id)) return ok(undefined);
  const resource = resourceOf(grant);
  reportDenied(deniedAccess({ caller, action: 'approve', resource, rule: LISTED_APPROVERS_RULE }));
  const detail = `Rule ${LISTED_APPROVERS_RULE}: person ${id} has no entry in people, and approvals.from admits only people with one. Have an administrator add the entry to the configuration.`;
  return fail(problem('DENIED', detail));
}

/** Verifies a waiting request as if it were made now, by those who made it; returns its plan. */
async function verifyAgain(
  ports: RequestPorts,
  { grant, waiting, approver }: { grant: Grant; waiting: WaitingRequest; approver: Caller },
): Promise<Result<Plan>> {
  const { requestedBy, planHash } = waiting;
  const frozen = await forbiddenByFreeze(ports.installation);
  if (frozen) return fail(frozen);
  const kept = await approvalForbiddenByHold(ports, grant, waiting);
  if (kept) return fail(kept);
  const key = { grantId: grant.id, planHash, requester: requestedBy };
  const groups = await ports.requesterGroups.find(key);
  if (!groups) return fail(requesterUnknown(waiting));
  const requester = callerOf(requestedBy, groups);
  if (!requester) return fail(askedByPipeline(waiting));
  const again = await replan(ports, grant.id, waiting);
  if (!again.ok) return again;
  const { rendered, template } = again.value;
  const { access, reportDenied: report } = ports;
  // The project is the one that the repository is in now.
  const resource = { ...resourceOf(grant), projectUuid: rendered.intent.project?.uuid, template };
  const asked = { caller: requester, resource, requesterKinds: undefined };
  const context = await accessContextOf({ access, admins: ports.admins(), actions: ['request'], ...asked });
  const mayAsk = authorise({
    rules: access,
    caller: requester,
    action: 'request',
    resource,
    context,
    report,
  });
  if (!mayAsk.ok) {
    const { kind, id } = waiting.requestedBy;
    const { detail, see } = mayAsk.problem;
    const why = `${kind} ${id} asked for this and may not ask for it any more. ${detail}`;
    return fail(problem('DENIED', why, see ? { see } : {}));
  }
  const plan = planOf({
    rendered,
    template,
    live: liveStateOf(grant),
    lifetime: askedLifetime(waiting),
    held: await heldElsewhere(ports, { ...rendered, template }),
    boundaryRoles: ports.configuration.boundaryRoles,
  });
  if (plan.hash === planHash && isAsShown(waiting.proposal, rendered, plan)) {
    const decided = { ...resource, decidedBy: plan.decidedBy };
    const mayDecide = await authoriseApprover(ports, { approver, resource: decided, grant });
    return mayDecide.ok ? ok(plan) : mayDecide;
  }
  const detail =
    'The plan no longer matches this request: what is live, or the ownership of its names, has changed. Request the grant again if it is still needed.';
  return fail(problem('PLAN_CHANGED', detail));
}

/** Decides again whether the approver may decide, on the project that the repository is in now and on who owns the names now. */
async function authoriseApprover(
  { access: rules, admins, reportDenied: report }: RequestPorts,
  { approver: caller, resource, grant }: { approver: Caller; resource: Resource; grant: Grant },
): Promise<Result<undefined>> {
  const asked = { caller, resource, requesterKinds: kindsOfRequesters(grant) };
  const context = await accessContextOf({ access: rules, admins: admins(), actions: ['approve'], ...asked });
  return authorise({ rules, caller, action: 'approve', resource, context, report });
}

/** Without the groups it cannot be verified that the requester may still make the request. */
const requesterUnknown = ({ requestedBy: { kind, id } }: WaitingRequest): Problem =>
  problem(
    'DENIED',
    `The groups that ${kind} ${id} had when they asked are no longer kept, so it cannot be verified that they may ask for this. Have ${id} ask again.`,
  );

/** A pipeline's request never waits, so one in the log is refused. */
const askedByPipeline = ({ requestedBy }: WaitingRequest): Problem =>
  problem(
    'DENIED',
    `pipeline ${requestedBy.id} asked for this and cannot ask for what needs approval. A person asks for it.`,
  );

/** True when the log shows of a plan what it is: approvers read that, and the hash is of the inputs. */
const isAsShown = (
  {
    risk,
    approvalReasons,
    decidedBy = [],
    warnings,
    trustPolicy,
    permissionsPolicy,
  }: WaitingRequest['proposal'],
  { role }: RenderedRole,
  plan: Plan,
): boolean =>
  canonicalHash({ risk, approvalReasons, decidedBy, warnings, trustPolicy, permissionsPolicy }) ===
  canonicalHash({
    risk: plan.risk,
    approvalReasons: plan.approvalReasons,
    decidedBy: plan.decidedBy,
    warnings: plan.warnings,
    trustPolicy: role.trustPolicy,
    permissionsPolicy: role.permissionsPolicy,
  });

const causeOf = ({ caller, correlationId, entryPoint }: DecisionContext): Cause => ({
  principal: caller.principal,
  correlationId,
  entryPoint,
});

async function append(
  ports: RequestPorts,
  { stream, event, at }: DatedDecision,
  cause: Cause,
): Promise<GrantStream | undefined> {
  const appended = await appendEventAt(ports, stream, { event, cause, at });
  if (appended) await projectStream(ports, appended);
  return appended;
}
