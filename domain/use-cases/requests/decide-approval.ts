import { authorise, deniedAccess } from '../../access/authorisation.ts';
import {
  type Decided,
  decideApproval,
  decideRejection,
  OWN_REQUEST_RULE,
} from '../../grants/decide-approval.ts';
import type { Grant, WaitingRequest } from '../../grants/grant.ts';
import { askedLifetime, liveStateOf, type Plan, planOf } from '../../planning/plan.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import { canonicalHash } from '../../shared/canonical-hash.ts';
import { GRANT_ID } from '../../shared/identifiers.ts';
import { type Caller, callerOf } from '../../shared/principal.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { Instant } from '../../shared/time.ts';
import { accessContextOf } from '../access.ts';
import { appendEventAt, type GrantStream, loadStream, nextInstant, projectStream } from '../grant-stream.ts';
import { grantNotFound, resourceOf } from '../reading/read-grants.ts';
import { replan } from '../replan.ts';
import { waitForProvisioner } from '../wait-for-provisioner.ts';
import { answerToRequest, type GrantAnswer } from './outcome.ts';
import type { RequestContext, RequestPorts } from './request-grant.ts';

/** What somebody decides: the hash of the plan that they have read, and why. */
export type DecisionInput = { planHash: string; reason?: string | undefined };

type DecisionContext = Omit<RequestContext, 'dryRun'>;

/** Approves the waiting plan of a grant and waits until it is applied: 200 once it is, 202 while work goes on. Everything
 *  about the request is verified again first, also that whoever asked may still ask. `GRANT_NOT_FOUND` where the caller
 *  may not read it; `DENIED` where they may not approve, or asked themselves; `CONFLICT` where nothing waits;
 *  `PLAN_CHANGED` where the plan is another than the one with this hash, by now or because of what was verified. */
export async function approveGrant(
  ports: RequestPorts,
  grantId: string,
  input: DecisionInput,
  context: DecisionContext,
): Promise<Result<GrantAnswer>> {
  for (;;) {
    const decided = await decide(ports, grantId, { input, context, decider: decideApproval });
    if (!decided.ok) return decided;
    const { stream, grant, request } = decided.value;
    const verified = await verifyAgain(ports, grant, request);
    if (!verified.ok) return verified;
    // Verifying takes its time: the decision is made at the moment that its event bears, so that none is void.
    const timely = decideAt(ports, { stream, grant, input, context, decider: decideApproval });
    if (!timely.ok) return timely;
    const approved = await append(ports, timely.value, context);
    if (!approved) continue;
    const settled = await waitForProvisioner(ports, grantId);
    return answerToRequest('changed', approved, settled);
  }
}

/** Rejects the waiting plan of a grant: a new grant is then `rejected`, an active one goes on as it is. Refusals as in
 *  `approveGrant`; whoever may approve may also reject what they asked for themselves. */
export async function rejectGrant(
  ports: RequestPorts,
  grantId: string,
  input: DecisionInput,
  context: DecisionContext,
): Promise<Result<GrantAnswer>> {
  for (;;) {
    const decided = await decide(ports, grantId, { input, context, decider: decideRejection });
    if (!decided.ok) return decided;
    const rejected = await append(ports, decided.value, context);
    if (rejected?.grant) return ok({ outcome: 'changed', grant: rejected.grant });
  }
}

/** What is decided, by whom, and by which rule. */
type Deciding = { input: DecisionInput; context: DecisionContext; decider: typeof decideApproval };

/** A decision, the grant that it is about, and when it was made. */
type DatedDecision = Decided & { stream: GrantStream; grant: Grant; at: Instant };

/** What a decision comes to, when the caller may read the grant and decide about it. */
async function decide(
  ports: RequestPorts,
  grantId: string,
  deciding: Deciding,
): Promise<Result<DatedDecision>> {
  const found = await decidable(ports, grantId, deciding.context.caller);
  return found.ok ? decideAt(ports, { ...found.value, ...deciding }) : found;
}

