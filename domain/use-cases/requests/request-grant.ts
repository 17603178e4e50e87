import type { RequesterGroups } from '../../access/requester-groups.ts';
import type { InstallationSwitch } from '../../grants/containment/installation.ts';
import {
  decideRequest,
  type RequestCommand,
  type RequestOutcome,
} from '../../grants/deciders/decide-request.ts';
import type { NewEvent } from '../../grants/event.ts';
import { changeOf, type Grant, isLive } from '../../grants/grant.ts';
import { intentHash } from '../../grants/intent.ts';
import { decideLapse } from '../../grants/lapse.ts';
import type { GrantRequest } from '../../grants/request.ts';
import { UnreadableStream } from '../../grants/unreadable/stored-event.ts';
import { missingFrom } from '../../lifetimes/asked-lifetime.ts';
import { liveStateOf, type Plan, planOf } from '../../planning/plan.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import type { Reservations } from '../../planning/reservation.ts';
import type { GrantId } from '../../shared/identifiers.ts';
import type { Caller, Principal } from '../../shared/principal.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { type Instant, plusSeconds, type Seconds, seconds, toInstant } from '../../shared/time.ts';
import { onlyUnreadable, readOnlyGrant, unreadableGrant } from '../access.ts';
import {
  appendEvent,
  type GrantStream,
  isDoneBy,
  isReadOnly,
  loadStream,
  projectStream,
} from '../grant-stream.ts';
import { forbiddenByHold } from '../holds/holds.ts';
import { forbiddenByFreeze } from '../holds/installation.ts';
import type { Provisioner } from '../provisioner.ts';
import type { StaleRowPorts } from '../reading/read-stale.ts';
import { heldElsewhere } from '../reservations.ts';
import { waitForProvisioner } from '../wait-for-provisioner.ts';
import { answerToRequest, type RequestAnswer } from './outcome.ts';
import { pipelineRun } from './pipeline-target.ts';
import { type CheckPorts, type PreparedRequest, prepareRequest } from './prepare-request.ts';
import { asksForAsLong, lastsAsAsked, lifetimeOfRequest } from './request-lifetime.ts';
import { checkLimits, checkPipelinePlan, checkQuota } from './request-limits.ts';

/** What handling requests needs. There is no IAM port: a request is decided, its intent is recorded, and the
 *  provisioner is invoked. */
export type RequestPorts = StaleRowPorts &
  CheckPorts & {
    installation: InstallationSwitch;
    provisioner: Provisioner;
    requesterGroups: RequesterGroups;
    reservations: Reservations;
  };

/** Where a request comes from. */
export type RequestContext = {
  caller: Caller;
  correlationId: string;
  entryPoint: 'http' | 'bitbucket' | 'slack' | 'schedule';
  dryRun: boolean;
  /** Whether only a grant is created that does not exist or has failed. A grant that was revoked, rejected or changed
   *  since stays unchanged. With `first` so does one that has any event. */
  createOnly?: boolean | 'first';
  /** Whether the message may be redelivered with the same correlation id. Its effects are then not repeated. */
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
  const asked = { ...prepared.value, request, context };
  for (;;) {
    const stream = await loadStream(ports, asked.rendered.grantId).catch(onlyUnreadable);
    if (stream instanceof UnreadableStream) {
      ports.reportUnreadable(stream.grantId, stream);
      return fail(unreadableGrant(stream));
    }
    if (isReadOnly(stream)) return fail(readOnlyGrant(stream.grantId));
    const answer = await requestOnce(ports, asked, stream);
    if (answer !== 'again') return answer;
  }
}

/** A request after it was checked, and where it comes from. */
type Asked = PreparedRequest & { request: GrantRequest; context: RequestContext };

/** The decision on a request: its plan, and the event that would be written, if any. */
type Decided = {
  rendered: RenderedRole;
  plan: Plan;
  command: RequestCommand;
  outcome: RequestOutcome;
  event: NewEvent | undefined;
};

