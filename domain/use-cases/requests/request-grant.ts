import { decideLapse } from '../../grants/decide-approval.ts';
import { decideRequest, type RequestCommand, type RequestOutcome } from '../../grants/decide-request.ts';
import { changeOf, type Grant, isLive } from '../../grants/grant.ts';
import { intentHash } from '../../grants/intent.ts';
import type { GrantRequest } from '../../grants/request.ts';
import { type AskedLifetime, liveStateOf, type Plan, planOf } from '../../planning/plan.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import type { Caller, Principal } from '../../shared/principal.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { type Instant, plusSeconds, toInstant } from '../../shared/time.ts';
import {
  appendEvent,
  type GrantStream,
  isDoneBy,
  isFull,
  loadStream,
  projectStream,
} from '../grant-stream.ts';
import type { Provisioner } from '../provisioner.ts';
import type { StaleRowPorts } from '../reading/read-stale.ts';
import { waitForProvisioner } from '../wait-for-provisioner.ts';
import { answerToRequest, type RequestAnswer } from './outcome.ts';
import { pipelineRun } from './pipeline-target.ts';
import { type CheckPorts, prepareRequest } from './prepare-request.ts';

/** What the edge needs to take requests. It has no IAM: it decides, writes the intent and asks the provisioner. */
export type RequestPorts = StaleRowPorts & CheckPorts & { provisioner: Provisioner };

/** Where a request comes from. */
export type RequestContext = {
  caller: Caller;
  correlationId: string;
  entryPoint: 'http' | 'bitbucket' | 'slack';
  dryRun: boolean;
  /** Whether only a grant is made that never was, or that failed: what somebody has revoked, rejected or changed since
   *  stays as it is, and is answered as it is. */
  createOnly?: boolean;
  /** Whether the message behind it may come again, with the same correlation id: what it has done is not done again. */
  isRedelivery?: boolean;
};

/** Asks for a grant: checks who asks for what in the contract's order, decides, writes the intent, and waits for the
 *  provisioner. A repeated or concurrent equal request has one effect. With `dryRun` nothing is written. */
export async function requestGrant(
  ports: RequestPorts,
  request: GrantRequest,
  context: RequestContext,
): Promise<Result<RequestAnswer>> {
  const prepared = await prepareRequest(ports, request, context.caller);
  if (!prepared.ok) return prepared;
  const { rendered, template, expiresInSeconds } = prepared.value;
  for (;;) {
    const stream = await loadStream(ports, rendered.grantId);
    if (context.createOnly && !isUntouched(stream.grant)) return answerToRequest('unchanged', stream, stream);
    if (context.isRedelivery && isDoneBy(stream, causeOf(context)))
      return answerToRequest('unchanged', stream, stream);
    const fixed = withFixedRoleName(rendered, stream.grant);
    const now = toInstant(ports.clock.now());
    const lifetime = expiresInSeconds === undefined ? undefined : lifetimeOf(expiresInSeconds, now);
    const lapsed = stream.grant && decideLapse(stream.grant, now);
    if (lapsed && !context.dryRun) {
      // Nobody has swept it up yet: this request is a new one and not the repetition of that.
      await appendEvent(ports, stream, lapsed, { ...causeOf(context), principal: LAPSE });
      continue;
    }
    const plan = planOf(fixed, template, liveStateOf(stream.grant), lifetime);
    const bound = checkPlanHash(request, stream.grant, fixed, plan, expiresInSeconds);
    if (!bound.ok) return bound;
    const command: RequestCommand = {
      intent: fixed.intent,
      planHash: plan.hash,
      approval: plan.requiresApproval ? 'required' : 'none',
      proposal: plan.requiresApproval ? proposalOf(ports, fixed, plan, context.caller, now) : undefined,
      expiresInSeconds,
      expiresAt: lifetime?.at,
      reason: request.reason,
      pipeline: context.caller.pipeline && pipelineRun(context.caller.pipeline),
    };
    const decision = decideRequest(stream.grant, command);
    if (!decision.ok) return decision;
    const { events, outcome } = decision.value;
    const limited = checkLimits(stream, command, context.caller, events.length > 0);
    if (!limited.ok) return limited;
    const room = await checkQuota(ports, stream.grant, outcome, fixed);
    if (!room.ok) return room;
    if (context.dryRun) {
      const { grant } = stream;
      const isUnchanged = outcome === 'unchanged' || events.length === 0;
      const planned = { isUnchanged, rendered: fixed, plan, command, caller: context.caller, grant };
      return ok({ outcome: 'planned', planned });
    }
    const [event] = events;
    const appended = event ? await appendEvent(ports, stream, event, causeOf(context)) : stream;
    if (!appended) continue;
    const answer = await finish(ports, appended, outcome, events.length > 0);
    // The work that was joined may know nothing of this request's expiry: once it is active, that is a change of its own.
    const owesExpiry = outcome === 'joined' && !asksForAsLong(appended.grant, command);
    if (!owesExpiry || !answer.ok) return answer;
    if (answer.value.outcome === 'accepted') return fail(notYetLimited(rendered.grantId));
  }
}

/** Nothing in the log says for how long this request asked: whoever sent it must not believe so. */
const notYetLimited = (grantId: string) =>
  problem(
    'CONFLICT',
    `Work on grant ${grantId} is under way, and for another time than this request asks for. Ask again.`,
    { retryAfter: 5 },
  );