/** What a decision comes to at the moment that the next event would bear. */
function decideAt(
  ports: RequestPorts,
  { stream, grant, input, context, decider }: Deciding & { stream: GrantStream; grant: Grant },
): Result<DatedDecision> {
  const { caller } = context;
  const at = nextInstant(ports, stream);
  const decided = decider(grant, { ...input, principal: caller.principal, now: at });
  if (decided.ok) return ok({ ...decided.value, stream, grant, at });
  if (decided.problem.code === 'DENIED') {
    ports.reportDenied(deniedAccess(caller, 'approve', resourceOf(grant), OWN_REQUEST_RULE));
  }
  return decided;
}

/** The grant, when the caller may read it and decide about it. */
async function decidable(
  ports: RequestPorts,
  grantId: string,
  caller: Caller,
): Promise<Result<{ stream: GrantStream; grant: Grant }>> {
  const { access, reportDenied } = ports;
  if (!GRANT_ID.test(grantId)) return grantNotFound(grantId);
  const stream = await loadStream(ports, grantId);
  const { grant } = stream;
  if (!grant) return grantNotFound(grantId);
  const resource = resourceOf(grant);
  const known = await accessContextOf(access, ports.admins?.(), caller, ['read'], resource);
  if (!authorise(access, caller, 'read', resource, reportDenied, known).ok) return grantNotFound(grantId);
  const requesterKinds = [...new Set(grant.requesters.map(({ kind }) => kind))];
  const allowed = authorise(access, caller, 'approve', resource, reportDenied, { requesterKinds });
  return allowed.ok ? ok({ stream, grant }) : allowed;
}

/** Verifies a waiting request as if it were made now, by those who made it. */
async function verifyAgain(
  ports: RequestPorts,
  grant: Grant,
  waiting: WaitingRequest,
): Promise<Result<undefined>> {
  const requester = callerOf(waiting.requestedBy, waiting.proposal.groups);
  if (!requester) return fail(askedByPipeline(waiting));
  const again = await replan(ports, grant.id, waiting);
  if (!again.ok) return again;
  const { rendered, template } = again.value;
  const { access, reportDenied } = ports;
  // The project is the one that the repository is in now.
  const resource = { ...resourceOf(grant), projectUuid: rendered.intent.project?.uuid, template };
  const known = await accessContextOf(access, ports.admins?.(), requester, ['request'], resource);
  const mayAsk = authorise(access, requester, 'request', resource, reportDenied, known);
  if (!mayAsk.ok) {
    const { kind, id } = waiting.requestedBy;
    return fail(
      problem(
        'DENIED',
        `${kind} ${id} asked for this and may not ask for it any more. ${mayAsk.problem.detail}`,
      ),
    );
  }
  const plan = planOf(rendered, template, liveStateOf(grant), askedLifetime(waiting));
  if (plan.hash === waiting.planHash && isAsShown(waiting.proposal, rendered, plan)) return ok(undefined);
  const detail =
    'What is live, or who owns the names in it, has changed since this was asked for, so the plan is another. Whoever needs it asks again.';
  return fail(problem('PLAN_CHANGED', detail));
}

/** No pipeline's request waits, so one in the log is not believed. */
const askedByPipeline = ({ requestedBy }: WaitingRequest): Problem =>
  problem(
    'DENIED',
    `pipeline ${requestedBy.id} asked for this and cannot ask for what needs approval. A person asks for it.`,
  );

/** True when the log shows of a plan what it is: approvers read that, and the hash is of the inputs. */
const isAsShown = (
  { risk, approvalReasons, trustPolicy, permissionsPolicy }: WaitingRequest['proposal'],
  { role }: RenderedRole,
  plan: Plan,
): boolean =>
  canonicalHash({ risk, approvalReasons, trustPolicy, permissionsPolicy }) ===
  canonicalHash({
    risk: plan.risk,
    approvalReasons: plan.approvalReasons,
    trustPolicy: role.trustPolicy,
    permissionsPolicy: role.permissionsPolicy,
  });

async function append(
  ports: RequestPorts,
  { stream, event, at }: DatedDecision,
  { caller, correlationId, entryPoint }: DecisionContext,
): Promise<GrantStream | undefined> {
  const cause = { principal: caller.principal, correlationId, entryPoint };
  const appended = await appendEventAt(ports, stream, { event, cause, at });
  if (appended) await projectStream(ports, appended);
  return appended;
}