/** Decides on a stream as it was read, and carries it out; `again` where the stream must be read once more. */
async function requestOnce(
  ports: RequestPorts,
  asked: Asked,
  stream: GrantStream,
): Promise<Result<RequestAnswer> | 'again'> {
  const { context } = asked;
  const staysAsItIs =
    (context.createOnly && !isUntouched(stream.grant)) ||
    (context.createOnly === 'first' && stream.grant !== undefined) ||
    (context.isRedelivery && isDoneBy(stream, causeOf(context)));
  if (staysAsItIs) return answerToRequest('unchanged', stream, stream);
  const now = toInstant(ports.clock.now());
  const lapsed = stream.grant && decideLapse(stream.grant, now);
  if (lapsed && !context.dryRun) {
    // The reconciler has not ended it yet: this request is a new one and not the repetition of that.
    await appendEvent(ports, stream, { event: lapsed, cause: { ...causeOf(context), principal: LAPSE } });
    return 'again';
  }
  const decided = await decide(ports, asked, { stream, now });
  if (!decided.ok) return decided;
  if (!context.dryRun) return carryOut(ports, stream, { ...decided.value, context });
  const { event, outcome, ...shown } = decided.value;
  const isUnchanged = outcome === 'unchanged' || event === undefined;
  return ok({
    outcome: 'planned',
    planned: { ...shown, isUnchanged, caller: context.caller, grant: stream.grant },
  });
}

async function decide(
  ports: RequestPorts,
  { request, template, askedSeconds, context: { caller }, ...asked }: Asked,
  { stream, now }: { stream: GrantStream; now: Instant },
): Promise<Result<Decided>> {
  const { grant } = stream;
  const rendered = withFixedRoleName(asked.rendered, grant);
  const wanted = lifetimeOfRequest(rendered.lifetime, { grant, asked: askedSeconds, now });
  if (!wanted.ok) return wanted;
  const { lifetime, planned, hasEnd } = wanted.value;
  const { boundaryRoles } = ports.configuration;
  const held = await heldElsewhere(ports, { ...rendered, template });
  const live = liveStateOf(grant);
  const plan = planOf({ rendered, template, live, lifetime: planned, held, boundaryRoles });
  const waits = checkPipelinePlan(ports, plan, { caller, intent: rendered.intent });
  if (!waits.ok) return waits;
  const { intent } = rendered;
  const bound = checkPlanHash(plan, { planHash: request.planHash, grant, rendered, askedSeconds });
  if (!bound.ok) return bound;
  const command: RequestCommand = {
    intent,
    planHash: plan.hash,
    approval: plan.requiresApproval ? 'required' : 'none',
    proposal: plan.requiresApproval ? proposalOf(ports, { rendered, plan, now }) : undefined,
    expiresInSeconds: lifetime?.inSeconds,
    expiresAt: lifetime?.at,
    reason: request.reason,
    pipeline: caller.pipeline && pipelineRun(caller.pipeline),
  };
  const decision = decideRequest(grant, command);
  if (!decision.ok) return decision;
  const {
    events: [event],
    outcome,
  } = decision.value;
  const missing = event && missingFrom(rendered.lifetime, { hasEnd, reason: request.reason });
  if (missing) return fail(missing);
  const limited = checkLimits(ports, stream, { command, caller, hasNewEvent: event !== undefined });
  if (!limited.ok) return limited;
  const { principal } = caller;
  const frozen = event && (await forbiddenByFreeze(ports.installation));
  if (frozen) return fail(frozen);
  const kept = await forbiddenByHold(ports, { grant, intent, principal, event });
  if (kept) return fail(kept);
  const room = await checkQuota(ports, intent, { grant, outcome });
  return room.ok ? ok({ rendered, plan, command, outcome, event }) : room;
}

