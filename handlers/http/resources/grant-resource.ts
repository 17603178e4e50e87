import type { Configuration } from '../../../domain/configuration/configuration.ts';
import { documentsOf, freezeOf, type Grant, roleOf, waitingRequest } from '../../../domain/grants/grant.ts';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import type { Plan } from '../../../domain/planning/plan.ts';
import { waitingPlanOf } from '../../../domain/planning/waiting-plan.ts';
import { deniedByBoundary } from '../../../domain/policy/boundary-roles.ts';
import type { Principal } from '../../../domain/shared/principal.ts';
import { durationText, type Instant } from '../../../domain/shared/time.ts';
import type { Impact } from '../../../domain/use-cases/reading/template-impact.ts';
import type { PlannedGrant } from '../../../domain/use-cases/requests/outcome.ts';
import type { GrantResource, ImpactResource } from './grant-schema.ts';
import { pipelineSnippets, type StepSource } from './pipeline-snippet.ts';

/** Leaves out what is undefined. */
const compact = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

function targetFields(intent: GrantIntent, { accounts }: Configuration) {
  const account = accounts.find(({ id }) => id === intent.account);
  const { repository, workspace, project, environment } = intent;
  return {
    repository: compact({ ...repository, workspace, project }),
    environment,
    template: intent.template,
    name: intent.name,
    parameters: intent.parameters,
    account: { alias: account?.alias ?? intent.account, id: intent.account },
  };
}

/** A grant as the API shows it. Lists leave the documents out. `plan` is what a call has changed. */
export function grantResource(
  grant: Grant,
  source: StepSource,
  { inList = false, plan: made }: { inList?: boolean; plan?: Plan | undefined } = {},
): GrantResource {
  const { intent, requestedBy, reason } = grant.request;
  const role = roleOf(grant);
  const documents = documentsOf(grant);
  const plan = made ?? waitingPlanOf(grant);
  const warnings = inList
    ? []
    : [...boundaryWarnings(grant, source.configuration), ...(plan?.warnings ?? [])];
  return compact<GrantResource>({
    id: grant.id,
    state: grant.state,
    ...targetFields(intent, source.configuration),
    role:
      role &&
      compact({ arn: role.arn, name: role.name, id: role.id, maxSessionDuration: intent.maxSessionDuration }),
    ...(inList || !documents ? {} : documents),
    plan,
    ...waitingFields(grant, inList),
    decision: decisionField(grant),
    drift: driftField(grant),
    frozen: frozenField(grant),
    hold: grant.hold && compact({ ...grant.hold, by: named(grant.hold.by) }),
    lastError: grant.lastError,
    expiresAt: grant.expiresAt,
    reason,
    requestedBy: named(requestedBy),
    createdAt: grant.createdAt,
    updatedAt: grant.updatedAt,
    ...pipelineSnippets(grant, source),
    warnings: warnings.length > 0 ? [...new Set(warnings)] : undefined,
  });
}

/** What the grant allows and the boundary denies. */
const boundaryWarnings = (grant: Grant, { boundaryRoles }: Configuration): string[] =>
  deniedByBoundary(documentsOf(grant)?.permissionsPolicy, boundaryRoles);

/** The decision about the latest request that was decided. */
const decisionField = ({ decision }: Grant): GrantResource['decision'] =>
  decision && compact({ ...decision, by: decision.by && named(decision.by) });

/** The latest finding, in full in the events. */
const driftField = ({ drift }: Grant): GrantResource['drift'] =>
  drift && { kinds: drift.kinds, foundAt: drift.foundAt, action: drift.action };

/** Why the grant is frozen, also while it is being opened again. */
function frozenField(grant: Grant): GrantResource['frozen'] {
  const frozen = freezeOf(grant);
  return frozen && compact({ ...frozen, by: named(frozen.by) });
}

/** A principal as a grant shows it; what identifies a person is in the events, for those who may read them. */
const named = ({ kind, id }: Principal) => ({ kind, id });

/** What waits for approval: of a new grant its documents, on an active grant the change.
 *  `pendingChange.lapsesAt` is when the change lapses without a decision. */
function waitingFields(grant: Grant, inList: boolean): Partial<GrantResource> {
  const waiting = waitingRequest(grant);
  if (!waiting?.proposal) return {};
  const { lapsesAt, trustPolicy, permissionsPolicy } = waiting.proposal;
  if (grant.state === 'pending') {
    return { lapsesAt, ...(inList ? {} : { trustPolicy, permissionsPolicy }) };
  }
  const { planHash, requestedBy, at, intent, expiresInSeconds, reason } = waiting;
  const pendingChange = compact({
    planHash,
    requestedBy: named(requestedBy),
    requestedAt: at,
    lapsesAt,
    parameters: intent.parameters,
    expiresIn: expiresInSeconds === undefined ? undefined : durationText(expiresInSeconds),
    reason,
  });
  return { pendingChange };
}

/** A grant as it would be, for a dry run: the same resource, with its role's ARN and both documents. What a request
 *  leaves as it is shows as it is; of a change that waits for approval, what it would be once it is approved. */
export function plannedResource(
  { rendered, plan, command, caller, grant, isUnchanged }: PlannedGrant,
  source: StepSource,
  now: Instant,
): GrantResource {
  const { role, intent, grantId } = rendered;
  const { arn, name, maxSessionDuration } = role;
  const present = grant && grantResource(grant, source);
  const live = grant?.state === 'active' ? present : undefined;
  const expiresAt = command.expiresAt ?? live?.expiresAt;
  const planned = {
    role: compact({ arn, name, id: live?.role?.id, maxSessionDuration }),
    trustPolicy: role.trustPolicy,
    permissionsPolicy: role.permissionsPolicy,
  };
  const judged = { plan, warnings: plan.warnings.length > 0 ? plan.warnings : undefined };
  if (present && isUnchanged) {
    return compact({ ...planned, ...present, ...(live ? { expiresAt } : {}), ...judged });
  }
  return compact<GrantResource>({
    id: grantId,
    state: plan.requiresApproval && plan.risk === 'new' ? 'pending' : 'active',
    ...targetFields(intent, source.configuration),
    ...planned,
    expiresAt,
    reason: command.reason,
    requestedBy: named(caller.principal),
    createdAt: present?.createdAt ?? now,
    updatedAt: now,
    pipelineSnippet: live?.pipelineSnippet,
    pipeSnippet: live?.pipeSnippet,
    ...judged,
  });
}

/** What an upgrade to a template would do to one grant. */
export function impactResource(
  grant: Grant,
  { version, change, problem }: Impact,
  configuration: Configuration,
): ImpactResource {
  const { repository, environment, account, name } = targetFields(grant.request.intent, configuration);
  return compact<ImpactResource>({
    grant: grant.id,
    repository,
    environment,
    account,
    name,
    version,
    ...change,
    problem: problem && { code: problem.code, detail: problem.detail },
  });
}
