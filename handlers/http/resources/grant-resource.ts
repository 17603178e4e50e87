import type { Configuration } from '../../../domain/configuration/configuration.ts';
import { documentsOf, type Grant, roleOf, waitingRequest } from '../../../domain/grants/grant.ts';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import type { RenderedRole } from '../../../domain/planning/rendered-role.ts';
import { deniedByBoundary } from '../../../domain/policy/boundary-roles.ts';
import { comparePermissions } from '../../../domain/policy/difference.ts';
import type { Principal } from '../../../domain/shared/principal.ts';
import type { Instant } from '../../../domain/shared/time.ts';
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

/** A grant as the API shows it. Lists leave the documents out. */
export function grantResource(
  grant: Grant,
  source: StepSource,
  { inList = false }: { inList?: boolean } = {},
): GrantResource {
  const { intent, requestedBy, reason } = grant.request;
  const role = roleOf(grant);
  const documents = documentsOf(grant);
  return compact<GrantResource>({
    id: grant.id,
    state: grant.state,
    ...targetFields(intent, source.configuration),
    role:
      role &&
      compact({ arn: role.arn, name: role.name, id: role.id, maxSessionDuration: intent.maxSessionDuration }),
    ...(inList || !documents ? {} : documents),
    ...waitingFields(grant, inList),
    lastError: grant.lastError,
    expiresAt: grant.expiresAt,
    reason,
    requestedBy: named(requestedBy),
    createdAt: grant.createdAt,
    updatedAt: grant.updatedAt,
    ...pipelineSnippets(grant, source),
    ...(inList ? {} : boundaryWarnings(grant, source.configuration)),
  });
}

/** What the grant allows and the boundary denies. */
function boundaryWarnings(grant: Grant, { boundaryRoles }: Configuration): { warnings?: string[] } {
  const warnings = deniedByBoundary(documentsOf(grant)?.permissionsPolicy, boundaryRoles);
  return warnings.length > 0 ? { warnings } : {};
}

/** A principal as a grant shows it; what identifies a person is in the events, for those who may read them. */
const named = ({ kind, id }: Principal) => ({ kind, id });

/** What waits for approval: the plan, and on an active grant the change that it makes.
 *  `pendingChange.lapsesAt` is when the change lapses without a decision. */
function waitingFields(grant: Grant, inList: boolean): Partial<GrantResource> {
  const waiting = waitingRequest(grant);
  if (!waiting?.proposal) return {};
  const { planHash, proposal, requestedBy, reason } = waiting;
  const live = grant.state === 'active' ? grant.documents.permissionsPolicy : undefined;
  const { gained, lost } = comparePermissions(live, proposal.permissionsPolicy);
  const { risk, approvalReasons, lapsesAt } = proposal;
  const plan = { hash: planHash, risk, gained, lost, requiresApproval: true, approvalReasons };
  if (grant.state === 'pending') {
    const { trustPolicy, permissionsPolicy } = proposal;
    return { plan, lapsesAt, ...(inList ? {} : { trustPolicy, permissionsPolicy }) };
  }
  return { plan, pendingChange: compact({ planHash, requestedBy: named(requestedBy), reason, lapsesAt }) };
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
  const judged = { plan, warnings: warningsOf(rendered, source.configuration) };
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

/** Warnings for the requester. They name the access that the role gains through services that act for it, the roles that
 *  the boundary does not let it pass or assume, and the guardrails that it breaks and that only report for now. */
function warningsOf(
  { audited, actsThrough, role }: RenderedRole,
  { boundaryRoles }: Configuration,
): string[] | undefined {
  const warnings = [
    ...(actsThrough === undefined ? [] : [actsThrough]),
    ...deniedByBoundary(role.permissionsPolicy, boundaryRoles),
    ...audited.map(
      ({ rule, statement, detail }) => `Guardrail ${rule} (in audit mode), statement ${statement}: ${detail}`,
    ),
  ];
  return warnings.length > 0 ? warnings : undefined;
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