async function carryOut(
  ports: RequestPorts,
  stream: GrantStream,
  { event, command, outcome, plan, rendered, context }: Decided & { context: RequestContext },
): Promise<Result<RequestAnswer> | 'again'> {
  const { planHash, proposal } = command;
  if (event && proposal) {
    // Before the event: a request that waits without them could not be approved.
    const { principal: requester, groups } = context.caller;
    await ports.requesterGroups.keep(
      { grantId: rendered.grantId, planHash, requester },
      groups,
      proposal.lapsesAt,
    );
  }
  const appended = event ? await appendEvent(ports, stream, { event, cause: causeOf(context) }) : stream;
  if (!appended) return 'again';
  const answer = await finish(ports, appended, { outcome, plan: event && plan });
  // The work that was joined may know nothing of this request's expiry: once it is active, that is a change of its own.
  const owesExpiry = outcome === 'joined' && !asksForAsLong(appended.grant, command.expiresInSeconds);
  if (!owesExpiry || !answer.ok) return answer;
  return answer.value.outcome === 'accepted' ? fail(notYetLimited(rendered.grantId)) : 'again';
}

/** The log does not record the lifetime that this request asks for, so it must not be answered as accepted. */
const notYetLimited = (grantId: GrantId) =>
  problem(
    'CONFLICT',
    `Work on grant ${grantId} is in progress with another expiry than this request. Repeat the request.`,
    { retryAfter: 5 },
  );

/** True for a grant that does not exist yet, or about which nothing was decided since it was first requested. */
const isUntouched = (grant: Grant | undefined): boolean =>
  grant === undefined || grant.state === 'failed' || grant.state === 'provisioning';

async function finish(
  ports: RequestPorts,
  stream: GrantStream,
  { outcome, plan }: { outcome: RequestOutcome; plan: Plan | undefined },
): Promise<Result<RequestAnswer>> {
  // Before the provisioner is asked: it counts the repository's grants, and must see those that were asked for at once.
  if (plan) await projectStream(ports, stream);
  const isAnswered = outcome === 'unchanged' || outcome === 'waiting' || outcome === 'revoking';
  const settled = isAnswered ? stream : await waitForProvisioner(ports, stream.grantId);
  const answer = answerToRequest(outcome, stream, settled);
  return answer.ok && plan ? ok({ ...answer.value, plan }) : answer;
}

const LAPSE: Principal = { kind: 'system', id: 'lapse' };

const causeOf = ({ caller, correlationId, entryPoint }: RequestContext) => ({
  principal: caller.principal,
  correlationId,
  entryPoint,
});

/** A request with a `planHash` gets that plan or `PLAN_CHANGED`. A repeated request whose plan is already in force or
 *  in progress, with the same lifetime, is accepted: it is idempotent. */
function checkPlanHash(
  plan: Plan,
  {
    planHash,
    grant,
    rendered: { intent, lifetime },
    askedSeconds,
  }: Pick<Decided, 'rendered'> & {
    planHash: string | undefined;
    grant: Grant | undefined;
    askedSeconds: Seconds | undefined;
  },
): Result<undefined> {
  const inForce = grant && isLive(grant.state) ? [grant.request, changeOf(grant)] : [];
  const isRepeated = inForce.some(
    (request) =>
      request?.planHash === planHash &&
      request?.intentHash === intentHash(intent) &&
      lastsAsAsked(request, askedSeconds, lifetime),
  );
  if (planHash === undefined || planHash === plan.hash || isRepeated) return ok(undefined);
  return fail(
    problem('PLAN_CHANGED', 'The plan no longer matches this hash. Repeat with `dryRun=true`.', {
      errors: [{ pointer: '/planHash', detail: `is not the hash of the current plan` }],
    }),
  );
}

const proposalOf = (
  { configuration }: RequestPorts,
  {
    rendered: { role },
    plan: { risk, approvalReasons, decidedBy, warnings },
    now,
  }: Pick<Decided, 'rendered' | 'plan'> & { now: Instant },
): RequestCommand['proposal'] => ({
  lapsesAt: plusSeconds(now, seconds(configuration.approvals.lapseAfterHours * 3600)),
  risk,
  approvalReasons,
  ...(decidedBy.length > 0 ? { decidedBy } : {}),
  warnings,
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