/** True when a request adds no lifetime to the one that is under way: it asks for none, or for as long. */
function asksForAsLong(grant: Grant | undefined, { expiresInSeconds }: RequestCommand): boolean {
  const underWay = grant && (changeOf(grant) ?? grant.request);
  return expiresInSeconds === undefined || expiresInSeconds === underWay?.expiresInSeconds;
}

/** True for a grant that nobody has yet, or has decided anything about since it was first asked for. */
const isUntouched = (grant: Grant | undefined): boolean =>
  grant === undefined || grant.state === 'failed' || grant.state === 'provisioning';

async function finish(
  ports: RequestPorts,
  stream: GrantStream,
  outcome: RequestOutcome,
  hasNewEvent: boolean,
): Promise<Result<RequestAnswer>> {
  // Before the provisioner is asked: it counts the repository's grants, and must see those that were asked for at once.
  if (hasNewEvent) await projectStream(ports, stream);
  if (outcome === 'unchanged' || outcome === 'waiting' || outcome === 'revoking') {
    return answerToRequest(outcome, stream, stream);
  }
  const settled = await waitForProvisioner(ports, stream.grantId);
  return answerToRequest(outcome, stream, settled);
}

const LAPSE: Principal = { kind: 'system', id: 'lapse' };

const causeOf = ({ caller, correlationId, entryPoint }: RequestContext) => ({
  principal: caller.principal,
  correlationId,
  entryPoint,
});

const lifetimeOf = (inSeconds: number, now: Instant): AskedLifetime => ({
  inSeconds,
  at: plusSeconds(now, inSeconds),
});

/** A request that names the plan which it was shown gets that plan or none. One that repeats what is in force, or under
 *  way, by that very plan and for as long is no other plan, though nothing would change by it any more. */
function checkPlanHash(
  { planHash }: GrantRequest,
  grant: Grant | undefined,
  { intent }: RenderedRole,
  plan: Plan,
  expiresInSeconds: number | undefined,
): Result<undefined> {
  const inForce = grant && isLive(grant.state) ? [grant.request, changeOf(grant)] : [];
  const isRepeated = inForce.some(
    (request) =>
      request?.planHash === planHash &&
      request?.intentHash === intentHash(intent) &&
      request.expiresInSeconds === expiresInSeconds,
  );
  if (planHash === undefined || planHash === plan.hash || isRepeated) return ok(undefined);
  return fail(
    problem(
      'PLAN_CHANGED',
      'The plan is another by now than the one with this hash. Ask with dryRun=true again.',
      {
        errors: [{ pointer: '/planHash', detail: `is not the hash of the present plan` }],
      },
    ),
  );
}

const proposalOf = (
  { configuration }: RequestPorts,
  { role }: RenderedRole,
  { risk, approvalReasons }: Plan,
  { groups }: Caller,
  now: Instant,
): RequestCommand['proposal'] => ({
  lapsesAt: plusSeconds(now, configuration.approvals.lapseAfterHours * 3600),
  risk,
  approvalReasons,
  groups: [...groups],
  trustPolicy: role.trustPolicy,
  permissionsPolicy: role.permissionsPolicy,
});

/** The role's name is fixed at the first intent; a renamed repository keeps it. */
function withFixedRoleName(rendered: RenderedRole, grant: Grant | undefined): RenderedRole {
  const roleName = grant?.request.intent.roleName;
  if (roleName === undefined || roleName === rendered.role.name) return rendered;
  const arn = rendered.role.arn.slice(0, -rendered.role.name.length) + roleName;
  return {
    ...rendered,
    role: { ...rendered.role, name: roleName, arn },
    intent: { ...rendered.intent, roleName },
  };
}

/** What holds for a request whatever the rules say: a stream stays readable, and a pipeline does not lengthen the time
 *  that somebody else has set for a grant. */
function checkLimits(
  { grant, events, grantId }: GrantStream,
  { expiresAt }: RequestCommand,
  { principal }: Caller,
  hasNewEvent: boolean,
): Result<undefined> {
  if (hasNewEvent && isFull(events)) {
    const detail = `Grant ${grantId} has ${events.length} events, too many to add to. Revoke it and ask for one with another name.`;
    return fail(problem('QUOTA_EXCEEDED', detail));
  }
  const isForeign = grant?.state === 'active' && grant.expirySetBy?.kind !== 'pipeline';
  const isLonger = expiresAt !== undefined && grant?.expiresAt !== undefined && expiresAt > grant.expiresAt;
  if (principal.kind === 'pipeline' && isForeign && isLonger) {
    const detail =
      'Rule pipeline-no-longer-expiry: a pipeline does not lengthen the time that somebody else has set.';
    return fail(problem('DENIED', detail));
  }
  return ok(undefined);
}

async function checkQuota(
  ports: RequestPorts,
  grant: Grant | undefined,
  outcome: RequestOutcome,
  { intent }: RenderedRole,
): Promise<Result<undefined>> {
  const becomesLive = (outcome === 'started' || outcome === 'waiting') && !(grant && isLive(grant.state));
  if (!becomesLive) return ok(undefined);
  const limit = ports.configuration.limits.liveGrantsPerRepository;
  const { length: live } = await ports.grants.listLive(intent.repository.uuid);
  if (live < limit) return ok(undefined);
  return fail(
    problem(
      'QUOTA_EXCEEDED',
      `${intent.repository.fullName} has ${live} live grants; the limit is ${limit}. Revoke one that is not needed.`,
    ),
  );
}
