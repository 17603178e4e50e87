import { authorise, deniedAccess } from '../../access/authorisation.ts';
import { decideApproval, decideRejection, OWN_REQUEST_RULE } from '../../grants/decide-approval.ts';
import type { NewEvent } from '../../grants/event.ts';
import { type Grant, type RequestInForce, waitingRequest } from '../../grants/grant.ts';
import { askedLifetime, liveStateOf, type Plan, planOf } from '../../planning/plan.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import { canonicalHash } from '../../shared/canonical-hash.ts';
import type { Caller } from '../../shared/principal.ts';
import { type Problem, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { toInstant } from '../../shared/time.ts';
import { accessContextOf, loadForCaller, resourceOf } from '../access.ts';
import { appendEvent, type Cause, type GrantStream, loadStream, projectStream } from '../grant-stream.ts';
import { replan } from '../replan.ts';
import { waitForProvisioner } from '../wait-for-provisioner.ts';
import { answerToRequest, type GrantAnswer } from './outcome.ts';
import type { RequestContext, RequestPorts } from './request-grant.ts';

/** What is decided: the grant, the hash of the plan that was read, and why. */
export type DecisionInput = { grantId: string; planHash: string; reason?: string | undefined };

type DecisionContext = Omit<RequestContext, 'dryRun'>;

/** Approves the waiting plan of a grant and waits until it is applied: `changed` once it is, `accepted` while work goes on.
 *  Everything about the request is verified again first, also that whoever asked may still ask. `GRANT_NOT_FOUND` where the caller
 *  may not read it; `DENIED` where they may not approve, or asked themselves; `CONFLICT` where nothing waits;
 *  `PLAN_CHANGED` where the plan is another than the one with this hash, by now or because of what was verified. */
export async function approveGrant(
  ports: RequestPorts,
  input: DecisionInput,
  context: DecisionContext,
): Promise<Result<GrantAnswer>> {
  for (;;) {
    const decided = await decide(ports, decideApproval, { ...input, caller: context.caller });
    if (!decided.ok) return decided;
    const { stream, grant, event } = decided.value;
    const verified = await verifyAgain(ports, grant);
    if (!verified.ok) return verified;
    const approved = await append(ports, stream, { event, cause: causeOf(context) });
    if (!approved) continue;
    if (approved.grant && waitingRequest(approved.grant)) return fail(lapsedMeanwhile(input.grantId));
    const settled = await waitForProvisioner(ports, input.grantId);
    return answerToRequest('changed', approved, settled);
  }
}

/** Rejects the waiting plan of a grant: a new grant is then `rejected`, an active one goes on as it is. Refusals as in
 *  `approveGrant`; whoever may approve may also reject what they asked for themselves. */
export async function rejectGrant(
  ports: RequestPorts,
  input: DecisionInput,
  context: DecisionContext,
): Promise<Result<GrantAnswer>> {
  for (;;) {
    const decided = await decide(ports, decideRejection, { ...input, caller: context.caller });
    if (!decided.ok) return decided;
    const { stream, event } = decided.value;
    const rejected = await append(ports, stream, { event, cause: causeOf(context) });
    if (rejected?.grant) return ok({ outcome: 'changed', grant: rejected.grant });
  }
}

/** What a decision comes to, when the caller may read the grant and decide about it. */
async function decide(
  ports: RequestPorts,
  decider: typeof decideApproval,
  { grantId, planHash, reason, caller }: DecisionInput & { caller: Caller },
): Promise<Result<{ stream: GrantStream; grant: Grant; event: NewEvent }>> {
  const attempt = { grantId, caller, action: 'approve' as const, admins: ports.admins() };
  const found = await loadForCaller(ports, (id) => loadStream(ports, id), attempt);
  if (!found.ok) return found;
  const stream = found.value;
  const { grant } = stream;
  const now = toInstant(ports.clock.now());
  const decided = decider(grant, { planHash, principal: caller.principal, now, reason });
  if (decided.ok) return ok({ stream, grant, event: decided.value });
  if (decided.problem.code === 'DENIED') {
    const resource = resourceOf(grant);
    ports.reportDenied(deniedAccess({ caller, action: 'approve', resource, rule: OWN_REQUEST_RULE }));
  }
  return decided;
}

/** The moment at which an approval is written decides whether it came in time. */
const lapsedMeanwhile = (grantId: string): Problem =>
  problem(
    'CONFLICT',
    `The request for grant ${grantId} has just lapsed. Request the grant again if it is still needed.`,
  );

/** Verifies a waiting request as if it were made now, by those who made it. */
async function verifyAgain(ports: RequestPorts, grant: Grant): Promise<Result<undefined>> {
  const waiting = waitingRequest(grant);
  if (!waiting?.proposal) throw new Error('only a waiting request can be verified');
  const again = await replan(ports, grant.id, waiting);
  if (!again.ok) return again;
  const { rendered, template } = again.value;
  const requester: Caller = { principal: waiting.requestedBy, groups: waiting.proposal.groups };
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
  const plan = planOf({ rendered, template, live: liveStateOf(grant), lifetime: askedLifetime(waiting) });
  if (plan.hash === waiting.planHash && isAsShown(waiting.proposal, rendered, plan)) return ok(undefined);
  const detail =
    'The plan no longer matches this request: what is live, or the ownership of its names, has changed. Request the grant again if it is still needed.';
  return fail(problem('PLAN_CHANGED', detail));
}

/** True when the log shows of a plan what it is: approvers read that, and the hash is of the inputs. */
const isAsShown = (
  { risk, approvalReasons, trustPolicy, permissionsPolicy }: NonNullable<RequestInForce['proposal']>,
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

const causeOf = ({ caller, correlationId, entryPoint }: DecisionContext): Cause => ({
  principal: caller.principal,
  correlationId,
  entryPoint,
});

async function append(
  ports: RequestPorts,
  stream: GrantStream,
  decided: { event: NewEvent; cause: Cause },
): Promise<GrantStream | undefined> {
  const appended = await appendEvent(ports, stream, decided);
  if (appended) await projectStream(ports, appended);
  return appended;
}
